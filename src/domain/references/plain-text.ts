/** What a value of BibTeX says, for comparing and for showing: braces and TeX's accents are gone. Linear in the text. */

const ACCENTS: Record<string, string> = {
  '`': '\u0300',
  "'": '\u0301',
  '^': '\u0302',
  '~': '\u0303',
  '=': '\u0304',
  u: '\u0306',
  '.': '\u0307',
  '"': '\u0308',
  r: '\u030a',
  H: '\u030b',
  v: '\u030c',
  d: '\u0323',
  c: '\u0327',
  k: '\u0328',
};
const LETTERS: Record<string, string> = {
  ss: 'ß',
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  aa: 'å',
  AA: 'Å',
  i: 'ı',
  j: 'ȷ',
  ...greek('alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi', 'αβγδεζηθικλμνξ'),
  ...greek('pi rho sigma tau upsilon phi chi psi omega', 'πρστυφχψω'),
  ...greek('Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega', 'ΓΔΘΛΞΠΣΦΨΩ'),
};

function greek(names: string, letters: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name, at) => [name, letters[at] ?? '']));
}

const MOST = 10_000;

export function plainValue(value: string): string {
  return value
    .slice(0, MOST)
    .replace(/\\([`'^~=."])\s?\{?\\?([A-Za-z])\}?/g, accent)
    .replace(/\\([uvHcdkr])(?:\s|\{)\\?([A-Za-z])\}?/g, accent)
    .replace(/\\([A-Za-z]{1,20})\s?/g, (_all, name: string) => LETTERS[name] ?? '')
    .replace(/\\([&%$#_{}])/g, '$1')
    .replace(/[{}]/g, '')
    .replace(/---?/g, '–')
    .replace(/[~\s]+/g, ' ')
    .trim()
    .normalize('NFC');
}

function accent(_all: string, mark: string, letter: string): string {
  return `${letter}${ACCENTS[mark] ?? ''}`;
}

/** Letters and digits alone, in lower case and without accents: how titles and names are compared. */
export function bare(text: string): string {
  return text
    .slice(0, MOST)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The people of an `author` field, each as it is written. */
export function peopleOf(value: string): string[] {
  return value
    .slice(0, MOST)
    .replace(/\s+/g, ' ')
    .split(' and ')
    .map(plainValue)
    .filter((name) => name !== '' && name.toLowerCase() !== 'others');
}

/** The family name of one of them: before a comma, or else the last word; a Chinese name as a whole. */
export function familyOf(name: string): string {
  const [family = '', given] = name.split(',', 2);
  if (given !== undefined) return family.trim();
  return /[\u4e00-\u9fff]/.test(name) ? name.trim() : (name.trim().split(/\s+/).at(-1) ?? '');
}

/** A DOI without the address that it is often written with, in lower case; null where it has another form. */
export function doiOf(written: string): string | null {
  const doi = plainValue(written)
    .replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '')
    .toLowerCase();
  // Those of the nineties hold angle brackets.
  return /^10\.\d{4,9}\/[^\s"{}\\]{1,200}$/.test(doi) ? doi : null;
}
