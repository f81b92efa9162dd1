/**
 * references.bib as it is written: entries with their lines, and what is wrong with it. The text is never written anew
 * from what was read, so a person's own order, comments and spelling stay. What BibTeX means in a document is pandoc's
 * to say (src/exports/program); this reads enough to check and to add.
 *
 * Each character is looked at a bounded number of times: an entry ends at the latest where a line begins the next.
 */

import { lineCounter } from '../markdown/line-ends.ts';

export interface BibField {
  /** Without its outer braces or quotes; macros are put in. */
  value: string;
  /** From 1. */
  line: number;
}

export interface BibEntry {
  /** In lower case, such as `article`. */
  type: string;
  key: string;
  line: number;
  /** UTF-16 offsets of the whole entry. */
  start: number;
  end: number;
  /** By name in lower case. */
  fields: ReadonlyMap<string, BibField>;
}

export interface BibFault {
  line: number;
  /** A sentence. */
  message: string;
}

export interface Bibliography {
  entries: BibEntry[];
  faults: BibFault[];
}

export const MOST_BIB_CHARACTERS = 2 * 1024 ** 2;
export const MOST_ENTRIES = 5_000;
const MOST_FAULTS = 100;

const OPENING = /^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]/gm;
const NAME = /[A-Za-z][\w:.+/-]*/y;
const KEY = /[^\s,{}()"#%~=\\]+/y;
const BARE = /[A-Za-z0-9][\w:.+/-]*/y;
const SPACE = /\s*/y;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** What is longer than `MOST_BIB_CHARACTERS` is read up to there, and said. */
export function readBibtex(source: string): Bibliography {
  return new Reader(source.slice(0, MOST_BIB_CHARACTERS), source.length > MOST_BIB_CHARACTERS).read();
}

class Fault extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

class Reader {
  #source: string;
  #entries: BibEntry[] = [];
  #faults: BibFault[] = [];
  #macros = new Map<string, string>(MONTHS.map((month) => [month, month]));
  #at = 0;
  /** Where the entry that is read has to have ended. */
  #limit = 0;
  readonly #lineOf: (offset: number) => number;

  constructor(source: string, isCut: boolean) {
    this.#source = source;
    this.#lineOf = lineCounter(source);
    if (isCut) this.#say(1, `Only the first ${MOST_BIB_CHARACTERS} characters of it are read.`);
  }

  read(): Bibliography {
    const starts = [...this.#source.matchAll(OPENING)].map(({ index, 0: all }) => ({
      at: index + all.indexOf('@'),
      body: index + all.length,
      type: /[A-Za-z]+/.exec(all)?.[0].toLowerCase() ?? '',
    }));
    for (const [index, { at, body, type }] of starts.entries()) {
      if (at < this.#at) continue;
      if (this.#entries.length >= MOST_ENTRIES) {
        this.#say(this.#lineOf(at), `Only the first ${MOST_ENTRIES} entries are read.`);
        break;
      }
      this.#limit = starts[index + 1]?.at ?? this.#source.length;
      this.#at = body;
      try {
        this.#one(type, at, this.#source[body - 1] === '(' ? ')' : '}');
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (this.#faults.length >= MOST_FAULTS) {
          this.#faults.push({
            line: this.#lineOf(at),
            message: 'So much is wrong with it that no more of it is read.',
          });
          break;
        }
        this.#say(this.#lineOf(error.offset), error.message);
        this.#at = this.#limit;
      }
    }
    return { entries: this.#entries, faults: this.#faults };
  }

  #one(type: string, start: number, close: string): void {
    if (type === 'comment') {
      this.#at = this.#limit;
      return;
    }
    const line = this.#lineOf(start);
    if (type === 'preamble') {
      this.#value();
      this.#expect(close, start, type);
      return;
    }
    const key = type === 'string' ? '' : this.#key(start, type);
    const fields = new Map<string, BibField>();
    for (;;) {
      this.#take(SPACE);
      if (this.#source[this.#at] === close) break;
      if (type !== 'string' || fields.size > 0) {
        if (this.#source[this.#at] !== ',') throw this.#missing(start, type, key, fields);
        this.#at += 1;
        this.#take(SPACE);
        if (this.#source[this.#at] === close) break;
      }
      const at = this.#at;
      const name = this.#take(NAME).toLowerCase();
      this.#take(SPACE);
      if (name === '' || this.#source[this.#at] !== '=') throw this.#missing(start, type, key, fields);
      this.#at += 1;
      const value = this.#value();
      if (!fields.has(name)) fields.set(name, { value, line: this.#lineOf(at) });
    }
    this.#expect(close, start, type);
    if (type === 'string') for (const [name, { value }] of fields) this.#macros.set(name, value);
    else this.#entries.push({ type, key, line, start, end: this.#at, fields });
  }

  #key(start: number, type: string): string {
    this.#take(SPACE);
    const key = this.#take(KEY);
    if (key === '') throw new Fault(start, `@${type} has no key: write @${type}{key, …}.`);
    return key;
  }

  #missing(start: number, type: string, key: string, fields: ReadonlyMap<string, BibField>): Fault {
    const last = [...fields.keys()].at(-1);
    const isOver = this.#at >= this.#limit;
    if (isOver) return new Fault(start, `@${type}{${key}} is not closed.`);
    return new Fault(
      this.#at,
      last === undefined
        ? `After the key ${key} a comma and fields are expected.`
        : `After the field ${last} of ${key} a comma, or the entry's end, is expected.`,
    );
  }

  #expect(close: string, start: number, type: string): void {
    this.#take(SPACE);
    if (this.#source[this.#at] !== close || this.#at >= this.#limit)
      throw new Fault(start, `This @${type} is not closed.`);
    this.#at += 1;
  }

  /** Pieces joined by `#`. */
  #value(): string {
    let value = '';
    for (;;) {
      this.#take(SPACE);
      value += this.#piece();
      this.#take(SPACE);
      if (this.#source[this.#at] !== '#') return value;
      this.#at += 1;
    }
  }

  #piece(): string {
    const at = this.#at;
    const opening = this.#source[at];
    if (opening === '{') return this.#braced();
    if (opening === '"') return this.#quoted();
    const bare = this.#take(BARE);
    if (bare === '') throw new Fault(at, 'A value in braces, in quotes, or a number is expected.');
    return /^\d+$/.test(bare) ? bare : (this.#macros.get(bare.toLowerCase()) ?? bare);
  }

  #braced(): string {
    const start = this.#at + 1;
    let depth = 0;
    for (let at = this.#at; at < this.#limit; at += 1) {
      const char = this.#source[at];
      if (char === '\\') at += 1;
      else if (char === '{') depth += 1;
      else if (char === '}') {
        depth -= 1;
        if (depth > 0) continue;
        this.#at = at + 1;
        return this.#source.slice(start, at);
      }
    }
    throw new Fault(this.#at, 'A brace that opens a value is never closed.');
  }

  #quoted(): string {
    const start = this.#at + 1;
    let depth = 0;
    for (let at = start; at < this.#limit; at += 1) {
      const char = this.#source[at];
      if (char === '\\') at += 1;
      else if (char === '{') depth += 1;
      else if (char === '}') depth -= 1;
      else if (char === '"' && depth <= 0) {
        this.#at = at + 1;
        return this.#source.slice(start, at);
      }
    }
    throw new Fault(this.#at, 'A quote that opens a value is never closed.');
  }

  /** Reads what stands here, as far as the entry goes. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0] ?? '';
    this.#at = Math.min(this.#at + found.length, Math.max(this.#limit, this.#at));
    return found;
  }

  #say(line: number, message: string): void {
    this.#faults.push({ line, message });
  }
}
