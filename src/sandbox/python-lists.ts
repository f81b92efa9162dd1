/** What scripts may import (W1): the lists in sandbox/*.txt, each a layer on those before it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnPackage } from '../domain/own-packages.ts';
import { SANDBOX_FILES } from './sandbox-files.ts';

/** SANDBOX_LIBRARIES: the first list alone, the second too, or the heavy one as well. */
export type Libraries = 'few' | 'usual' | 'all';

export type PythonList = 'requirements' | 'libraries' | 'heavy';

/** What code may import: the lists of a setting, and packages of the operator's own choice (W2). */
export interface PythonChoice {
  libraries: Libraries;
  own: readonly OwnPackage[];
}

/** What lies on the first list: a further one, or the operator's own packages. */
export type LayerName = Exclude<PythonList, 'requirements'> | 'own';

const LISTS: Record<Libraries, readonly PythonList[]> = {
  few: ['requirements'],
  usual: ['requirements', 'libraries'],
  all: ['requirements', 'libraries', 'heavy'],
};

/** Packages that are told under this heading are not told: they serve the sandbox. */
const OWN = "the sandbox's own";

export interface ListedPackage {
  /** Under which the index has it. */
  name: string;
  /** What code imports. */
  module: string;
  /** Such as "figures". */
  kind: string;
}

/** The lists of a setting, in the order in which they are installed. */
export function listsOf(libraries: Libraries): readonly PythonList[] {
  return LISTS[libraries];
}

/** What code imports of a list, as its file says it. */
export function packagesOf(list: PythonList): ListedPackage[] {
  const packages: ListedPackage[] = [];
  let kind = OWN;
  for (const line of readFileSync(join(SANDBOX_FILES, `${list}.txt`), 'utf8').split('\n')) {
    kind = /^## (.+)/.exec(line)?.[1] ?? kind;
    const [, name, module] = /^([\w-]+)[^#]*# (.+)/.exec(line) ?? [];
    if (name && module && kind !== OWN) packages.push({ name, module, kind });
  }
  return packages;
}

export function lockFile(list: PythonList): string {
  return join(SANDBOX_FILES, `${list}.lock.txt`);
}

/** Of the operator's packages, and of what they lie on: with other versions below, others may be needed. */
export function ownHash({ libraries, own }: PythonChoice): string {
  const hash = createHash('sha256').update(JSON.stringify(own));
  for (const list of listsOf(libraries)) hash.update(lockHash(list));
  return hash.digest('hex').slice(0, 16);
}

/** Of the lock file: what is made from other versions has another name. */
export function lockHash(list: PythonList): string {
  return createHash('sha256')
    .update(readFileSync(lockFile(list)))
    .digest('hex')
    .slice(0, 16);
}

/** The operator's own packages as a line of the same kind; none where there are none. */
export function ownInWords(names: string[]): string[] {
  return names.length === 0 ? [] : [`added on this server: ${names.join(', ')}`];
}

/** What a lock file names, without hashes. */
export function lockedPackages(list: PythonList): string[] {
  const lines = readFileSync(lockFile(list), 'utf8').split('\n');
  return lines.filter((line) => /^[\w.-]+==/.test(line)).map((line) => line.replace(/\s*\\$/, ''));
}

/**
 * What can be imported, in a line a kind, such as "figures: matplotlib, seaborn".
 * @param named how a module is named there; null: it is not there, and left out
 */
export function kindsInWords(libraries: Libraries, named: (module: string) => string | null): string[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, module } of listsOf(libraries).flatMap(packagesOf)) {
    const name = named(module);
    if (name !== null) kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  return [...kinds].map(([kind, names]) => `${kind}: ${names.join(', ')}`);
}
