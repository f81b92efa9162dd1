/** What stands behind a paper, as blocks of its document. */
import { attr, type Block } from '../paper/ast.ts';
import { readPaper } from '../paper/read-paper.ts';

/** One that stands behind the paper: its title is a heading without a number. */
export function behindOf(markdown: string): Block[] {
  const { title, body } = readPaper(markdown);
  const unnumbered = body.map(
    (block): Block =>
      block.t === 'Header' ? { ...block, c: [block.c[0] + 1, attr('', ['unnumbered']), block.c[2]] } : block,
  );
  return [{ t: 'Header', c: [1, attr('', ['unnumbered']), title] }, ...unnumbered];
}
