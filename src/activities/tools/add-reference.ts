/** `add_reference`: works into references.bib, which citations are made from (O6). */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { addReferences, sameWorks } from '../../domain/references/add-reference.ts';
import { doiOf } from '../../domain/references/plain-text.ts';
import { SOURCE_NAMES } from '../../domain/references/sources.ts';
import { bibtexOf } from '../../domain/references/write-bibtex.ts';
import { BIBLIOGRAPHY } from '../../paper-check/check-work.ts';
import { changeFile } from './change-file.ts';
import { utf8OrNull } from './markdown-text.ts';
import { failed, type ToolContext, type ToolLiterature, type ToolResult } from './types.ts';

/** Milliseconds for what is looked up of a call: what has no answer then is said to be unchecked. */
const LOOK_UP_MS = 60_000;

export async function addReference(
  { bibtex, doi }: ArgumentsOf<'add_reference'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  if (bibtex === undefined && doi === undefined) return failed('Nothing was given: send "bibtex".');
  const given = doi === undefined ? { ok: true as const, bibtex } : await bibtexOfDoi(doi, ctx.literature);
  if (!given.ok) return failed(`Nothing was added. ${given.reason}`);
  const texts = doi === undefined ? [bibtex] : [given.bibtex, bibtex];
  const entries = texts.filter((text) => text !== undefined && text.trim() !== '').join('\n');
  const changed = await changeFile(ctx, BIBLIOGRAPHY, 'adds', (bytes) => {
    const current = utf8OrNull(bytes ?? Buffer.alloc(0));
    if (current === null)
      return { ok: false, result: `${BIBLIOGRAPHY} is not UTF-8 text: nothing was added.` };
    const added = addReferences(current, entries);
    if (!added.ok) return { ok: false, result: `Nothing was added. ${added.reason}` };
    const lines = added.entries.map(({ key, how, title }) =>
      how === 'added'
        ? `Added "${title}": cite it as [@${key}].`
        : `"${title}" is in ${BIBLIOGRAPHY} already: cite it as [@${key}].`,
    );
    return { ok: true, content: added.source, result: lines.join('\n') };
  });
  if (!changed.ok || ctx.literature === null) return changed;
  // Whoever cites a work should know at once what the sources say of it.
  const source = (await ctx.workspace.read(BIBLIOGRAPHY)).toString('utf8');
  const said = await ctx.literature.verdictsInWords(sameWorks(source, entries), LOOK_UP_MS);
  return { ...changed, result: [changed.result, ...said].join('\n') };
}

type Given = { ok: true; bibtex: string } | { ok: false; reason: string };

async function bibtexOfDoi(written: string, literature: ToolLiterature | null): Promise<Given> {
  if (literature === null)
    return { ok: false, reason: 'Works cannot be looked up on this server: send the BibTeX of this one.' };
  const doi = doiOf(written);
  if (doi === null)
    return { ok: false, reason: 'That has not the form of a DOI, such as 10.1093/comjnl/27.2.97.' };
  const found = await literature.workOfDoi(doi, LOOK_UP_MS);
  switch (found.kind) {
    case 'work':
      return { ok: true, bibtex: bibtexOf(found.work) };
    case 'absent':
      return { ok: false, reason: `There is no DOI ${doi}: ask search_literature for the work.` };
    case 'no_record':
      return { ok: false, reason: `${doi} leads to no record that a program can read: send the BibTeX.` };
    case 'unknown': {
      const silent = found.silent.map((source) => SOURCE_NAMES[source]).join(', ');
      return {
        ok: false,
        reason: `No answer about ${doi} came (${silent}): try again later, or send the BibTeX.`,
      };
    }
  }
}
