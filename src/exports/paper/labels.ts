/** Numbers of figures, tables, equations and sections: counted here once, so that every format says the same. */
import type { Block, HeaderNode, Problem } from './ast.ts';
import { normaliseTex } from './normalise-tex.ts';

export type LabelKind = 'fig' | 'tbl' | 'eq' | 'sec';

export interface Label {
  kind: LabelKind;
  number: string;
}

export interface Numbered {
  blocks: Block[];
  labels: Map<string, Label>;
  problems: Problem[];
}

/** @param numbersSections whether sections get numbers; where they carry their own a reference cannot say one */
export function numbered(blocks: readonly Block[], numbersSections: boolean): Numbered {
  const labels = new Map<string, Label>();
  const problems: Problem[] = [];
  const counts = { fig: 0, tbl: 0, eq: 0 };
  const sections: number[] = [];

  const remember = (id: string, kind: LabelKind, number: string, line: number | undefined): string => {
    if (id === '') return '';
    if (!labels.has(id)) {
      labels.set(id, { kind, number });
      return id;
    }
    problems.push({
      code: 'label_twice',
      message: `The label ${id} stands twice: references lead to the first.`,
      ...(line === undefined ? {} : { line }),
    });
    return '';
  };

  const one = (block: Block): Block => {
    switch (block.t) {
      case 'Figure':
      case 'Table': {
        if (block.caption.length === 0 && block.id === '') return block;
        const kind = block.t === 'Figure' ? 'fig' : 'tbl';
        counts[kind] += 1;
        const number = counts[kind];
        return { ...block, number, id: remember(block.id, kind, String(number), block.line) };
      }
      case 'Equation': {
        const { tag } = normaliseTex(block.math.c[1], {});
        if (tag === null && block.id === '') return block;
        if (tag === null) counts.eq += 1;
        const number = tag ?? String(counts.eq);
        const known = remember(block.id, 'eq', number, block.line);
        return { ...block, number, tagged: tag !== null, id: known };
      }
      case 'Header':
        return section(block);
      case 'BlockQuote':
        return { ...block, c: block.c.map(one) };
      case 'BulletList':
        return { ...block, c: block.c.map((item) => item.map(one)) };
      case 'OrderedList':
        return { ...block, c: [block.c[0], block.c[1].map((item) => item.map(one))] };
      default:
        return block;
    }
  };

  function section(block: HeaderNode): Block {
    const [level, [id, classes, pairs], text] = block.c;
    const isNumbered = numbersSections && !classes.includes('unnumbered');
    if (isNumbered) {
      sections.length = Math.min(sections.length, level);
      while (sections.length < level) sections.push(0);
      sections[level - 1] = (sections[level - 1] ?? 0) + 1;
    }
    const known = remember(id, 'sec', isNumbered ? sections.join('.') : '', block.line);
    return { ...block, c: [level, [known, classes, pairs], text] };
  }

  return { blocks: blocks.map(one), labels, problems };
}
