/** Small JSON files that several processes agree on: each appears whole, and the first to write one is believed. */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../system-error.ts';

/** Writes a file unless it exists already. @returns whether this call wrote it. */
export function writeOnce(path: string, value: unknown): boolean {
  const draft = join(dirname(path), `draft-${randomUUID()}`);
  writeFileSync(draft, JSON.stringify(value));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @returns null when there is no such file. What it holds is what this software wrote there. */
export function readOnceWritten<Value>(path: string): Value | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
