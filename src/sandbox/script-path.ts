/** Where the workspace is inside every sandbox, and the scripts that may be started there (S3, S7). */

export const WORKSPACE_INSIDE = '/workspace';

/**
 * The path inside the sandbox of a script given relative to the workspace.
 * @throws RangeError for a path that is absolute, climbs, or holds control characters.
 */
export function scriptInside(script: string): string {
  const segments = script.split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(script) || segments.some((part) => ['', '.', '..'].includes(part)))
    throw new RangeError(`not a path of a script inside the workspace: ${JSON.stringify(script)}`);
  return `${WORKSPACE_INSIDE}/${script}`;
}
