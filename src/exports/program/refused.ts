/** Why there is no document, in a sentence for the person: it would be so again. */
import { codeOf } from '../../system-error.ts';
import { missingPackage } from '../missing-formats.ts';

export class Refused extends Error {
  override name = 'Refused';
}

/** What failed when a package was loaded, as a sentence where it is not installed. */
export function missingOr(error: unknown, name: string): unknown {
  const code = codeOf(error);
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing ? new Refused(missingPackage(name)) : error;
}
