/** Numbers and figures whose sources say something else now, or that have none (T7, T8). */
import { isTelling } from '../../domain/provenance/telling.ts';
import type { Provenance, TracedFigure, TracedNumber } from '../../domain/provenance/types.ts';
import { type CheckItem, item } from '../item.ts';

/** @param lineOf the line of an offset of the paper */
export function numberItems({ numbers }: Provenance, lineOf: (offset: number) => number): CheckItem[] {
  const said = new Set<string>();
  return numbers.flatMap((number) => {
    const { text } = number;
    const state = stateOf(number);
    const sentence = sentenceOf(number, state);
    // A number that stands in many places is one mistake.
    if (sentence === null || said.has(`${state} ${text}`)) return [];
    said.add(`${state} ${text}`);
    return [item(`number_${state}`, sentence, { line: lineOf(number.start), about: text })];
  });
}

/** What a person pinned goes out of date like the rest; what they confirmed or dismissed needs nothing. */
function stateOf({ state, reason }: TracedNumber): TracedNumber['state'] {
  return state === 'pinned' && STALE.test(reason ?? '') ? 'stale' : state;
}

const STALE = /^(?:script_changed|input_(?:changed|missing|stale))$/;

function sentenceOf(
  { reason, text, file, run, newer, decision }: TracedNumber,
  state: TracedNumber['state'],
): string | null {
  if (state === 'untraced')
    return reason !== 'ambiguous' && decision === undefined && isTelling(text)
      ? `${text} stands in no run, message or file: have a script print it, or take it out.`
      : null;
  if (state === 'superseded')
    return newer === undefined
      ? `${text} is of run ${run}; a newer run gives another value.`
      : `${text} is of run ${run}; a newer run gives ${newer}.`;
  return state === 'stale' ? `${text} is of run ${run}, and ${changed(file)} has changed since.` : null;
}

export function figureItems(
  { figures }: Provenance,
  lineOf: (path: string) => number | undefined,
): CheckItem[] {
  return figures.flatMap((figure) => {
    const sentence = sentenceOfFigure(figure);
    if (sentence === null) return [];
    const line = lineOf(figure.path);
    return [
      item(`figure_${figure.state}`, sentence, {
        ...(line === undefined ? {} : { line }),
        about: figure.path,
      }),
    ];
  });
}

function sentenceOfFigure({ path, state, file, run }: TracedFigure): string | null {
  if (state === 'stale') return `${path} was drawn by run ${run}, and ${changed(file)} has changed since.`;
  return state === 'edited' ? `${path} is not as run ${run} left it.` : null;
}

function changed(file: string | undefined): string {
  return file ?? 'what it was made from';
}
