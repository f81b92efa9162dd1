/** Sections that say nothing. */
import { type Block, type HeaderNode, plainOf } from '../../exports/paper/ast.ts';
import { type CheckItem, item, quoted } from '../item.ts';

/**
 * @param blocks as they were written
 * @param title of the paper: a heading that says it heads no section
 * @param cites whether the paper cites: its list of references is then made
 */
export function emptySections(blocks: readonly Block[], title: string, cites: boolean): CheckItem[] {
  const solid = blocks.filter(({ t }) => t !== 'HorizontalRule');
  return solid.flatMap((block, index) => {
    if (block.t !== 'Header' || !isEmpty(block, solid[index + 1])) return [];
    const name = plainOf(block.c[2]).trim();
    if (index === 0 && name === title.trim()) return [];
    if (cites && REFERENCES.test(name)) return [];
    return [
      item('section_empty', `The section "${quoted(name)}" is empty.`, {
        ...(block.line === undefined ? {} : { line: block.line }),
        about: quoted(name),
      }),
    ];
  });
}

const REFERENCES = /^(?:references|bibliography|works cited|literature|参考文献)$/i;

function isEmpty(header: HeaderNode, next: Block | undefined): boolean {
  return next === undefined || (next.t === 'Header' && next.c[0] <= header.c[0]);
}
