/**
 * The programs of a Temporal server of one's own, as `npm run cluster` starts it: the server and the tool that makes
 * its databases. Found in the order in which the CLI is (temporal-binary.ts).
 */
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { lastLine, runCommand } from './command.ts';
import type { OnProgress } from './progress.ts';
import { SetupError } from './setup-error.ts';
import { takeLockPatiently } from './temporal-binary.ts';
import { downloadTemporalServer } from './temporal-download.ts';

/** Its Go module has no replace directives, so that `go install` can build it; later ones want a newer Go. */
export const TEMPORAL_SERVER_VERSION = '1.29.1';

export interface TemporalServerBinaries {
  server: string;
  sqlTool: string;
}

const MODULE = `go.temporal.io/server@v${TEMPORAL_SERVER_VERSION}`;
/** Each program with the Go package that it is, and the name that `go install` gives it. */
const PROGRAMS = {
  'temporal-server': { path: 'cmd/server', built: 'server' },
  'temporal-sql-tool': { path: 'cmd/tools/sql', built: 'sql' },
};

interface Search {
  env: Readonly<Record<string, string | undefined>>;
  /** Takes the place of the user's cache folder where that cannot be written. */
  dataDir: string;
  onProgress: OnProgress;
}

/**
 * Paths of programs that run: from PATH, else copies kept earlier, else the official download, else built by Go.
 * @throws SetupError when there are none and none can be had
 */
export async function findTemporalServer(search: Search): Promise<TemporalServerBinaries> {
  for (const folder of (search.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const found = await whereBothRun(folder);
    if (found) return found;
  }
  const cache = await cacheFolder(search);
  const kept = join(cache, `temporal-server-${TEMPORAL_SERVER_VERSION}`);
  const release = await takeLockPatiently(join(cache, 'temporal-server.lock'), search.onProgress);
  try {
    return (await whereBothRun(kept)) ?? (await obtain(kept, cache, search));
  } finally {
    release();
  }
}

/** Whether the programs are there without a download or a build. */
export async function hasTemporalServer(search: Search): Promise<boolean> {
  const cache = await cacheFolder(search);
  const folders = [
    ...(search.env.PATH ?? '').split(delimiter).filter(Boolean),
    join(cache, `temporal-server-${TEMPORAL_SERVER_VERSION}`),
  ];
  for (const folder of folders) if (await whereBothRun(folder)) return true;
  return false;
}

async function whereBothRun(folder: string): Promise<TemporalServerBinaries | undefined> {
  const [server, sqlTool] = [join(folder, 'temporal-server'), join(folder, 'temporal-sql-tool')];
  for (const program of [server, sqlTool]) {
    const { code } = await runCommand(program, ['--version']);
    if (code !== 0) return undefined;
  }
  return { server, sqlTool };
}

/** Puts programs that run into `kept`; the folder appears there whole. */
async function obtain(kept: string, cache: string, search: Search): Promise<TemporalServerBinaries> {
  const { onProgress } = search;
  const draft = await mkdtemp(join(cache, 'temporal-server-new-'));
  const files = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, join(draft, name)]));
  try {
    onProgress(`Temporal: getting the server ${TEMPORAL_SERVER_VERSION} for a cluster (the first time only)`);
    if (await downloadTemporalServer(TEMPORAL_SERVER_VERSION, files, onProgress)) {
      for (const file of Object.values(files)) await chmod(file, 0o755);
    } else await build(files, draft, search);
    if (!(await whereBothRun(draft)))
      throw new SetupError(`the Temporal server ${TEMPORAL_SERVER_VERSION} does not run on this machine`);
    await rm(kept, { recursive: true, force: true });
    await rename(draft, kept);
    return { server: join(kept, 'temporal-server'), sqlTool: join(kept, 'temporal-sql-tool') };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function build(
  files: Record<string, string>,
  draft: string,
  { env, onProgress }: Search,
): Promise<void> {
  const elsewhere = `put temporal-server and temporal-sql-tool ${TEMPORAL_SERVER_VERSION} on PATH`;
  if ((await runCommand('go', ['version'], { env })).code !== 0)
    throw new SetupError(
      `the Temporal server could not be downloaded, and Go is not there to build it: ${elsewhere}`,
    );
  onProgress(
    'Temporal: no download from here, building the server with Go (some minutes, the first time only)',
  );
  const bin = join(draft, 'bin');
  await mkdir(bin);
  const packages = Object.values(PROGRAMS).map(({ path }) => MODULE.replace('@', `/${path}@`));
  const { code, output } = await runCommand('go', ['install', '-ldflags=-s -w', ...packages], {
    env: { ...env, GOBIN: bin },
  });
  if (code !== 0)
    throw new SetupError(
      `the Temporal server could not be downloaded, nor built (${lastLine(output)}): ${elsewhere}`,
    );
  for (const [name, { built }] of Object.entries(PROGRAMS))
    await rename(join(bin, built), files[name] ?? name);
}
