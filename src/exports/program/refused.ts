/** Why there is no document, in a sentence for the person: it would be so again. */
import { codeOf } from '../../system-error.ts';
import { missingPackage } from '../missing-formats.ts';

export class Refused extends Error {
  override name = 'Refused';
}

/** Not there, or for another machine. */
const MISSING = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** What failed when a package was loaded, as a sentence where it is not installed. */
export function missingOr(error: unknown, name: string): unknown {
  // A package that picks its machine's program says so in words of its own.
  const isMissing =
    MISSING.has(String(codeOf(error))) || /native binding/.test(error instanceof Error ? error.message : '');
  return isMissing ? new Refused(missingPackage(name)) : error;
}
