/**
 * `npm run build`, and the app's Dockerfile: makes what is built from the sources alone, the page, the workflow bundle
 * and the server's code. `npm run api` and `npm run worker`: `--server`, the server's code alone, without which they run
 * as well.
 */
import { readCommandLine } from '../cli/command-line.ts';
import { preparePage, prepareServer, prepareWorkflows, tellTime } from '../setup/prepare.ts';
import { buildServer } from '../setup/server-build.ts';
import { SetupError } from '../setup/setup-error.ts';

const { values } = readCommandLine({ options: { server: {} } });
try {
  if (values.server) await prepareServer(console.log);
  else {
    await preparePage(console.log);
    await prepareWorkflows(console.log);
    await tellTime(console.log, 'server', buildServer);
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
