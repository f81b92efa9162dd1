/** What a person sees who asks why code runs here, or does not (`npm run sandbox -- doctor`). */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBubblewrap } from './bubblewrap/find-bubblewrap.ts';
import type { FoundPackages } from './bubblewrap/python-environment.ts';
import { chooseSandbox, type SandboxConfig } from './choose-sandbox.ts';
import { findEngine } from './docker/find-engine.ts';
import { hasImage, sandboxImageTag } from './docker/image.ts';
import { kindsInWords, listsOf, ownInWords, type PythonChoice, packagesOf } from './python-lists.ts';
import { SANDBOX_FILES } from './sandbox-files.ts';
import { DEFAULT_LIMITS, type Sandbox } from './types.ts';

const TRIAL = `import json, numpy, pandas, scipy, matplotlib.pyplot as plt, sys
plt.plot([0, 1]); plt.title('π 估计'); plt.savefig('trial.png')
print('Python', sys.version.split()[0], 'numpy', numpy.__version__, 'pandas', pandas.__version__, end=' ')
print('matplotlib', plt.matplotlib.__version__, 'scipy', scipy.__version__)
print('fonts: DejaVu,', ', '.join(json.load(open('/opt/paperagent/mpl/chinese.json')).values()))
`;

/** @returns one line for each thing found, in the order in which a person would ask. */
export async function sandboxDoctor(config: SandboxConfig): Promise<string[]> {
  const chosen = await chooseSandbox(config);
  return [
    ...(await aboutDocker(config)),
    ...(await aboutBubblewrap(config)),
    `SANDBOX=${config.mode}: ${chosen.sandbox ? `${chosen.kind} (${chosen.why})` : chosen.reason}`,
    ...(chosen.sandbox ? await aboutTrials(chosen.sandbox, config) : []),
  ];
}

async function aboutDocker(config: SandboxConfig): Promise<string[]> {
  const found = await findEngine();
  if (!found.found) return [`Docker: no: ${found.reason}`];
  const image = sandboxImageTag(config);
  const { runtime, rootless } = found.facts;
  return [
    `Docker: version ${found.version}${rootless ? ', rootless' : ''}, runtime ${runtime ?? 'the default one'}`,
    ...(found.facts.selinux ? ['Docker: SELinux is enforced: workspaces get the label of containers'] : []),
    ...(found.snap ? ['Docker: a snap, which can mount only folders in /home that are not hidden'] : []),
    `Docker: image ${image} ${(await hasImage(found.engine, image)) ? 'is there' : 'has not been made yet'}`,
    ...found.notEnforced.map((what) => `Docker: does not enforce ${what}`),
  ];
}

async function aboutBubblewrap(config: SandboxConfig): Promise<string[]> {
  const found = await findBubblewrap(config);
  if (!found.found) return [`bubblewrap: no: ${found.reason}`];
  return [
    `bubblewrap: ${found.bwrap}`,
    `bubblewrap: Python in ${found.python.venv}`,
    ...found.notEnforced.map((what) => `bubblewrap: ${what}`),
  ];
}

/** Whole runs, as a code agent would have them: a figure, and everything that can be imported. */
async function aboutTrials(sandbox: Sandbox, config: SandboxConfig): Promise<string[]> {
  const workspace = mkdtempSync(join(config.stateDir, 'doctor-'));
  mkdirSync(join(workspace, 'code'));
  try {
    const trial = await trialRun(sandbox, workspace, TRIAL);
    const look = await trialRun(sandbox, workspace, lookAtAll(config));
    return [`a trial run ${trial.message}`, ...trial.printed, ...packagesFound(config, look)];
  } catch (error) {
    return [`a trial run could not be started: ${(error as Error).message}`];
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** look_at_packages.py with its arguments, as a script. */
function lookAtAll({ libraries, own }: PythonChoice): string {
  const listed = listsOf(libraries).flatMap(packagesOf);
  const pairs = [...listed, ...own.map(({ name }) => ({ name, module: '' }))].map(
    ({ name, module }) => `${name}=${module}`,
  );
  const script = readFileSync(join(SANDBOX_FILES, 'look_at_packages.py'), 'utf8');
  return `import sys\nsys.argv[1:] = ${JSON.stringify(pairs)}\n${script}`;
}

/** A line a kind with versions, and one for each package that is not there. */
function packagesFound({ libraries }: PythonChoice, { message, printed }: Trial): string[] {
  let said: FoundPackages;
  try {
    said = JSON.parse(printed.join('\n')) as FoundPackages;
  } catch {
    return [`what can be imported could not be found out: the run ${message}`];
  }
  const { found, missing } = said;
  const versions = kindsInWords(libraries, (module) =>
    found[module] === undefined ? null : `${module} ${found[module]}`,
  );
  const listed = new Set(
    listsOf(libraries)
      .flatMap(packagesOf)
      .map(({ module }) => module),
  );
  const own = Object.entries(found).filter(([module]) => !listed.has(module));
  const absent = Object.entries(missing).map(([module, why]) => `missing: ${module} (${why})`);
  const completed = absent.length > 0 ? ['`npm run sandbox` adds what has not been added yet'] : [];
  return [
    ...versions,
    ...ownInWords(own.map(([module, version]) => `${module} ${version}`)),
    ...absent,
    ...completed,
  ];
}

interface Trial {
  message: string;
  printed: string[];
}

async function trialRun(sandbox: Sandbox, workspace: string, code: string): Promise<Trial> {
  writeFileSync(join(workspace, 'code/trial.py'), code);
  const key = { workId: 'doctor', turn: Date.now(), toolCallId: randomUUID() };
  let printed = '';
  const began = performance.now();
  const ending = await sandbox.run(
    { key, owner: 'doctor', workspace, script: 'code/trial.py', limits: DEFAULT_LIMITS },
    {
      progress: { stdout: 0, stderr: 0 },
      mayStart: true,
      signal: new AbortController().signal,
      onOutput: async ({ stream, text }) => {
        if (stream === 'stdout') printed += text;
      },
    },
  );
  await sandbox.remove(key);
  const ms = Math.round(performance.now() - began);
  return { message: `${ending.message}, ${ms} ms in all`, printed: printed.trim().split('\n') };
}
