/** `npm test`, `npm run bench` and image builds: makes and fetches what a first start would, and ends. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readCommandLine } from '../cli/command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { useProxies } from '../network/agents.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { prepareAll } from '../setup/prepare.ts';
import { completePython } from '../setup/sandbox.ts';
import { SetupError } from '../setup/setup-error.ts';

readCommandLine();
try {
  const env = withEnvFile(process.env, join(CHECKOUT, '.env'));
  useProxies(env);
  const config = readConfig(env);
  await mkdir(config.dataDir, { recursive: true });
  await prepareAll(config, process.env, console.log);
  // Elsewhere the tests of all Python packages run where those are there already: it takes minutes.
  if (process.env.CI) await completePython(config, process.env, console.log, new AbortController().signal);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof SetupError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
