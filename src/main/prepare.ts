/**
 * `npm test`, `npm run bench` and image builds: does what a first start would, and ends.
 *
 *   node src/main/prepare.ts [--only sandbox]
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig, withEnvFile } from './config.ts';
import { CHECKOUT } from './setup/checkout.ts';
import { prepareAll } from './setup/prepare.ts';
import { prepareSandbox } from './setup/sandbox.ts';
import { SetupError } from './setup/setup-error.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
try {
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  await mkdir(config.dataDir, { recursive: true });
  if (values.only === 'sandbox') await prepareSandbox(config, process.env, console.log);
  else if (values.only === undefined) await prepareAll(config, process.env, console.log);
  else throw new ConfigError(`--only ${values.only} is not known: there is --only sandbox`);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof SetupError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
