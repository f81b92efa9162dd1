/**
 * `npm run sandbox`: makes what running code needs, the image or the Python environment with all its packages, unless
 * it is there. `npm run sandbox -- doctor`: says where code would run on this machine and what it can import, and runs some.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readCommandLine } from '../cli/command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { sandboxDoctor } from '../sandbox/doctor.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { completePython, prepareSandbox, sandboxSettings } from '../setup/sandbox.ts';
import { SetupError } from '../setup/setup-error.ts';

const {
  words: [command],
} = readCommandLine({ words: 'doctor', mostWords: 1 });
try {
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  await mkdir(join(config.dataDir, 'sandbox'), { recursive: true });
  if (command === undefined) {
    await prepareSandbox(config, process.env, console.log);
    await completePython(config, process.env, console.log, new AbortController().signal);
  } else if (command !== 'doctor') throw new ConfigError(`there is no "${command}"; there is: doctor`);
  else
    for (const line of await sandboxDoctor(await sandboxSettings(config, process.env, () => {})))
      console.log(line);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof SetupError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
