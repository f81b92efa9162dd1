import { ApiError, Unreachable } from '../api/http.ts';
import { isMissingPart } from './missing-parts.ts';

/** What a sentence needs: vue-i18n's `t` and `te`. */
export interface Translator {
  t(key: string, values?: Record<string, unknown>): string;
  te(key: string): boolean;
}

/** What went wrong, in the person's language where the code is known, else in the server's words. */
export function errorSentence(error: unknown, { t, te }: Translator): string {
  if (error instanceof Unreachable) return t('error.unreachable');
  if (error instanceof ApiError) {
    return te(`error.${error.code}`) ? t(`error.${error.code}`) : error.message;
  }
  if (isMissingPart(error)) return t('error.partMissing');
  return t('error.unexpected', { message: error instanceof Error ? error.message : String(error) });
}
