/**
 * Equations of Word documents as TeX (W9). What stands for what is ECMA-376, part 1, section 22.1 (Office Math Markup):
 * each element is written as the TeX of the same meaning, one that is not known by what stands in it.
 */
import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml';
import { texOfText } from './equation-symbols.ts';

const MATH_SPACES = [
  'http://schemas.openxmlformats.org/officeDocument/2006/math',
  'http://purl.oclc.org/ooxml/officeDocument/math',
];
/** Elements inside each other: an equation nested deeper is left as it is. */
const DEEPEST = 100;

/**
 * The document's XML with a run of text in place of each equation: $…$ in a line, $$…$$ where it has a paragraph of its
 * own.
 */
export function equationsAsText(xml: string): string {
  const space = MATH_SPACES.map((uri) => new RegExp(`xmlns:(\\w+)=["']${uri}["']`).exec(xml)?.[1]);
  const math = space.find((prefix) => prefix !== undefined);
  const word = /<(\w+):document[\s>]/.exec(xml)?.[1];
  if (math === undefined || word === undefined) return xml;
  const run = (tex: string) =>
    `<${word}:r><${word}:t xml:space="preserve">${escaped(tex)}</${word}:t></${word}:r>`;
  const replaced = (mark: string) => (fragment: string) => {
    const tex = texOf(fragment, math);
    return tex === null ? fragment : run(`${mark}${tex}${mark}`);
  };
  return replaceElements(
    replaceElements(xml, `${math}:oMathPara`, replaced('$$')),
    `${math}:oMath`,
    replaced('$'),
  );
}

