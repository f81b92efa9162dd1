import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findTemporal, TEMPORAL_VERSION, type TemporalSearch } from '../../../src/setup/temporal-binary.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

const program = '#!/bin/sh\necho temporal version fake\n';
const keptIn = (folder: string) =>
  join(folder, 'cache', 'paperagent', `temporal-${TEMPORAL_VERSION}`, 'temporal');

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
}

/** A search that finds nothing but what a test puts there; `asked` counts the downloads. */
function searchIn(folder: string, download: TemporalSearch['download'] = async () => false) {
  const asked: string[] = [];
  const said: string[] = [];
  const search: TemporalSearch = {
    env: { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') },
    dataDir: join(folder, 'data'),
    onProgress: (line) => said.push(line),
    download: (version, file, onProgress) => {
      asked.push(version);
      return download(version, file, onProgress);
    },
  };
  return { search, asked, said };
}

const asDownload: TemporalSearch['download'] = async (_version, file) => {
  await writeFile(file, program);
  return true;
};

test('a temporal on PATH is used, and nothing is fetched', async () => {
  await withTemporaryFolder(async (folder) => {
    await put(join(folder, 'bin', 'temporal'), program);
    await put(keptIn(folder), program);
    const { search, asked } = searchIn(folder, asDownload);
    expect(await findTemporal(search)).toBe(join(folder, 'bin', 'temporal'));
    expect(asked).toEqual([]);
  });
});

test('a temporal on PATH that does not run is passed over for the copy that was kept', async () => {
  await withTemporaryFolder(async (folder) => {
    await put(join(folder, 'bin', 'temporal'), '#!/bin/sh\nexit 1\n');
    await put(keptIn(folder), program);
    const { search, asked } = searchIn(folder, asDownload);
    expect(await findTemporal(search)).toBe(keptIn(folder));
    expect(asked).toEqual([]);
  });
});

test('without either it is downloaded once and kept for all checkouts, also when two ask at once', async () => {
  await withTemporaryFolder(async (folder) => {
    const { search, asked } = searchIn(folder, asDownload);
    expect(await Promise.all([findTemporal(search), findTemporal(search)])).toEqual([
      keptIn(folder),
      keptIn(folder),
    ]);
    expect(asked).toEqual([TEMPORAL_VERSION]);
    expect((await stat(keptIn(folder))).mode & 0o111).not.toBe(0);
  });
});

test('what was downloaded but does not run is not kept', async () => {
  await withTemporaryFolder(async (folder) => {
    const { search } = searchIn(folder, async (_version, file) => {
      await writeFile(file, 'half a program');
      return true;
    });
    await expect(findTemporal(search)).rejects.toThrow(/could not be downloaded/);
    await expect(stat(keptIn(folder))).rejects.toThrow(/ENOENT/);
  });
});

test('where no download answers, Go builds the version that it can build', async () => {
  await withTemporaryFolder(async (folder) => {
    const go = `#!/bin/sh
[ "$1" = version ] && exit 0
echo "$@" > ${folder}/go-arguments
/bin/mkdir -p "$GOBIN"
printf '#!/bin/sh\\necho temporal version built\\n' > "$GOBIN/temporal"
`;
    await put(join(folder, 'bin', 'go'), go);
    const { search, said } = searchIn(folder);
    expect(await findTemporal(search)).toBe(keptIn(folder));
    expect(await readFile(join(folder, 'go-arguments'), 'utf8')).toBe(
      'install -ldflags=-s -w github.com/temporalio/cli/cmd/temporal@v1.5.1\n',
    );
    expect(said.some((line) => line.includes('building it with Go'))).toBe(true);
  });
});

test('with nothing at all, one sentence says what to do', async () => {
  await withTemporaryFolder(async (folder) => {
    const { search } = searchIn(folder);
    await expect(findTemporal(search)).rejects.toThrow(/^[^\n]*Go is not there[^\n]*TEMPORAL_ADDRESS[^\n]*$/);
  });
});

test('a cache folder that cannot be made is replaced by one under PA_DATA', async () => {
  await withTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'cache'), 'a file where a folder should be');
    const { search } = searchIn(folder, asDownload);
    expect(await findTemporal(search)).toBe(
      join(folder, 'data', 'cache', `temporal-${TEMPORAL_VERSION}`, 'temporal'),
    );
  });
});
