/** Secrets that are made once and kept under PA_DATA, readable by their owner only. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../system-error.ts';
import { SetupError } from './setup-error.ts';

const schema = z.object({
  jwtSecret: z.string().min(32),
  encryptionKey: z.string().length(64),
  /** Of the embedded Postgres: its administrator, and the role that the app uses. */
  postgresAdminPassword: z.string().min(32),
  postgresPassword: z.string().min(32),
});
export type StoredSecrets = z.infer<typeof schema>;

/** New secrets, kept nowhere. */
export function makeSecrets(): StoredSecrets {
  const secret = () => randomBytes(32).toString('hex');
  return {
    jwtSecret: secret(),
    encryptionKey: secret(),
    postgresAdminPassword: secret(),
    postgresPassword: secret(),
  };
}

/**
 * The secrets of this data folder; makes them when there are none. A file that cannot be read is never
 * replaced: what was encrypted with its key would be lost.
 * @throws SetupError
 */
export async function keptSecrets(dataDir: string): Promise<StoredSecrets> {
  const file = join(dataDir, 'secrets.json');
  return (await read(file)) ?? (await create(file)) ?? keptSecrets(dataDir);
}

async function read(file: string): Promise<StoredSecrets | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new SetupError(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new SetupError(
      `${file} is damaged: put a copy of it back, or delete it (saved model keys are then lost)`,
    );
  }
}

/** Undefined when someone else made them first. The file appears with its content, or not at all. */
async function create(file: string): Promise<StoredSecrets | undefined> {
  const secrets = makeSecrets();
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(JSON.stringify(secrets, null, 2));
    await handle.sync();
    await handle.close();
    await link(draft, file);
    return secrets;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
