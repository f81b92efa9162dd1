/** `check_paper`: what the paper check finds, in words (O9). */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { readBibtex } from '../../domain/references/bibtex.ts';
import { BIBLIOGRAPHY, BIBLIOGRAPHY_BYTES } from '../../paper-check/check-work.ts';
import type { CheckItem } from '../../paper-check/item.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { cleanPath } from './markdown-text.ts';
import { succeeded, type ToolContext, type ToolResult } from './types.ts';

/** Milliseconds for references that have no verdict yet: the next check goes on with those that are left. */
const LOOK_UP_MS = 90_000;
/** As many are told at once: who has mended them asks again. */
export const MOST_TOLD = 30;

export async function checkPaper(args: ArgumentsOf<'check_paper'>, ctx: ToolContext): Promise<ToolResult> {
  const path = cleanPath(args.file);
  await lookUpReferences(ctx);
  return succeeded(inWords(path, await ctx.checkPaper(path)));
}

/** So that the check has the sources' word on what references.bib holds by now. */
async function lookUpReferences({ literature, workspace }: ToolContext): Promise<void> {
  if (literature === null) return;
  try {
    const source = await workspace.read(BIBLIOGRAPHY, { maxBytes: BIBLIOGRAPHY_BYTES });
    await literature.verdictsInWords(readBibtex(source.toString('utf8')).entries, LOOK_UP_MS);
  } catch (error) {
    // Without the file there is nothing to look up; what is wrong with it the check itself says.
    if (!(error instanceof WorkspaceError)) throw error;
  }
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
