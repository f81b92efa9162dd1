/** `add_reference`: works into references.bib, which citations are made from (O6). */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { addReferences } from '../../domain/references/add-reference.ts';
import { BIBLIOGRAPHY } from '../../paper-check/check-work.ts';
import { changeFile } from './change-file.ts';
import { utf8OrNull } from './markdown-text.ts';
import type { ToolContext, ToolResult } from './types.ts';

export async function addReference(
  { bibtex }: ArgumentsOf<'add_reference'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  return changeFile(ctx, BIBLIOGRAPHY, 'adds', (bytes) => {
    const current = utf8OrNull(bytes ?? Buffer.alloc(0));
    if (current === null)
      return { ok: false, result: `${BIBLIOGRAPHY} is not UTF-8 text: nothing was added.` };
    const added = addReferences(current, bibtex);
    if (!added.ok) return { ok: false, result: `Nothing was added. ${added.reason}` };
    const lines = added.entries.map(({ key, how, title }) =>
      how === 'added'
        ? `Added "${title}": cite it as [@${key}].`
        : `"${title}" is in ${BIBLIOGRAPHY} already: cite it as [@${key}].`,
    );
    return { ok: true, content: added.source, result: lines.join('\n') };
  });
}
