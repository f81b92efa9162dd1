/** References within the paper that lead nowhere, and citations of keys that references.bib has not. */

import type { Bibliography } from '../../domain/references/bibtex.ts';
import { checkReferences } from '../../domain/references/check-references.ts';
import type { Block, Citation, ReferenceNode } from '../../exports/paper/ast.ts';
import type { Label } from '../../exports/paper/labels.ts';
import { nodesOf } from '../../exports/program/walk.ts';
import { type CheckItem, item } from '../item.ts';

export function unresolvedReferences(
  blocks: readonly Block[],
  labels: ReadonlyMap<string, Label>,
): CheckItem[] {
  const items: CheckItem[] = [];
  for (const node of nodesOf(blocks)) {
    if (node.t !== 'Reference') continue;
    const { id, line } = node as unknown as ReferenceNode;
    if (labels.has(id)) continue;
    items.push(
      item('reference_unresolved', `@${id} leads nowhere: no label {#${id}} stands in the paper.`, {
        ...(line === undefined ? {} : { line }),
        about: id,
      }),
    );
  }
  return items;
}

/** The keys that a paper cites, each with the line where it is cited first. */
export function citedKeys(blocks: readonly Block[]): Map<string, number | undefined> {
  const keys = new Map<string, number | undefined>();
  for (const node of nodesOf(blocks)) {
    if (node.t !== 'Cite') continue;
    const { c, line } = node as unknown as { c: [Citation[]]; line?: number };
    for (const { citationId } of c[0]) if (!keys.has(citationId)) keys.set(citationId, line);
  }
  return keys;
}

/** What is wrong with references.bib itself: at the line where the paper cites the work, if it does. */
export function referenceItems(
  references: Bibliography | null,
  cited: ReadonlyMap<string, number | undefined>,
  thisYear: number,
): CheckItem[] {
  if (references === null) return [];
  return checkReferences(references, new Set(cited.keys()), thisYear).map(({ code, message, key }) => {
    const line = key === undefined ? undefined : cited.get(key);
    return item(code, message, {
      ...(line === undefined ? {} : { line }),
      ...(key === undefined ? {} : { about: key }),
    });
  });
}

/** @param known keys of references.bib; null where there is none */
export function unresolvedCitations(
  cited: ReadonlyMap<string, number | undefined>,
  known: ReadonlySet<string> | null,
): CheckItem[] {
  return [...cited].flatMap(([key, line]) =>
    known?.has(key)
      ? []
      : [
          item(
            'citation_unresolved',
            known === null
              ? `@${key} is cited, and there is no references.bib.`
              : `references.bib has no @${key}.`,
            { ...(line === undefined ? {} : { line }), about: key },
          ),
        ],
  );
}
