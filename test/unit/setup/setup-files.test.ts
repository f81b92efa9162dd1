import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { contentHash } from '../../../src/bundle/content-hash.mjs';
import { makeDataFolder } from '../../../src/setup/data-folder.ts';
import { keptInstanceLabel } from '../../../src/setup/instance-label.ts';
import { isFree, keptPorts } from '../../../src/setup/ports.ts';
import { postgresSettings } from '../../../src/setup/postgres-settings.ts';
import { keptSecrets } from '../../../src/setup/secrets.ts';
import { SEARCH_ATTRIBUTES, temporalCommand } from '../../../src/setup/temporal-server.ts';
import { SEARCH_ATTRIBUTES as OF_WORKFLOWS } from '../../../src/workflows/messages.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

test('A11: secrets are made once, also when several ask at once, and only their owner reads them', async () => {
  await withTemporaryFolder(async (folder) => {
    const [first, ...others] = await Promise.all([1, 2, 3, 4].map(() => keptSecrets(folder)));
    for (const other of others) expect(other).toEqual(first);
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(new Set(Object.values(first ?? {})).size).toBe(4);
  });
});

test('a damaged secrets file is never replaced: what its key encrypted would be lost', async () => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, 'secrets.json');
    await writeFile(file, '{"jwtSecret":"');
    await expect(keptSecrets(folder)).rejects.toThrow(/secrets\.json is damaged/);
    expect(await readFile(file, 'utf8')).toBe('{"jwtSecret":"');
  });
});

test('A11: the embedded servers listen on loopback only', () => {
  const settings = postgresSettings({ port: 20_001, durable: true });
  expect(settings).toContain("listen_addresses = '127.0.0.1'");
  expect(settings).toContain("unix_socket_directories = ''");
  const { args } = temporalCommand({ binary: 't', database: 'd', port: 1, uiPort: 2, namespace: 'default' });
  expect(args.slice(args.indexOf('--ip'), args.indexOf('--ip') + 2)).toEqual(['--ip', '127.0.0.1']);
});

test('an acked message survives the machine: commits wait for the disk outside tests', () => {
  const settings = postgresSettings({ port: 20_001, durable: true });
  expect(settings).toContain("synchronous_commit = 'on'");
  expect(settings).toContain("fsync = 'on'");
});

test('F17: the embedded Temporal knows the search attributes that workflows set', () => {
  expect([...SEARCH_ATTRIBUTES].sort()).toEqual(Object.values(OF_WORKFLOWS).sort());
});

test('ports are kept while they are free, and chosen anew when someone else has them', async () => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, 'ports.json');
    const first = await keptPorts(file, ['a', 'b']);
    expect(first.a).not.toBe(first.b);
    expect(await keptPorts(file, ['a', 'b'])).toEqual(first);
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(first.a, '127.0.0.1', resolve));
    expect(await isFree(first.a)).toBe(false);
    const second = await keptPorts(file, ['a', 'b']);
    expect(second.a).not.toBe(first.a);
    expect(second.b).toBe(first.b);
    await new Promise((resolve) => stranger.close(resolve));
  });
});

test('an instance label is made once and belongs to one data folder', async () => {
  await withTemporaryFolder(async (folder) => {
    await Promise.all(['one', 'two'].map((name) => mkdir(join(folder, name))));
    const label = keptInstanceLabel(join(folder, 'one'));
    expect(label).toMatch(/^[0-9a-f]{12}$/);
    expect(keptInstanceLabel(join(folder, 'one'))).toBe(label);
    expect(keptInstanceLabel(join(folder, 'two'))).not.toBe(label);
  });
});

test('a content hash changes with a name or a byte, and not with what is built', async () => {
  await withTemporaryFolder(async (folder) => {
    await mkdir(join(folder, 'web', 'dist'), { recursive: true });
    await writeFile(join(folder, 'web', 'a.ts'), 'a');
    const hash = () => contentHash(folder, ['web']);
    const before = await hash();
    await writeFile(join(folder, 'web', 'dist', 'b.js'), 'b');
    expect(await hash()).toBe(before);
    await writeFile(join(folder, 'web', 'a.ts'), 'b');
    const changed = await hash();
    expect(changed).not.toBe(before);
    await writeFile(join(folder, 'web', 'c.ts'), '');
    expect(await hash()).not.toBe(changed);
  });
});

test('a data folder that cannot be made is refused by one sentence that names the variable', async () => {
  await withTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'file'), '');
    expect(() => makeDataFolder(join(folder, 'file', 'data'))).toThrow(
      /^PA_DATA \([^\n]*\) cannot be written to: ENOTDIR$/,
    );
  });
});
