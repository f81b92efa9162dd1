/** What a model is shown of a run: how it ended, and as much of the output as helps it (S5, P7). */
import type { Ending } from './types.ts';

/** Of each stream, half from its beginning and half from its end. */
export const SHOWN_CHARACTERS = 16 * 1024;
/** Frames of libraries between the script's last line and the error that are worth their tokens. */
const OWN_CODE = /^ {2}File "(\/workspace\/|<)/;

/** Head and tail, cut at line ends where there are any, with a line that says how much is missing. */
export function headAndTail(text: string, characters = SHOWN_CHARACTERS): string {
  if (text.length <= characters) return text;
  const half = Math.floor(characters / 2);
  const headEnd = text.lastIndexOf('\n', half) + 1 || wholeCharacter(text, half);
  const after = text.length - half;
  const tailStart = text.indexOf('\n', after) + 1 || wholeCharacter(text, after);
  const missing = tailStart - headEnd;
  const head = text.slice(0, headEnd);
  return `${head}${head.endsWith('\n') ? '' : '\n'}[… ${missing.toLocaleString('en')} characters not shown …]\n${text.slice(tailStart)}`;
}

/** Not between the two halves of a character outside the basic plane. */
function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}

/**
 * Leaves out the frames of library code of each traceback: those of the script, the one that raised, and the
 * error itself are what a repair needs.
 */
export function shortTracebacks(stderr: string): string {
  const lines = stderr.split('\n');
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as string;
    kept.push(line);
    if (!line.startsWith('Traceback (most recent call last):')) continue;
    const frames: string[][] = [];
    while (/^ /.test(lines[index + 1] ?? '')) {
      index += 1;
      const next = lines[index] as string;
      if (next.startsWith('  File "') || frames.length === 0) frames.push([next]);
      else frames.at(-1)?.push(next);
    }
    kept.push(...framesShown(frames));
  }
  return kept.join('\n');
}

function framesShown(frames: string[][]): string[] {
  const shown: string[] = [];
  let hidden = 0;
  frames.forEach((frame, index) => {
    if (!OWN_CODE.test(frame[0] ?? '') && index < frames.length - 1) {
      hidden += 1;
      return;
    }
    if (hidden > 0) shown.push(`  [${hidden} library ${hidden === 1 ? 'frame' : 'frames'} not shown]`);
    hidden = 0;
    shown.push(...frame);
  });
  return shown;
}

/** @param stdout, stderr what is kept of them. @returns the text of the tool's result. */
export function forModel(stdout: string, stderr: string, ending: Ending): string {
  const sections = [`The run ${sentence(ending)}.`];
  if (stdout.trim() !== '') sections.push(`stdout:\n${headAndTail(stdout).trimEnd()}`);
  if (stderr.trim() !== '') sections.push(`stderr:\n${headAndTail(shortTracebacks(stderr)).trimEnd()}`);
  if (sections.length === 1) sections.push('It printed nothing.');
  return sections.join('\n\n');
}

/** `timed out after 20 s` can follow "The run"; what begins with a name is put behind it. */
function sentence({ kind, message }: Ending): string {
  return kind === 'exited' || kind === 'timed_out' ? message : `ended: ${message}`;
}
