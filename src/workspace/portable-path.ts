/** Which names a person may give a file: those that every system can unpack, and that read as they are (SR-L1). */
import { quote, WorkspaceError } from './workspace-error.ts';

/** What is wrong with a name, for a sentence; the first that fits is told. */
const WRONG: readonly [RegExp, string][] = [
  [
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
    'a character in it turns the direction of writing around',
  ],
  [/\p{Cc}/u, 'it holds a control character'],
  [/[<>:"|?*]/, 'Windows allows none of < > : " | ? * in a name'],
  [/[. ]$/, 'a name may not end in a dot or a blank'],
  [/^(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)/i, 'Windows keeps this name for a device'],
];

/** @throws WorkspaceError bad_path that says which part of the path is wrong, and why */
export function mustBePortable(path: string): void {
  for (const name of path.split('/')) {
    const [, why] = WRONG.find(([pattern]) => pattern.test(name)) ?? [];
    if (why === undefined) continue;
    throw new WorkspaceError(
      'bad_path',
      path,
      `${quote(name)} cannot be a file's name here: ${why}. Choose another.`,
    );
  }
}
