/** What a model is shown of a run: how it ended, and as much of the output as helps it (S5, P7). */
import { type KeptOutput, wholeCharacter } from './kept-output.ts';
import type { Ending } from './types.ts';

/** Of each stream, half from its beginning and half from its end. */
export const SHOWN_CHARACTERS = 16 * 1024;
/** Frames of libraries between the script's last line and the error that are worth their tokens. */
const OWN_CODE = /^ {2}File "(\/workspace\/|<)/;

/** Head and tail, cut at line ends where there are any, with a line that says how much is missing. */
export function headAndTail({ head, dropped, tail }: KeptOutput, characters = SHOWN_CHARACTERS): string {
  const length = head.length + dropped + tail.length;
  // What was dropped is more than is shown, so each end is then longer than its half.
  if (length <= characters) return head + tail;
  const half = Math.floor(characters / 2);
  const first = dropped === 0 ? head + tail : head;
  const last = dropped === 0 ? head + tail : tail;
  const begin = first.slice(0, first.lastIndexOf('\n', half) + 1 || wholeCharacter(first, half));
  const after = Math.max(0, last.length - half);
  const end = last.slice(last.indexOf('\n', after) + 1 || wholeCharacter(last, after));
  const missing = (length - begin.length - end.length).toLocaleString('en');
  return `${begin}${begin.endsWith('\n') ? '' : '\n'}[… ${missing} characters not shown …]\n${end}`;
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

/** @returns the text of the tool's result. */
export function forModel(stdout: KeptOutput, stderr: KeptOutput, ending: Ending): string {
  const sections = [`The run ${sentence(ending)}.`];
  const shown = { stdout: headAndTail(stdout), stderr: headAndTail(withShortTracebacks(stderr)) };
  for (const [stream, text] of Object.entries(shown))
    if (text.trim() !== '') sections.push(`${stream}:\n${text.trimEnd()}`);
  if (sections.length === 1) sections.push('It printed nothing.');
  return sections.join('\n\n');
}

function withShortTracebacks({ head, dropped, tail }: KeptOutput): KeptOutput {
  if (dropped === 0) return { head: shortTracebacks(head + tail), dropped, tail: '' };
  return { head: shortTracebacks(head), dropped, tail: shortTracebacks(tail) };
}

/** `timed out after 20 s` can follow "The run"; what begins with a name is put behind it. */
function sentence({ kind, message }: Ending): string {
  return kind === 'exited' || kind === 'timed_out' ? message : `ended: ${message}`;
}
