/** Citations and the list of references (O6): keys that references.bib has, by pandoc's citeproc. */
import { attr, type Block, type Citation, type Inline, type Problem, str } from '../paper/ast.ts';
import { type Convert, documentOf, type PandocDocument } from './pandoc.ts';
import { mapNodes, type Node, nodesOf, textOf } from './walk.ts';

export interface Bibliography {
  keys: ReadonlySet<string>;
  /** The references as data, which every format is made from. */
  json: string;
  /** The same as BibTeX, without anything that is no field's text. */
  bibtex: string;
}

interface Reference {
  id: string;
  URL?: string;
  DOI?: string;
}

/** Addresses lead to the web, and a DOI has a DOI's form: both become links (O10). */
function withoutBadLinks({ URL: url, DOI: doi, ...rest }: Reference): Reference {
  return {
    ...rest,
    ...(url !== undefined && /^https?:\/\/[^\s"<>{}\\]+$/i.test(url) ? { URL: url } : {}),
    ...(doi !== undefined && /^10\.\d{4,9}\/[^\s"<>{}\\]+$/.test(doi) ? { DOI: doi } : {}),
  };
}

/** null without references; one that cannot be read is a problem. */
export async function readBibliography(
  bib: string | null,
  convert: Convert,
  problems: Problem[],
): Promise<Bibliography | null> {
  if (bib === null || bib.trim() === '') return null;
  try {
    const { stdout } = await convert({ from: 'bibtex', to: 'csljson' }, bib, {});
    const entries = (JSON.parse(stdout) as Reference[]).map(withoutBadLinks);
    const json = JSON.stringify(entries);
    const { stdout: bibtex } = await convert({ from: 'csljson', to: 'bibtex' }, json, {});
    return { keys: new Set(entries.map(({ id }) => id)), json, bibtex };
  } catch (error) {
    const said = (error as Error).message.split('\n').filter((line) => line.trim() !== '');
    problems.push({
      code: 'bibliography_unreadable',
      message: `references.bib cannot be read as BibTeX, so no citation is resolved: ${said.slice(0, 2).join(' ').slice(0, 300)}`,
    });
    return null;
  }
}

/** Citations of keys that there are none of, named in their place. */
export function withoutUnknown(
  document: PandocDocument,
  keys: ReadonlySet<string>,
  problems: Problem[],
): PandocDocument {
  return mapNodes(document, (node) => {
    if (node.t !== 'Cite') return node;
    const { c, line } = node as unknown as { c: [Citation[], Inline[]]; line?: number };
    const unknown = c[0].map(({ citationId }) => citationId).filter((id) => !keys.has(id));
    if (unknown.length === 0) return node;
    problems.push({
      code: 'citation_unresolved',
      message: `references.bib has no ${unknown.map((id) => `@${id}`).join(', ')}.`,
      ...(line === undefined ? {} : { line }),
    });
    return { t: 'Strong', c: [str(`[${unknown.map((id) => `@${id}?`).join('; ')}]`)] };
  });
}

/** Puts a place for the list of references under its heading, or under one of its own at the end. */
export function withListOfReferences(blocks: readonly Block[], language: 'en' | 'zh'): Block[] {
  const refs: Block = { t: 'Div', c: [attr('refs'), []] };
  const at = blocks.findIndex((block) => block.t === 'Header' && block.c[1][1].includes('references'));
  if (at >= 0) return [...blocks.slice(0, at + 1), refs, ...blocks.slice(at + 1)];
  const title = language === 'zh' ? '参考文献' : 'References';
  return [...blocks, { t: 'Header', c: [1, attr('', ['unnumbered', 'references']), [str(title)]] }, refs];
}

export function citesAnything(document: PandocDocument): boolean {
  for (const { t } of nodesOf(document)) if (t === 'Cite') return true;
  return false;
}

/** The document with its citations as text, and the list of what it cites. */
export async function cited(
  document: PandocDocument,
  { json }: Bibliography,
  csl: string,
  convert: Convert,
): Promise<PandocDocument> {
  const options = {
    from: 'json',
    to: 'json',
    standalone: true,
    citeproc: true,
    bibliography: ['references.json'],
    csl: 'style.csl',
  };
  const meta = { ...document.meta, 'link-citations': { t: 'MetaBool', c: true } };
  const { stdout } = await convert(options, JSON.stringify({ ...document, meta }), {
    'references.json': json,
    'style.csl': csl,
  });
  const made = JSON.parse(stdout) as PandocDocument;
  const blocks = mapNodes(made.blocks, (node) => {
    if (node.t === 'Cite') return { t: 'Span', c: [attr(), (node.c as [unknown, Inline[]])[1]] };
    return isReference(node) ? inItsOwnLanguage(node) : node;
  });
  return documentOf(blocks, document.meta);
}

function isReference({ t, c }: Node): boolean {
  return t === 'Div' && /^ref-/.test((c as [[string]])[0][0]);
}

/** A style has one language for all: a reference in Latin letters says "et al.", not 等 (O5). */
function inItsOwnLanguage(reference: Node): Node {
  const text = textOf(reference);
  if (/[\u4e00-\u9fff]/.test(text.replaceAll('等', ''))) return reference;
  return mapNodes(reference, (node) =>
    node.t === 'Str'
      ? { ...node, c: String(node.c).replace(/,?\s*等/g, (all) => all.replace('等', 'et al')) }
      : node,
  );
}

/** Links lead to the web, to a mailbox or within the document; others are their text (O10). */
export function withSafeLinks(document: PandocDocument): PandocDocument {
  return mapNodes(document, (node) => {
    if (node.t !== 'Link') return node;
    const [, text, [url]] = node.c as [unknown, Inline[], [string, string]];
    return /^(?:https?:\/\/[^\s]|mailto:|#)/i.test(url) ? node : { t: 'Span', c: [attr(), text] };
  });
}

/** Nodes as pandoc has them: without the places in the text that are ours. */
export function withoutLines(document: PandocDocument): PandocDocument {
  return mapNodes(document, (node) => {
    if (!('line' in node)) return node;
    const { line: _line, ...rest } = node;
    return rest;
  });
}
