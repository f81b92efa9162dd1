/** Where a run ran, as far as its results may depend on it (T3). */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import type { SandboxEnvironment } from '../sandbox/types.ts';
import { unlessMissing } from '../system-error.ts';

export interface RunEnvironment extends SandboxEnvironment {
  /** The version; null where the run did not come to say it. */
  python: string | null;
  processor: { architecture: string; model: string; flags: string };
}

/** What libraries choose their code by: the last digits of a result may differ between two kinds of processors. */
export async function processorOfMachine(): Promise<RunEnvironment['processor']> {
  const text = (await unlessMissing(readFile('/proc/cpuinfo', 'utf8'))) ?? '';
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? '';
  return { architecture: arch(), model: cpus()[0]?.model ?? '', flags };
}

export function environmentHash(environment: RunEnvironment): string {
  return createHash('sha256').update(JSON.stringify(environment)).digest('hex');
}
