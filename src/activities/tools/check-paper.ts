/** `check_paper`: what the paper check finds, in words (O9). */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import type { CheckItem } from '../../paper-check/item.ts';
import { cleanPath } from './markdown-text.ts';
import { succeeded, type ToolContext, type ToolResult } from './types.ts';

/** As many are told at once: who has mended them asks again. */
export const MOST_TOLD = 30;

export async function checkPaper(args: ArgumentsOf<'check_paper'>, ctx: ToolContext): Promise<ToolResult> {
  const path = cleanPath(args.file);
  return succeeded(inWords(path, await ctx.checkPaper(path)));
}

/** Errors first, each kind in the order of the text. */
export function inWords(path: string, items: readonly CheckItem[]): string {
  if (items.length === 0) return `The check of ${path} found nothing.`;
  const errors = items.filter(({ severity }) => severity === 'error');
  const all = [...errors, ...items.filter(({ severity }) => severity !== 'error')];
  const head = `The check of ${path} found ${count(items.length, 'thing')}, ${count(errors.length, 'error')} among them.`;
  const lines = all
    .slice(0, MOST_TOLD)
    .map(
      ({ message, line, severity }) =>
        `- ${line === undefined ? '' : `line ${line}, `}${severity}: ${message.replace(/\s+/g, ' ')}`,
    );
  const left = all.length - lines.length;
  return [head, ...lines, ...(left > 0 ? [`… and ${left} more: mend these, then check again.`] : [])].join(
    '\n',
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