/** Each element of this name, which none of the same name stands in, replaced. */
function replaceElements(xml: string, name: string, replace: (element: string) => string): string {
  const parts: string[] = [];
  let at = 0;
  const open = new RegExp(`<${name}(?=[\\s>])`, 'g');
  const close = `</${name}>`;
  for (let found = open.exec(xml); found !== null; found = open.exec(xml)) {
    const end = xml.indexOf(close, found.index);
    if (end < 0) break;
    parts.push(xml.slice(at, found.index), replace(xml.slice(found.index, end + close.length)));
    at = end + close.length;
    open.lastIndex = at;
  }
  return parts.join('') + xml.slice(at);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The element's TeX, or null where it is no XML that can be read. */
function texOf(fragment: string, prefix: string): string | null {
  let depth = 0;
  for (const [tag] of fragment.matchAll(/<\/?[^>]*>/g)) {
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    if (depth > DEEPEST) return null;
  }
  try {
    const { root } = parseXml(fragment);
    return root === null ? null : new Equation(`${prefix}:`).inside(root).trim();
  } catch {
    return null;
  }
}

const FUNCTIONS = new Set(
  'arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr sec sin sinh sup tan tanh'.split(
    ' ',
  ),
);
const ACCENTS: Record<string, string> = {
  '\u0302': 'hat',
  '\u0303': 'tilde',
  '\u0304': 'bar',
  '\u0305': 'overline',
  '\u0307': 'dot',
  '\u0308': 'ddot',
  '\u20d7': 'vec',
  '\u030c': 'check',
  '\u0306': 'breve',
  '\u0301': 'acute',
  '\u0300': 'grave',
  '^': 'hat',
  '~': 'tilde',
  '\u00af': 'bar',
  '\u2192': 'vec',
};
const OPERATORS: Record<string, string> = {
  '∑': '\\sum',
  '∏': '\\prod',
  '∫': '\\int',
  '∬': '\\iint',
  '∭': '\\iiint',
  '∮': '\\oint',
  '⋃': '\\bigcup',
  '⋂': '\\bigcap',
  '∐': '\\coprod',
  '⋁': '\\bigvee',
  '⋀': '\\bigwedge',
  '⨁': '\\bigoplus',
  '⨂': '\\bigotimes',
};
const FENCES: Record<string, string> = {
  '{': '\\{',
  '}': '\\}',
  '⟨': '\\langle',
  '⟩': '\\rangle',
  '〈': '\\langle',
  '〉': '\\rangle',
  '‖': '\\|',
  '⌊': '\\lfloor',
  '⌋': '\\rfloor',
  '⌈': '\\lceil',
  '⌉': '\\rceil',
  '': '.',
};

class Equation {
  /** How the elements of equations are marked in this document, such as `m:`. */
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** What stands in an element, in order. */
  inside(element: XmlElement | undefined): string {
    if (element === undefined) return '';
    return joined(element.children.map((child) => (child instanceof XmlElement ? this.tex(child) : '')));
  }

  private tex(element: XmlElement): string {
    const part = (name: string) => this.inside(this.child(element, name));
    switch (this.nameOf(element)) {
      case 'r':
        return this.run(element);
      case 'f':
        return this.fraction(element, part('num'), part('den'));
      case 'sSup':
        return `${base(part('e'))}^{${part('sup')}}`;
      case 'sSub':
        return `${base(part('e'))}_{${part('sub')}}`;
      case 'sSubSup':
        return `${base(part('e'))}_{${part('sub')}}^{${part('sup')}}`;
      case 'sPre':
        return `{}_{${part('sub')}}^{${part('sup')}}${base(part('e'))}`;
      case 'rad':
        return part('deg') === '' ? `\\sqrt{${part('e')}}` : `\\sqrt[${part('deg')}]{${part('e')}}`;
      case 'nary':
        return this.nary(element, part('sub'), part('sup'), part('e'));
      case 'd':
        return this.fenced(element);
      case 'm':
        return `\\begin{matrix}${this.rows(element, 'mr', ' & ')}\\end{matrix}`;
      case 'eqArr':
        return `\\begin{aligned}${this.lines(element)}\\end{aligned}`;
      case 'func':
        return `${part('fName')}{${part('e')}}`;
      case 'acc':
        return `\\${ACCENTS[this.property(element, 'acc', 'chr') ?? '\u0302'] ?? 'hat'}{${part('e')}}`;
      case 'bar':
        return `\\${this.property(element, 'bar', 'pos') === 'top' ? 'overline' : 'underline'}{${part('e')}}`;
      case 'limLow':
        return limited('underset', '_', part('e'), part('lim'));
      case 'limUpp':
        return limited('overset', '^', part('e'), part('lim'));
      case 'groupChr':
        return this.grouped(element, part('e'));
      case 'borderBox':
        return `\\boxed{${part('e')}}`;
      default:
        return /Pr$/.test(this.nameOf(element)) ? '' : this.inside(element);
    }
  }

  private run(element: XmlElement): string {
    const text = this.all(element, 't').map(textOf).join('');
    const properties = this.child(element, 'rPr');
    const value = (name: string) => this.value(properties && this.child(properties, name));
    if (properties !== undefined && this.child(properties, 'nor') !== undefined) return `\\text{${text}}`;
    if (FUNCTIONS.has(text.trim())) return `\\${text.trim()} `;
    const tex = texOfText(text);
    const script = { 'double-struck': 'mathbb', script: 'mathcal', fraktur: 'mathfrak' }[value('scr') ?? ''];
    if (script !== undefined) return `\\${script}{${tex}}`;
    const style = value('sty');
    if (style === 'b' || style === 'bi') return `\\mathbf{${tex}}`;
    return style === 'p' && /^[A-Za-z]{2,}$/.test(text) ? `\\operatorname{${text}}` : tex;
  }

  private fraction(element: XmlElement, above: string, below: string): string {
    const type = this.property(element, 'f', 'type');
    if (type === 'lin' || type === 'skw') return `{${above}}/{${below}}`;
    return type === 'noBar' ? `{${above} \\atop ${below}}` : `\\frac{${above}}{${below}}`;
  }

  private nary(element: XmlElement, sub: string, sup: string, body: string): string {
    const sign = this.property(element, 'nary', 'chr') ?? '∫';
    const limits = (sub === '' ? '' : `_{${sub}}`) + (sup === '' ? '' : `^{${sup}}`);
    return `${OPERATORS[sign] ?? texOfText(sign)}${limits} ${body}`;
  }

  private fenced(element: XmlElement): string {
    const fence = (name: string, usual: string) => {
      const sign = this.property(element, 'd', name) ?? usual;
      return FENCES[sign] ?? sign;
    };
    const parts = this.all(element, 'e').map((part) => this.inside(part));
    const [left, between, right] = [
      fence('begChr', '('),
      this.property(element, 'd', 'sepChr') ?? '|',
      fence('endChr', ')'),
    ];
    const space = /^\\[a-z]/.test(left) ? ' ' : '';
    return `\\left${left}${space}${parts.join(` ${between} `)}\\right${right}`;
  }

  private grouped(element: XmlElement, body: string): string {
    const isAbove = this.property(element, 'groupChr', 'pos') === 'top';
    const sign = this.property(element, 'groupChr', 'chr') ?? '\u23df';
    if (sign !== '\u23de' && sign !== '\u23df') return `\\overset{${texOfText(sign)}}{${body}}`;
    return `\\${isAbove || sign === '\u23de' ? 'overbrace' : 'underbrace'}{${body}}`;
  }

  /** Equations below each other; an ampersand in them is where they are aligned. */
  private lines(element: XmlElement): string {
    const lines = this.all(element, 'e').map((line) => this.inside(line).replaceAll('\\&', '&'));
    return lines.join(' \\\\ ');
  }

  private rows(element: XmlElement, name: string, between: string): string {
    const rows = this.all(element, name).map((row) => this.all(row, 'e').map((cell) => this.inside(cell)));
    return rows.map((cells) => cells.join(between)).join(' \\\\ ');
  }

  private nameOf(element: XmlElement): string {
    return element.name.startsWith(this.prefix) ? element.name.slice(this.prefix.length) : element.name;
  }

  private all(element: XmlElement, name: string): XmlElement[] {
    return element.children.filter(
      (child) => child instanceof XmlElement && this.nameOf(child) === name,
    ) as XmlElement[];
  }

  private child(element: XmlElement, name: string): XmlElement | undefined {
    return this.all(element, name)[0];
  }

  private value(element: XmlElement | undefined): string | undefined {
    return element?.attributes[`${this.prefix}val`];
  }

  /** What an element's properties say, such as the sign of an accent. */
  private property(element: XmlElement, owner: string, name: string): string | undefined {
    const properties = this.child(element, `${owner}Pr`);
    return properties && this.value(this.child(properties, name));
  }
}

function textOf(element: XmlElement): string {
  return element.children.map((child) => (child instanceof XmlText ? child.text : '')).join('');
}

/** Parts beside each other; a command does not swallow the letter after it. */
function joined(parts: string[]): string {
  return parts.reduce(
    (before, part) =>
      /\\[A-Za-z]+$/.test(before) && /^[A-Za-z]/.test(part) ? `${before} ${part}` : before + part,
    '',
  );
}

/** What an index hangs at: one sign as it is, more in braces. */
function base(tex: string): string {
  return tex.length === 1 || /^\\[A-Za-z]+$/.test(tex) || /^\\(?:left|mathbf|mathbb|mathcal)/.test(tex)
    ? tex
    : `{${tex}}`;
}

/** What stands under or over a name of a function, or any other term. */
function limited(command: string, mark: string, tex: string, limit: string): string {
  const name = tex.trim();
  return /^\\(?:lim|max|min|sup|inf|liminf|limsup|det|gcd|Pr)$/.test(name)
    ? `${name}${mark}{${limit}}`
    : `\\${command}{${limit}}{${tex}}`;
}
