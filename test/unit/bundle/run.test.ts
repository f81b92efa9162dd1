import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { contentHash } from '../../../src/bundle/content-hash.mjs';
import { CHECKOUT } from '../../../src/setup/checkout.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const ENTRY = 'src/main/greet.ts';

interface Greeter {
  root: string;
  /** The option by which an entry point is run from its bundle. */
  preload: string;
  /** Where the bundle of the sources lies, as they are now. */
  bundleFolder(): string;
  write(file: string, text: string): Promise<void>;
  /** Runs the entry point as `npm start` runs its processes. */
  run(): { said: string; warned: string };
}

/** A checkout of one program, which says who it is. */
async function withGreeter(check: (greeter: Greeter) => Promise<void>): Promise<void> {
  await withTemporaryFolder(async (root) => {
    const write = async (file: string, text: string) => {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    };
    await cp(join(CHECKOUT, 'src', 'bundle'), join(root, 'src', 'bundle'), { recursive: true });
    await write('package-lock.json', '{}');
    await write(ENTRY, "const who: string = 'the sources'; console.log(who, process.argv[1]);");
    const preload = `--import=${pathToFileURL(join(root, 'src', 'bundle', 'run.mjs')).href}`;
    await check({
      root,
      preload,
      write,
      bundleFolder: () => {
        const hash = contentHash(root, ['src', 'package-lock.json']).slice(0, 24);
        return `node_modules/.cache/paperagent/server-${hash}`;
      },
      run() {
        const { stdout, stderr } = spawnSync(process.execPath, [preload, join(root, ENTRY)], {
          encoding: 'utf8',
        });
        return { said: stdout.replaceAll(`${root}/`, ''), warned: stderr };
      },
    });
  });
}

const BUNDLED = "console.log('the bundle', process.argv[1]);";

test('B7: a program is run from the bundle of its sources, and its command line still ends in its source', async () => {
  await withGreeter(async ({ bundleFolder, write, run }) => {
    await write(`${bundleFolder()}/greet.mjs`, BUNDLED);
    expect(run()).toEqual({ said: `the bundle ${ENTRY}\n`, warned: '' });
  });
});

test.each([
  [
    'one of its sources',
    ENTRY,
    "console.log('the changed sources', process.argv[1]);",
    'the changed sources',
  ],
  ['a file that it does not load yet', 'src/new.ts', '', 'the sources'],
  ['the packages', 'package-lock.json', '{"lockfileVersion":3}', 'the sources'],
])('no bundle is run once %s changed: the sources are, and it says so', async (_what, file, text, who) => {
  await withGreeter(async ({ bundleFolder, write, run }) => {
    await write(`${bundleFolder()}/greet.mjs`, BUNDLED);
    await write(file, text);
    const { said, warned } = run();
    expect(said).toBe(`${who} ${ENTRY}\n`);
    expect(JSON.parse(warned)).toMatchObject({
      level: 40,
      role: 'greet',
      msg: expect.stringContaining('npm run build'),
    });
  });
});

test('a thread of a bundled program runs what it was given', async () => {
  await withGreeter(async ({ bundleFolder, write, run }) => {
    const thread = "new (await import('node:worker_threads')).Worker(process.argv[1]);";
    await write(`${bundleFolder()}/greet.mjs`, thread);
    expect(run()).toEqual({ said: `the sources ${ENTRY}\n`, warned: '' });
  });
});

test('the stack of a bundled program`s error names its sources, as long as the maps are there', async () => {
  await withGreeter(async ({ bundleFolder, write, run }) => {
    const thrown =
      "function fail() { throw new TypeError('it broke'); }\ntry { fail() } catch (error) { console.log(error.stack) }";
    const folder = bundleFolder();
    await write(`${folder}/greet.mjs`, thrown);
    const map = { version: 3, sources: [`../../../../${ENTRY}`], names: [], mappings: 'AAAA;AAIA' };
    await write(`${folder}/greet.mjs.map`, JSON.stringify(map));
    expect(run().said).toMatch(
      /^TypeError: it broke\n {4}at fail \(src\/main\/greet\.ts:1:\d+\)\n {4}at src\/main\/greet\.ts:5:\d+\n/,
    );
    await write(`${folder}/greet.mjs.map`, 'no map');
    expect(run().said).toMatch(/at fail \(file:\/\/.*greet\.mjs:1:25\)/);
  });
});

test('B7: what Node has compiled of a bundle is kept although its process is killed', async () => {
  await withGreeter(async ({ root, preload, bundleFolder, write }) => {
    await write(`${bundleFolder()}/greet.mjs`, 'setInterval(() => {}, 1_000);');
    const kept = join(root, 'compiled');
    const env = { ...process.env, NODE_COMPILE_CACHE: kept };
    const program = spawn(process.execPath, [preload, join(root, ENTRY)], { env, stdio: 'ignore' });
    const files = () =>
      readdirSync(kept, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    await until(() => existsSync(kept) && files().length > 0, 'it was kept', 60_000);
    program.kill('SIGKILL');
    await once(program, 'exit');
  });
}, 90_000);
