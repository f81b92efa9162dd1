/**
 * The image that generated code runs in. Two images, each tagged by the content it is made from: Python with its
 * packages, slow to make and seldom new; and on it the programs that start a script.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type Docker from 'dockerode';
import { type Libraries, listsOf, ownHash, type PythonChoice, packagesOf } from '../python-lists.ts';
import { SANDBOX_FILES } from '../sandbox-files.ts';
import { ask, refused, unlessStatus } from './engine.ts';

export type Progress = (line: string) => void;

const DEBIAN_PACKAGES = ['python3', 'python3-pip', 'ca-certificates', 'libgomp1'];

/** The folder that the image is made in is asked for while it is made, and holds it twice. */
export interface ImageSettings extends PythonChoice {
  /** Where a folder of 3 GB can be made for a while. */
  cacheDir: string;
}

function hashOf(names: string[]): string {
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(readFileSync(join(SANDBOX_FILES, name)));
  return hash.digest('hex').slice(0, 16);
}

function pythonTag(libraries: Libraries): string {
  return `paperagent-python:${hashOf(['python.Dockerfile', ...lockNames(libraries)])}`;
}

function lockNames(libraries: Libraries): string[] {
  return listsOf(libraries).map((list) => `${list}.lock.txt`);
}

function sources(): string[] {
  return readdirSync(SANDBOX_FILES)
    .filter((name) => /\.(py|txt)$|Dockerfile$/.test(name))
    .sort();
}

/** The tag of the image for these sources, whether it exists or not. */
export function sandboxImageTag(choice: PythonChoice): string {
  const plain = plainImageTag(choice.libraries);
  return choice.own.length === 0 ? plain : `${plain}-${ownHash(choice)}`;
}

/** Without the operator's own packages. */
function plainImageTag(libraries: Libraries): string {
  const programs = sources().filter((name) => !(name.endsWith('.txt') || name === OWN_DOCKERFILE));
  const lists = listsOf(libraries).flatMap((list) => [`${list}.lock.txt`, `${list}.txt`]);
  return `paperagent-sandbox:${hashOf([...programs, ...lists])}`;
}

/** Says which of the operator's packages are in the image; it has none where they could not be had. */
const OWN_LABEL = 'paperagent.packages';
const OWN_DOCKERFILE = 'own.Dockerfile';

/** The operator's own packages in an image; null: there is no such image. */
export async function ownInImage(engine: Docker, tag: string): Promise<string[] | null> {
  const image = await unlessStatus([404], ask(engine.getImage(tag).inspect()));
  return image && (image.Config?.Labels?.[OWN_LABEL] ?? '').split(' ').filter(Boolean);
}

export async function hasImage(engine: Docker, tag: string): Promise<boolean> {
  return (await unlessStatus([404], ask(engine.getImage(tag).inspect()))) !== null;
}

