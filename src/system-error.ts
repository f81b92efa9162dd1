/** What system calls, and whoever speaks like them, say in their errors. */

/** The code of an error, such as `ENOENT`, where it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
