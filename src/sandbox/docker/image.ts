/**
 * The image that generated code runs in. Two images, each tagged by the content it is made from: Python with its
 * packages, slow to make and seldom new; and on it the programs that start a script.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { SANDBOX_FILES } from '../sandbox-files.ts';
import { type Engine, EngineError } from './engine.ts';

export type Progress = (line: string) => void;

const DEBIAN_PACKAGES = ['python3', 'python3-numpy', 'python3-pandas', 'python3-matplotlib', 'python3-scipy'];
const DEBIAN_FONT = 'fonts-wqy-microhei';

function hashOf(names: string[]): string {
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(readFileSync(join(SANDBOX_FILES, name)));
  return hash.digest('hex').slice(0, 16);
}

const pythonTag = () => `paperagent-python:${hashOf(['python.Dockerfile', 'requirements.txt'])}`;

/** The tag of the image for these sources, whether it exists or not. */
export function sandboxImageTag(): string {
  const files = readdirSync(SANDBOX_FILES).filter((name) => /\.(py|txt)$|Dockerfile$/.test(name));
  return `paperagent-sandbox:${hashOf(files.sort())}`;
}

export async function hasImage(engine: Engine, tag: string): Promise<boolean> {
  try {
    await engine.json({ method: 'GET', path: `/images/${tag}/json` });
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return false;
    throw error;
  }
}

/** A build's or import's answer: one JSON object a line, the last with `error` when it failed. */
async function readBuild(answer: Readable, onProgress: Progress): Promise<void> {
  for await (const line of createInterface({ input: answer })) {
    const { stream, error } = JSON.parse(line || '{}') as { stream?: string; error?: string };
    if (error) throw new Error(error.trim());
    if (stream?.startsWith('Step ')) onProgress(stream.trim());
  }
}

async function build(
  engine: Engine,
  tag: string,
  dockerfile: string,
  args: Record<string, string>,
  onProgress: Progress,
): Promise<void> {
  const archive = pack();
  for (const name of readdirSync(SANDBOX_FILES))
    if (/\.(py|txt)$|Dockerfile$/.test(name))
      archive.entry({ name }, readFileSync(join(SANDBOX_FILES, name)));
  archive.finalize();
  const query = new URLSearchParams({
    t: tag,
    dockerfile,
    buildargs: JSON.stringify(args),
    rm: 'true',
    forcerm: 'true',
  });
  await readBuild(
    await engine.stream({ method: 'POST', path: `/build?${query}`, body: archive }),
    onProgress,
  );
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
  engine: Engine,
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
    const path = `/images/create?${new URLSearchParams({ fromSrc: '-', repo, tag: version })}`;
    const imported = engine.stream({ method: 'POST', path, body: tar.stdout });
    await Promise.all([finished(tar, 'tar'), imported.then((answer) => readBuild(answer, onProgress))]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function makePythonImage(engine: Engine, tag: string, cacheDir: string, onProgress: Progress) {
  try {
    onProgress('building the Python image (once, a few minutes)');
    await build(engine, tag, 'python.Dockerfile', {}, onProgress);
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
export async function setUpImage(engine: Engine, cacheDir: string, onProgress: Progress): Promise<string> {
  const tag = sandboxImageTag();
  if (await hasImage(engine, tag)) return tag;
  const python = pythonTag();
  if (!(await hasImage(engine, python))) await makePythonImage(engine, python, cacheDir, onProgress);
  onProgress('building the sandbox image');
  await build(engine, tag, 'Dockerfile', { PYTHON_IMAGE: python }, onProgress);
  return tag;
}
