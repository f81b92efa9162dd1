/** The parts of a paper: its title, abstract and keywords apart from its text, by how people and models write them. */
import { attr, type Block, type HeaderNode, type Inline, plainOf, words } from './ast.ts';
import { trimmed } from './attributes.ts';
import type { Facts } from './front-matter.ts';

export interface Structure {
  title: Inline[];
  abstract: Block[];
  keywords: Inline[][];
  body: Block[];
  /** Its headings carry numbers already: none are added. */
  numbersItself: boolean;
}

const ABSTRACT = /^(?:abstract|summary|executive summary|摘\s*要|内容摘要)$/i;
const KEYWORDS = /^(?:key\s?-?words?|index terms|关键[词字])$/i;
const KEYWORDS_LINE = /^(?:key\s?-?words?|index terms|关键[词字])\s*[:：]\s*/i;
const REFERENCES = /^(?:references|bibliography|works cited|literature|参考文献)$/i;
const THANKS = /^(?:acknowledge?ments?|致\s*谢)$/i;
const APPENDIX = /^(?:appendix\b.*|appendices|附\s*录.*)$/i;
/** `1 Introduction`, `2.1. Data`, `一、问题重述`, `（二）模型`, `第三章`. A year or a quantity is no such number. */
const OWN_NUMBER =
  /^(?:\d{1,2}(?:\.\d{1,2}){0,3}(?:[.、．]\s*|\s+)(?=\D)|[一二三四五六七八九十]{1,3}\s*[、．.]|[（(][一二三四五六七八九十\d]{1,3}[）)]|第[一二三四五六七八九十\d]{1,3}[章节])/;

/** @param facts what the front matter says; it comes before what stands in the text */
export function structureOf(blocks: readonly Block[], facts: Facts): Structure {
  const { title, rest } = takeTitle(blocks, facts);
  const parts = takeParts(rest);
  const abstract =
    parts.abstract.length === 0 && facts.abstract !== undefined
      ? facts.abstract.split(/\n\s*\n/).map((text): Block => ({ t: 'Para', c: words(text) }))
      : parts.abstract;
  const keywords = facts.keywords.length > 0 ? facts.keywords.map(words) : parts.keywords;
  const headings = parts.body.filter((block) => block.t === 'Header');
  const own = headings.filter(({ c }) => OWN_NUMBER.test(plainOf(c[2]).trim()));
  return {
    title,
    abstract,
    keywords,
    body: parts.body.map(withoutNumberWhereNone),
    numbersItself: own.length > 0 && own.length * 3 >= headings.length,
  };
}

/** The first heading is the title where it stands first, above all others or with nothing of its own under it. */
function takeTitle(blocks: readonly Block[], facts: Facts): { title: Inline[]; rest: Block[] } {
  const headings = blocks.filter((block) => block.t === 'Header');
  const [first, second] = headings;
  const top = headings.filter(({ c }) => c[0] === first?.c[0]);
  const isAlone = top.length === 1;
  const isEmpty = second !== undefined && blocks.indexOf(second) === blocks.indexOf(first as Block) + 1;
  const isTitle =
    first !== undefined &&
    blocks[0] === first &&
    !isPart(first) &&
    !OWN_NUMBER.test(plainOf(first.c[2])) &&
    (isAlone || (isEmpty && second.c[0] === first.c[0])) &&
    (facts.title === undefined || headings.length > 1 || plainOf(first.c[2]) === facts.title);
  const rest = isTitle ? blocks.slice(1) : [...blocks];
  const title = facts.title === undefined ? (isTitle ? first.c[2] : []) : words(facts.title);
  return { title, rest: raised(rest) };
}

function isPart({ c }: HeaderNode): boolean {
  const name = plainOf(c[2]).trim();
  return ABSTRACT.test(name) || KEYWORDS.test(name) || REFERENCES.test(name);
}

/** With the highest heading at level 1. */
function raised(blocks: Block[]): Block[] {
  const levels = blocks.flatMap((block) => (block.t === 'Header' ? [block.c[0]] : []));
  const up = Math.min(...levels, 7) - 1;
  return blocks.map((block) =>
    block.t === 'Header' ? { ...block, c: [block.c[0] - up, block.c[1], block.c[2]] } : block,
  );
}

function takeParts(blocks: readonly Block[]): Pick<Structure, 'abstract' | 'keywords' | 'body'> {
  const abstract: Block[] = [];
  const keywords: Inline[][] = [];
  const body: Block[] = [];
  let into: 'abstract' | 'keywords' | 'body' = 'body';
  for (const block of blocks) {
    if (block.t === 'Header') {
      const name = plainOf(block.c[2]).trim();
      into = ABSTRACT.test(name) ? 'abstract' : KEYWORDS.test(name) ? 'keywords' : 'body';
      if (into === 'body') body.push(block);
    } else if (block.t === 'Para' && into !== 'body' && KEYWORDS_LINE.test(plainOf(block.c)))
      keywords.push(...keywordsOf(block.c));
    else if (into === 'keywords') keywords.push(...textsOf(block).flatMap(keywordsOf));
    // A rule between the abstract and the text divides what is apart anyway.
    else if (into === 'abstract' && block.t !== 'HorizontalRule') abstract.push(block);
    else if (into === 'body' && !(body.length === 0 && block.t === 'HorizontalRule')) body.push(block);
  }
  return { abstract, keywords, body };
}

function textsOf(block: Block): Inline[][] {
  if (block.t === 'Para' || block.t === 'Plain') return [block.c];
  return block.t === 'BulletList' ? block.c.flat().flatMap(textsOf) : [];
}

function keywordsOf(inlines: readonly Inline[]): Inline[][] {
  return plainOf(inlines)
    .replace(KEYWORDS_LINE, '')
    .split(/[;；,，、]/)
    .map((text) => trimmed(words(text.trim())))
    .filter((word) => word.length > 0);
}

/** References, thanks and appendices have no number; where the list of references belongs is marked. */
function withoutNumberWhereNone(block: Block): Block {
  if (block.t !== 'Header') return block;
  const name = plainOf(block.c[2]).trim();
  const kind = REFERENCES.test(name) ? ['references'] : APPENDIX.test(name) ? ['appendix'] : [];
  if (kind.length === 0 && !THANKS.test(name)) return block;
  return { ...block, c: [block.c[0], attr(block.c[1][0], ['unnumbered', ...kind]), block.c[2]] };
}
