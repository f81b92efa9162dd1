/** Text as a journal prints it: real minus signs, numbers that stay on one line, quotes that open and close. */
import { type Inline, plainOf, str } from './ast.ts';

const NBSP = '\u00a0';
const WIDE = /[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]/;
/** What may stand before a sign, and before what opens. */
const BEFORE_SIGN = /^$|[\s([{=<>≤≥≈±×·,;:，；：（、–—/|\u4e00-\u9fff]/;
const BEFORE_OPENING = /^$|[\s([{–—/（【]/;

/** Inline nodes of one paragraph; code, formulas and addresses stay as they were written. */
export function typeset(inlines: readonly Inline[]): Inline[] {
  return new Typesetter().all(inlines);
}

class Typesetter {
  /** The character before what is looked at. */
  #before = '';
  #isOpen = false;

  all(inlines: readonly Inline[]): Inline[] {
    return joinedNumbers(inlines).map((inline, index, all) => this.#one(inline, all[index + 1]));
  }

  #one(inline: Inline, next: Inline | undefined): Inline {
    switch (inline.t) {
      case 'Str': {
        const made = this.#text(inline.c, next === undefined ? '' : (plainOf([next])[0] ?? ''));
        this.#before = made.at(-1) ?? this.#before;
        return { t: 'Str', c: made };
      }
      case 'Emph':
      case 'Strong':
      case 'Strikeout':
        return { t: inline.t, c: this.all(inline.c) };
      case 'Link': {
        const isAddress = /:\/\/|^www\.|@/.test(plainOf(inline.c[1]));
        const text = isAddress ? inline.c[1] : this.all(inline.c[1]);
        if (isAddress) this.#before = 'x';
        return { t: 'Link', c: [inline.c[0], text, inline.c[2]] };
      }
      default:
        this.#before = plainOf([inline]).at(-1) ?? 'x';
        return inline;
    }
  }

  #text(text: string, after: string): string {
    if (/:\/\//.test(text)) return text;
    let made = '';
    const chars = [...text];
    chars.forEach((char, index) => {
      const before = made.at(-1) ?? this.#before;
      const next = chars[index + 1] ?? after;
      if (char === '-' && /\d/.test(next) && BEFORE_SIGN.test(before)) made += '−';
      else if (char === '"') made += this.#quote(before, next);
      else if (char === "'")
        made += /\d/.test(before) ? char : BEFORE_OPENING.test(before) && /\p{L}/u.test(next) ? '‘' : '’';
      else made += char;
    });
    return made;
  }

  /** Inches stay: 5". */
  #quote(before: string, next: string): string {
    const isChinese = WIDE.test(before) || WIDE.test(next);
    if (/\d/.test(before) && !this.#isOpen) return '"';
    const opens = isChinese ? !this.#isOpen : BEFORE_OPENING.test(before);
    this.#isOpen = opens;
    return opens ? '“' : '”';
  }
}

/** `10 000` and `95 %` are not parted at a line's end. */
function joinedNumbers(inlines: readonly Inline[]): Inline[] {
  const made: Inline[] = [];
  for (const [index, inline] of inlines.entries()) {
    const before = made.at(-1);
    const after = inlines[index + 1];
    const joins =
      inline.t === 'Space' &&
      before?.t === 'Str' &&
      after?.t === 'Str' &&
      /(?:^|[^\d.,])\d{1,3}(?:\u00a0\d{3})*$|\d$/.test(before.c) &&
      (/^[%‰]/.test(after.c) ||
        (/(?:^|[^\d.,])\d{1,3}(?:\u00a0\d{3})*$/.test(before.c) && /^\d{3}(?!\d)/.test(after.c)));
    const last = made.at(-1);
    const glued = last?.t === 'Str' && last.c.endsWith(NBSP) && inline.t === 'Str';
    if (joins && before?.t === 'Str') made[made.length - 1] = str(before.c + NBSP);
    else if (glued && last.t === 'Str') made[made.length - 1] = str(last.c + inline.c);
    else made.push(inline);
  }
  return made;
}
