/**
 * Who else has an account on this machine reads nothing of what is kept here (SR-M4): the folders that hold it are entered
 * by their owner only, whatever the modes of what is in them.
 */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const OWNERS_ONLY = 0o700;
/** Started by root, Postgres runs as an account of its own, which has to pass through; it can list nothing. */
const TO_PASS_THROUGH = 0o711;

/**
 * Makes the data folder and those named in it, and closes them to others, also those of an older version.
 * @throws the system call's error
 */
export function makePrivateFolders(root: string, names: readonly string[]): void {
  close(root, process.getuid?.() === 0 ? TO_PASS_THROUGH : OWNERS_ONLY);
  for (const name of names) close(join(root, name), OWNERS_ONLY);
}

/** A folder of somebody else, who shares it with us, has the mode that they chose. */
function close(folder: string, mode: number): void {
  mkdirSync(folder, { recursive: true, mode });
  const { uid, mode: now } = statSync(folder);
  const user = process.getuid?.();
  if ((now & 0o777) !== mode && (user === 0 || user === uid)) chmodSync(folder, mode);
}
