/**
 * Which older encoding a text has, by the statistics of languages that jschardet keeps, and by what single decodings
 * show that statistics of a few words do not.
 */
import { detectAll } from 'jschardet';
import { decodeStrictly } from './text-decoder.ts';

interface Candidate {
  /** For openDecoder. */
  label: string;
  name: string;
  python: string;
  /** As the detector calls it. */
  detected: string[];
  /** Whether characters take two bytes. */
  isWide?: true;
}

const WINDOWS_1252: Candidate = {
  label: 'windows-1252',
  name: 'Windows-1252',
  python: 'cp1252',
  detected: ['Windows-1252'],
};

const CANDIDATES: Candidate[] = [
  { label: 'gb18030', name: 'GB18030 (GBK)', python: 'gb18030', detected: ['GB18030'], isWide: true },
  { label: 'big5', name: 'Big5', python: 'cp950', detected: ['Big5'], isWide: true },
  { label: 'shift_jis', name: 'Shift_JIS', python: 'cp932', detected: ['CP932', 'SHIFT_JIS'], isWide: true },
  { label: 'euc-jp', name: 'EUC-JP', python: 'euc_jp', detected: ['EUC-JP'], isWide: true },
  { label: 'cp949', name: 'EUC-KR (CP949)', python: 'cp949', detected: ['CP949', 'EUC-KR'], isWide: true },
  { label: 'windows-1250', name: 'Windows-1250', python: 'cp1250', detected: ['Windows-1250'] },
  { label: 'windows-1251', name: 'Windows-1251', python: 'cp1251', detected: ['Windows-1251'] },
  WINDOWS_1252,
  { label: 'windows-1253', name: 'Windows-1253', python: 'cp1253', detected: ['Windows-1253'] },
  { label: 'windows-1254', name: 'Windows-1254', python: 'cp1254', detected: ['Windows-1254'] },
  { label: 'windows-1255', name: 'Windows-1255', python: 'cp1255', detected: ['Windows-1255'] },
  { label: 'windows-1256', name: 'Windows-1256', python: 'cp1256', detected: ['Windows-1256'] },
  { label: 'koi8-r', name: 'KOI8-R', python: 'koi8_r', detected: ['KOI8-R'] },
];

/** What the detector's confidence is taken to be where it does not name an encoding that reads as Korean. */
const LEAST = 0.001;
/**
 * How likely one character of a text in another encoding falls among the Korean syllables by chance: these have 25 rows
 * of the table, Chinese and Japanese characters in daily use have more, and other ones.
 */
const KOREAN_BY_CHANCE: Record<string, number> = { gb18030: 0.55, big5: 0.35, 'euc-jp': 0.8 };
const KOREAN_BY_CHANCE_ELSE = 0.3;
/** How much better than Windows-1252 a reading must be: most files of one byte a character are that. */
const CLEARLY = 1.5;

/** The most likely encoding of these lines, which are no UTF-8. Windows-1252, in which every byte is a character, at last. */
export function guessEncoding(lines: Buffer): { label: string; name: string; python: string } {
  const readings = readingsOf(eachCellOnce(lines));
  const usual = readings.find(({ candidate }) => candidate === WINDOWS_1252);
  const [best] = readings.toSorted((a, b) => b.score - a.score);
  const { label, name, python } =
    best === undefined || (usual !== undefined && isNoBetter(best, usual)) ? WINDOWS_1252 : best.candidate;
  return { label, name, python };
}

/**
 * A column that says the same few words again and again tells no more by the fiftieth line than by the first, but the
 * statistics would take it for certain. None of these separators is half of a character in any encoding here.
 */
function eachCellOnce(lines: Buffer): Buffer {
  const seen = new Set<string>();
  const isNew = (cell: string) => !seen.has(cell) && seen.add(cell);
  const once = lines
    .toString('latin1')
    .split(/[\r\n]+/)
    .map((line) => line.split(/([,;\t])/).filter((part, n) => n % 2 === 1 || isNew(part)))
    .filter((parts) => parts.some((part) => /[\x80-\xff]/.test(part)))
    .map((parts) => `${parts.join('').replace(/[,;\t]{2,}$/, '')}\n`)
    .join('');
  return Buffer.from(once, 'latin1');
}

interface Reading {
  candidate: Candidate;
  text: string;
  score: number;
}

function isNoBetter(best: Reading, usual: Reading): boolean {
  if (best.text === usual.text) return true;
  return best.candidate.isWide === undefined && best.score < CLEARLY * usual.score;
}

/** The lines as each encoding reads them that can. */
function readingsOf(lines: Buffer): Reading[] {
  const confidence = confidences(lines);
  const isLone = hasLoneBytes(lines);
  const count = koreanSyllables(lines);
  const readings = CANDIDATES.flatMap((candidate) => {
    // Its decoder's table takes tens of megabytes: it is made where something speaks for Korean.
    if (candidate.label === 'cp949' && count === 0 && detected(candidate, confidence) === 0) return [];
    const text = reading(lines, candidate.label);
    return text === null ? [] : [{ candidate, text, score: scoreOf(candidate, text, confidence, isLone) }];
  });
  // What it says against the others that it reads as Korean, and nothing but Korean.
  return readings.map((other) => {
    if (count === 0) return other;
    if (other.candidate.label === 'cp949') return { ...other, score: Math.max(other.score, LEAST) };
    const chance = KOREAN_BY_CHANCE[other.candidate.label] ?? KOREAN_BY_CHANCE_ELSE;
    return { ...other, score: other.score * chance ** count };
  });
}

/**
 * How many different Korean syllables in daily use (KS X 1001's rows 16 to 40) these lines have, where all other than
 * ASCII in them are such, but for a few of those that Windows added; else 0.
 */
