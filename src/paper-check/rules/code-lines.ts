/** Lines of code that no page has room for. */
import type { Block, CodeBlockNode } from '../../exports/paper/ast.ts';
import { nodesOf } from '../../exports/program/walk.ts';
import { type CheckItem, item } from '../item.ts';

/** Columns that a page has room for in the smallest type of the styles; a wide character takes two. */
export const MOST_COLUMNS = 100;

/** One item a block, at its first such line. */
export function overlongCode(blocks: readonly Block[]): CheckItem[] {
  const items: CheckItem[] = [];
  for (const node of nodesOf(blocks)) {
    if (node.t !== 'CodeBlock') continue;
    const { c, line } = node as unknown as CodeBlockNode;
    const long = c[1].split('\n').flatMap((text, index) => (columnsOf(text) > MOST_COLUMNS ? [index] : []));
    const [first] = long;
    if (first === undefined) continue;
    const most = long.length === 1 ? 'A line' : `${long.length} lines`;
    items.push(
      item(
        'code_line_long',
        `${most} of code with more than ${MOST_COLUMNS} characters: a page has no room for that, so it is broken somewhere.`,
        { ...(line === undefined ? {} : { line: line + first }), about: String(long.length) },
      ),
    );
  }
  return items;
}

function columnsOf(text: string): number {
  // What is short even if all of it were wide needs no count.
  if (text.length * 2 <= MOST_COLUMNS) return text.length;
  let columns = 0;
  for (const char of text) {
    columns += char > '\u2e80' ? 2 : 1;
    if (columns > MOST_COLUMNS) break;
  }
  return columns;
}
