/** What a person sees who asks why code runs here, or does not (`npm run sandbox -- doctor`). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBubblewrap } from './bubblewrap/find-bubblewrap.ts';
import { type ChosenSandbox, chooseSandbox, type SandboxConfig } from './choose-sandbox.ts';
import { findEngine } from './docker/find-engine.ts';
import { hasImage, sandboxImageTag } from './docker/image.ts';
import { DEFAULT_LIMITS, type Sandbox } from './types.ts';

const TRIAL = `import numpy, pandas, scipy, matplotlib.pyplot as plt, sys
plt.plot([0, 1]); plt.title('π 估计'); plt.savefig('trial.png')
print('Python', sys.version.split()[0], 'numpy', numpy.__version__, 'pandas', pandas.__version__, end=' ')
print('matplotlib', plt.matplotlib.__version__, 'scipy', scipy.__version__)
`;

/** @returns one line for each thing found, in the order in which a person would ask. */
export async function sandboxDoctor(config: SandboxConfig): Promise<string[]> {
  const chosen = await chooseSandbox(config);
  return [
    ...(await aboutDocker()),
    ...(await aboutBubblewrap(config)),
    `SANDBOX=${config.mode}: ${chosen.sandbox ? `${chosen.kind} (${chosen.why})` : chosen.reason}`,
    ...(await aboutTrial(chosen, config.stateDir)),
  ];
}

async function aboutDocker(): Promise<string[]> {
  const found = await findEngine();
  if (!found.found) return [`Docker: no: ${found.reason}`];
  const image = sandboxImageTag();
  const { runtime, rootless } = found.facts;
  return [
    `Docker: version ${found.version}${rootless ? ', rootless' : ''}, runtime ${runtime ?? 'the default one'}`,
    ...(found.facts.selinux ? ['Docker: SELinux is enforced: workspaces get the label of containers'] : []),
    ...(found.snap ? ['Docker: a snap, which can mount only folders in /home that are not hidden'] : []),
    `Docker: image ${image} ${(await hasImage(found.engine, image)) ? 'is there' : 'has not been made yet'}`,
    ...found.notEnforced.map((what) => `Docker: does not enforce ${what}`),
  ];
}

async function aboutBubblewrap({ cacheDir, stateDir }: SandboxConfig): Promise<string[]> {
  const found = await findBubblewrap(cacheDir, stateDir);
  if (!found.found) return [`bubblewrap: no: ${found.reason}`];
  return [
    `bubblewrap: ${found.bwrap}`,
    `bubblewrap: Python in ${found.python.venv}`,
    ...found.notEnforced.map((what) => `bubblewrap: ${what}`),
  ];
}

/** A whole run, as a code agent would have it. */
async function aboutTrial(chosen: ChosenSandbox, stateDir: string): Promise<string[]> {
  if (!chosen.sandbox) return [];
  const workspace = mkdtempSync(join(stateDir, 'doctor-'));
  mkdirSync(join(workspace, 'code'));
  writeFileSync(join(workspace, 'code/trial.py'), TRIAL);
  try {
    return await trialRun(chosen.sandbox, workspace);
  } catch (error) {
    return [`a trial run could not be started: ${(error as Error).message}`];
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

async function trialRun(sandbox: Sandbox, workspace: string): Promise<string[]> {
  const key = { workId: 'doctor', turn: Date.now(), toolCallId: workspace };
  let printed = '';
  const began = performance.now();
  const ending = await sandbox.run(
    { key, owner: 'doctor', workspace, script: 'code/trial.py', limits: DEFAULT_LIMITS },
    {
      progress: { stdout: 0, stderr: 0 },
      mayStart: true,
      signal: new AbortController().signal,
      onOutput: async ({ text }) => {
        printed += text;
      },
    },
  );
  await sandbox.forget(key);
  const ms = Math.round(performance.now() - began);
  return [`a trial run ${ending.message}, ${ms} ms in all`, ...printed.trim().split('\n')];
}
