/** Which files of its workspace a document shows, as the page draws it: by images of Markdown's and of HTML's. Pure. */
import type { Token } from 'markdown-it';
import { createParser } from './parser.ts';
import { MOST_MARKDOWN_CHARACTERS, MOST_NESTING, tooDeep, tooLong } from './unreadable.ts';
import { workspacePath } from './workspace-path.ts';

export interface FilesShown {
  /** Paths in the workspace, each once, in the order of the text. */
  images: string[];
  /** Whether something is cited, so that the bibliography is part of what is read. */
  cites: boolean;
}

const PARSER = createParser({ html: true, maxNesting: MOST_NESTING });

/** An address in a tag: what is longer than this names no file. */
const IMAGE_TAG =
  /<img\s[^<>]{0,2000}?\bsrc\s{0,10}=\s{0,10}(?:"([^"<>]{0,1000})"|'([^'<>]{0,1000})'|([^\s"'<>]{1,1000}))/gi;
const CITATION = /\[(?:[^[\]\n]{0,100}\s)?-?@/;

/** @throws UnreadableMarkdown for a text that is too long, or nested too deeply */
export function filesShownBy(source: string): FilesShown {
  if (source.length > MOST_MARKDOWN_CHARACTERS) throw tooLong(source.length);
  const tokens = PARSER.parse(source, {});
  if (tokens.some((token) => token.level >= MOST_NESTING - 1)) throw tooDeep();
  const found = new Set<string>();
  const add = (reference: string) => {
    const path = workspacePath(reference);
    if (path !== null) found.add(path);
  };
  const walk = (list: readonly Token[]) => {
    for (const token of list) {
      if (token.type === 'image') add(String(token.attrGet('src') ?? ''));
      else if (token.type === 'html_block' || token.type === 'html_inline')
        for (const tag of withoutComments(token.content).matchAll(IMAGE_TAG))
          add(tag[1] ?? tag[2] ?? tag[3] ?? '');
      if (token.children) walk(token.children);
    }
  };
  walk(tokens);
  return { images: [...found], cites: CITATION.test(source) };
}

/** What stands in a comment is not drawn. */
function withoutComments(html: string): string {
  let rest = html;
  let kept = '';
  for (let from = rest.indexOf('<!--'); from >= 0; from = rest.indexOf('<!--')) {
    kept += rest.slice(0, from);
    const end = rest.indexOf('-->', from + 4);
    if (end < 0) return kept;
    rest = rest.slice(end + 3);
  }
  return kept + rest;
}
