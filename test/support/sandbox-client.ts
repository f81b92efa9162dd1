/**
 * A process that runs a script in a sandbox and tells what it is given, one JSON object a line: for tests that
 * kill it. usage: sandbox-client.ts JSON of {way, stateDir, instance, workspace, key, script, limits, prepare}
 */
import { chooseSandbox } from '../../src/sandbox/choose-sandbox.ts';
import { DEFAULT_LIMITS } from '../../src/sandbox/types.ts';
import { sandboxConfig } from './sandbox-under-test.ts';

const given = JSON.parse(process.argv[2] as string);
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

const { sandbox } = await chooseSandbox(sandboxConfig(given.way, given.stateDir, given.instance));
if (!sandbox) throw new Error('no sandbox');
if (given.prepare) await sandbox.warm(given.prepare, given.workspace);
say({ ready: true });
if (given.script) {
  const ending = await sandbox.run(
    {
      key: given.key,
      owner: given.prepare ?? 'nobody',
      workspace: given.workspace,
      script: given.script,
      limits: { ...DEFAULT_LIMITS, ...given.limits },
    },
    {
      progress: { stdout: 0, stderr: 0 },
      mayStart: true,
      signal: new AbortController().signal,
      onOutput: async (chunk) => void say(chunk),
    },
  );
  say({ ending });
} else {
  setInterval(() => undefined, 1_000); // Lives until it is killed.
}