/** Resolves when a build or an import is done; what it says while it goes on may end in an error. */
function finishedMaking(engine: Docker, answer: NodeJS.ReadableStream, onProgress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onFinished = (broken: Error | null, said: { error?: string; stream?: string }[]) => {
      const failed = broken?.message ?? said.find(({ error }) => error)?.error;
      if (failed === undefined) return resolve();
      // pip's own words, between those that set colours.
      const why = said.map(({ stream }) => /ERROR: ([^\p{Cc}]+)/u.exec(stream ?? '')?.[1]).findLast(Boolean);
      reject(new Error((why ?? failed).trim()));
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
  { cacheDir, libraries }: ImageSettings,
  onProgress: Progress,
): Promise<void> {
  const root = join(cacheDir, `debootstrap-${randomUUID()}`);
  await mkdir(root, { recursive: true });
  try {
    onProgress('making the Python image from Debian packages instead (once, about four minutes)');
    const include = DEBIAN_PACKAGES.join(',');
    await asRoot('debootstrap', ['--variant=minbase', `--include=${include}`, 'bookworm', root]);
    onProgress(`installing the packages of ${listsOf(libraries).join(', ')}`);
    await installWithin(root, libraries);
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

function asRoot(program: string, args: string[]): Promise<void> {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  return finished(execFile(program, args, { env, maxBuffer: 64 * 1024 ** 2 }), program);
}

/** What this machine reaches the package index by, which the new system does not have of itself. */
const LENT = ['/etc/resolv.conf', '/etc/pip.conf', '/etc/ssl/certs/ca-certificates.crt'];

/** Installs the lists into a system, from within: as python.Dockerfile does. */
async function installWithin(root: string, libraries: Libraries): Promise<void> {
  const lent = LENT.filter((path) => existsSync(path));
  for (const path of lent) await copyFile(path, join(root, path));
  for (const name of lockNames(libraries)) {
    await copyFile(join(SANDBOX_FILES, name), join(root, 'tmp', name));
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--break-system-packages', '--no-deps'];
    const pinned = ['--only-binary=:all:', '--require-hashes', '-r', `/tmp/${name}`];
    await asRoot('chroot', [root, '/usr/bin/python3', ...pip, ...pinned]);
    await rm(join(root, 'tmp', name));
  }
  for (const path of lent) if (!path.endsWith('.crt')) await rm(join(root, path));
}

async function makePythonImage(
  engine: Docker,
  tag: string,
  settings: ImageSettings,
  onProgress: Progress,
): Promise<void> {
  try {
    onProgress('building the Python image (once, a few minutes)');
    const buildargs = { LISTS: listsOf(settings.libraries).join(' ') };
    await build(engine, tag, { dockerfile: 'python.Dockerfile', buildargs }, onProgress);
  } catch (error) {
    onProgress(`it could not be built: ${(error as Error).message}`);
    if (process.getuid?.() !== 0 || !onPath('debootstrap')) throw error;
    await debootstrap(engine, tag, settings, onProgress);
  }
}

/**
 * Makes the image unless the engine has it.
 * @throws with a sentence that says what failed.
 */
export async function setUpImage(
  engine: Docker,
  settings: ImageSettings,
  onProgress: Progress,
): Promise<string> {
  const plain = await setUpPlainImage(engine, settings, onProgress);
  if (settings.own.length > 0) await addOwn(engine, plain, settings, onProgress);
  return sandboxImageTag(settings);
}

/** The image with the operator's packages; where they cannot be had, the plain one serves under its name. */
async function addOwn(
  engine: Docker,
  plain: string,
  choice: PythonChoice,
  onProgress: Progress,
): Promise<void> {
  const tag = sandboxImageTag(choice);
  const names = choice.own.map(({ name, version }) => `${name}==${version}`);
  const there = await ownInImage(engine, tag);
  if (there !== null && there.length > 0) return;
  onProgress(`adding ${names.join(', ')} to the sandbox image (SANDBOX_PACKAGES)`);
  try {
    const labels = { [OWN_LABEL]: choice.own.map(({ name }) => name).join(' ') };
    const buildargs = { SANDBOX_IMAGE: plain, OWN: names.join(' ') };
    await build(engine, tag, { dockerfile: OWN_DOCKERFILE, buildargs, labels }, onProgress);
  } catch (error) {
    onProgress(
      `SANDBOX_PACKAGES: they could not be added to the image (${(error as Error).message}): mend the names or the versions; code runs without them, and the next start tries again`,
    );
    const [repo, version] = tag.split(':') as [string, string];
    await ask(engine.getImage(plain).tag({ repo, tag: version }));
  }
}

async function setUpPlainImage(
  engine: Docker,
  settings: ImageSettings,
  onProgress: Progress,
): Promise<string> {
  const { libraries } = settings;
  const tag = plainImageTag(libraries);
  if (await hasImage(engine, tag)) return tag;
  const python = pythonTag(libraries);
  if (!(await hasImage(engine, python))) await makePythonImage(engine, python, settings, onProgress);
  onProgress('building the sandbox image');
  const packages = listsOf(libraries).flatMap(packagesOf);
  const buildargs = {
    PYTHON_IMAGE: python,
    PACKAGES: packages.map(({ name, module }) => `${name}=${module}`).join(' '),
  };
  // Nothing is downloaded any more, and not every engine has a network for builds.
  await build(engine, tag, { dockerfile: 'Dockerfile', buildargs, networkmode: 'none' }, onProgress);
  return tag;
}
