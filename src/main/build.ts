/** `npm run build`, and the app's Dockerfile: makes what is built from the sources alone, the page and the workflow bundle. */
import { readCommandLine } from '../cli/command-line.ts';
import { preparePage, prepareWorkflows } from '../setup/prepare.ts';
import { SetupError } from '../setup/setup-error.ts';

readCommandLine();
try {
  await preparePage(console.log);
  await prepareWorkflows(console.log);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