function koreanSyllables(lines: Buffer): number {
  const found = new Set<number>();
  let usual = 0;
  let rare = 0;
  for (let at = 0; at + 1 < lines.length; at += 1) {
    const first = lines[at] ?? 0;
    if (first < 0x80) continue;
    const second = lines[at + 1] ?? 0;
    at += 1;
    if (first >= 0xb0 && first <= 0xc8 && second >= 0xa1) {
      usual += 1;
      found.add(first * 256 + second);
    } else if (first >= 0x81 && first <= 0xc6 && second >= 0x41 && second < 0xff) rare += 1;
    else return 0;
  }
  return rare * 3 > usual ? 0 : found.size;
}

/** The detector's confidence by its own names of encodings. */
function confidences(lines: Buffer): Map<string, number> {
  const found = detectAll(lines, {
    detectEncodings: CANDIDATES.flatMap(({ detected }) => detected.map((name) => name.toLowerCase())),
    minimumThreshold: 0,
  });
  return new Map(found.map(({ encoding, confidence }) => [encoding ?? '', confidence]));
}

function detected({ detected: names }: Candidate, confidence: Map<string, number>): number {
  return Math.max(0, ...names.map((name) => confidence.get(name) ?? 0));
}

/** The lines so read, or null where they cannot be: bytes without a meaning there, or control characters. */
function reading(lines: Buffer, label: string): string | null {
  const text = decodeStrictly(lines, label);
  return text === null || /[\x80-\x9f\p{Co}]/u.test(text) ? null : text;
}

function scoreOf(
  candidate: Candidate,
  text: string,
  confidence: Map<string, number>,
  isLone: boolean,
): number {
  const { label, isWide } = candidate;
  const found = detected(candidate, confidence);
  if (LATIN.has(label)) return label === WINDOWS_1252.label && hasSymbolsOnly(text) ? 1 : found;
  if (isWide === undefined) return mixesScripts(text) ? found / 10 : found;
  if (standsInLatinWords(text, isLone)) return found / 10;
  const foreign = foreignOf(text);
  if (label === 'shift_jis' || label === 'euc-jp') return kanaScore(foreign, found);
  // Japanese that is read as Chinese keeps its kana, which no Chinese text has.
  return shareOf(foreign, KANA) > 0.1 ? found / 10 : found;
}

const LATIN = new Set(['windows-1250', 'windows-1252', 'windows-1254']);

/**
 * Whether all that is not ASCII are signs of measuring and of print, where such stand: 20 °C, 5 µm, m², ± 3, 2 × 2, “so”.
 * Elsewhere they would be letters: m˛, Z³oty.
 */
function hasSymbolsOnly(text: string): boolean {
  const isElse = /(?![°µ²³¹±×÷·½¼¾§©®£€¥¢–—‘’‚“”„…•™‰\xa0])\P{ASCII}|[²³¹]\p{L}|\p{L}[×÷½¼¾]/u;
  return !isElse.test(text) && !standTogether(text);
}

/** Signs that touch in print: m²·s, 5·µ, ±½, and all that quotes, dashes and blanks touch. */
const PRINT = /[–—‘’‚“”„…•\xa0]/gu;
const TOUCHING = /^(?:[²³¹°µ]?·[°µ]?|[±×÷]µ|±[½¼¾])$/u;

/** Whether most signs stand together as nobody writes them: ±±¾© is 北京 by its bytes. */
function standTogether(text: string): boolean {
  const runs = text.match(/\P{ASCII}+/gu) ?? [];
  const signs = runs.map((run) => run.replace(PRINT, ''));
  return signs.filter((run) => run.length > 1 && !TOUCHING.test(run)).length * 2 > runs.length;
}

/** Whether most words that have letters of another script have Latin ones as well: no reader would write so. */
function mixesScripts(text: string): boolean {
  const words = (text.match(/[A-Za-z\P{ASCII}]+/gu) ?? []).filter((word) => /\P{ASCII}/u.test(word));
  return words.filter((word) => /[A-Za-z]/.test(word)).length * 2 > words.length;
}

const KANA = /^[\u3041-\u3096\u30a1-\u30fa\u30fc]$/u;

function foreignOf(text: string): string[] {
  return text.match(/\P{ASCII}/gu) ?? [];
}

function shareOf(characters: string[], kind: RegExp): number {
  return characters.filter((character) => kind.test(character)).length / Math.max(1, characters.length);
}

/** Kana stand in a small part of the table: who reads three of them, and little else, reads Japanese. */
function kanaScore(foreign: string[], found: number): number {
  const isJapanese = foreign.length >= 3 && shareOf(foreign, KANA) >= 0.4;
  return isJapanese ? Math.max(found, 1) : found;
}

/** Whether most bytes that are not ASCII stand alone; characters of two bytes mostly have two of them. */
function hasLoneBytes(lines: Buffer): boolean {
  const runs = lines.toString('latin1').match(/[\x80-\xff]+/g) ?? [];
  return runs.filter((run) => run.length === 1).length * 2 > runs.length;
}

/**
 * Whether most wide characters stand alone inside Latin words: bytes of "Größe" and "für" read as one ideograph and, where
 * the byte `isLone`, the letter after it.
 */
function standsInLatinWords(text: string, isLone: boolean): boolean {
  const runs = text.match(/[A-Za-z]?\P{ASCII}+[A-Za-z]?/gu) ?? [];
  const inside = isLone
    ? /^(?:[A-Za-z]\P{ASCII}[A-Za-z]?|\P{ASCII}[A-Za-z])$/u
    : /^[A-Za-z]\P{ASCII}[A-Za-z]$/u;
  return runs.filter((run) => inside.test(run)).length * 2 > runs.length;
}
