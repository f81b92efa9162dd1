/**
 * The image that generated code runs in. Two images, each tagged by the content it is made from: Python with its
 * packages, slow to make and seldom new; and on it the programs that start a script.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type Docker from 'dockerode';
import { SANDBOX_FILES } from '../sandbox-files.ts';
import { ask, refused, unlessStatus } from './engine.ts';

export type Progress = (line: string) => void;

const DEBIAN_PACKAGES = ['python3', 'python3-numpy', 'python3-pandas', 'python3-matplotlib', 'python3-scipy'];
const DEBIAN_FONT = 'fonts-wqy-microhei';

function hashOf(names: string[]): string {
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(readFileSync(join(SANDBOX_FILES, name)));
  return hash.digest('hex').slice(0, 16);
}

const pythonTag = () => `paperagent-python:${hashOf(['python.Dockerfile', 'requirements.lock.txt'])}`;

function sources(): string[] {
  return readdirSync(SANDBOX_FILES)
    .filter((name) => /\.(py|txt)$|Dockerfile$/.test(name))
    .sort();
}

/** The tag of the image for these sources, whether it exists or not. */
export function sandboxImageTag(): string {
  return `paperagent-sandbox:${hashOf(sources())}`;
}

export async function hasImage(engine: Docker, tag: string): Promise<boolean> {
  return (await unlessStatus([404], ask(engine.getImage(tag).inspect()))) !== null;
}

/** Resolves when a build or an import is done; what it says while it goes on may end in an error. */
function finishedMaking(engine: Docker, answer: NodeJS.ReadableStream, onProgress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onFinished = (broken: Error | null, said: { error?: string }[]) => {
      const failed = broken?.message ?? said.find(({ error }) => error)?.error;
      if (failed === undefined) resolve();
      else reject(new Error(failed.trim()));
    };
    engine.modem.followProgress(answer, onFinished, ({ stream }: { stream?: string }) => {
      if (stream?.startsWith('Step ')) onProgress(stream.trim());
    });
  });
}

async function build(
  engine: Docker,
  tag: string,
  options: Docker.ImageBuildOptions,
  onProgress: Progress,
): Promise<void> {
  const asked = engine.buildImage(
    { context: SANDBOX_FILES, src: sources() },
    { t: tag, rm: true, forcerm: true, ...options },
  );
  await finishedMaking(engine, await asked.catch(refused), onProgress);
}

function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

function finished(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (text) => {
      said = (said + text).slice(-500);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${what} failed: ${said.trim().split('\n').at(-1)}`)),
    );
  });
}

/** The Python image from Debian's packages, for machines that reach those but no image registry. */
async function debootstrap(
  engine: Docker,
  tag: string,
  cacheDir: string,
  onProgress: Progress,
): Promise<void> {
  const root = join(cacheDir, `debootstrap-${randomUUID()}`);
  await mkdir(root, { recursive: true });
  try {
    onProgress('making the Python image from Debian packages instead (once, about three minutes)');
    const include = [...DEBIAN_PACKAGES, DEBIAN_FONT].join(',');
    const made = execFile('debootstrap', ['--variant=minbase', `--include=${include}`, 'bookworm', root], {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      maxBuffer: 64 * 1024 ** 2,
    });
    await finished(made, 'debootstrap');
    onProgress('importing the image');
    const left = ['./var/cache/apt', './var/lib/apt/lists', './usr/share/doc', './usr/share/man'];
    const tar = spawn('tar', ['-C', root, ...left.map((path) => `--exclude=${path}/*`), '-c', '.']);
    const [repo, version] = tag.split(':') as [string, string];
    const imported = engine.importImage(tar.stdout, { repo, tag: version }).catch(refused);
    await Promise.all([
      finished(tar, 'tar'),
      imported.then((answer) => finishedMaking(engine, answer, onProgress)),
    ]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function makePythonImage(engine: Docker, tag: string, cacheDir: string, onProgress: Progress) {
  try {
    onProgress('building the Python image (once, a few minutes)');
    await build(engine, tag, { dockerfile: 'python.Dockerfile' }, onProgress);
  } catch (error) {
    onProgress(`it could not be built: ${(error as Error).message}`);
    if (process.getuid?.() !== 0 || !onPath('debootstrap')) throw error;
    await debootstrap(engine, tag, cacheDir, onProgress);
  }
}

/**
 * Makes the image unless the engine has it.
 * @param cacheDir where a folder of 1 GB can be made for a while.
 * @throws with a sentence that says what failed.
 */
export async function setUpImage(engine: Docker, cacheDir: string, onProgress: Progress): Promise<string> {
  const tag = sandboxImageTag();
  if (await hasImage(engine, tag)) return tag;
  const python = pythonTag();
  if (!(await hasImage(engine, python))) await makePythonImage(engine, python, cacheDir, onProgress);
  onProgress('building the sandbox image');
  const buildargs = { PYTHON_IMAGE: python };
  // Nothing is downloaded any more, and not every engine has a network for builds.
  await build(engine, tag, { dockerfile: 'Dockerfile', buildargs, networkmode: 'none' }, onProgress);
  return tag;
}
