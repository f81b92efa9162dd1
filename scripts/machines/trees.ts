/** The root folders of fresh machines: from an image where a registry answers, else from Debian's and npm's packages. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
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
  { image, debian }: Machine,
  cache: string,
  say: (line: string) => void,
): Promise<{ tree: string } | { missing: string }> {
  const hash = createHash('sha256').update(JSON.stringify([image, debian]));
  const tree = join(cache, `tree-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(tree)) return { tree };
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    if (!(await fromImage(image, draft))) {
      if (debian === undefined) return { missing: `the image ${image} cannot be pulled here` };
      say(`the image ${image} cannot be pulled: making the machine from packages`);
      await fromDebian(debian.packages, draft);
      await addNode(debian.node, draft);
    }
    await rename(draft, tree);
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

async function fromDebian(packages: readonly string[], folder: string): Promise<void> {
  const include = `--include=${packages.join(',')}`;
  await run('debootstrap', ['--variant=minbase', include, 'bookworm', folder]);
  // Where this machine's network has an authority of its own, the new one is on the same network.
  if (existsSync(`/${CERTIFICATES}`)) await cp(`/${CERTIFICATES}`, join(folder, CERTIFICATES));
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
