/** The reviewer of a Work (H5, docs/people.md): how it is set, and what it says in its own words, read as a verdict. */

/** The name of the agent that reads the paper with a context of its own. */
export const REVIEWER = 'reviewer';

/** Whether a Work has a reviewer, and how often in a turn it may send the paper back; 0: it says what it thinks, no more. */
export interface ReviewSetting {
  rounds: number;
}

export const MAX_ROUNDS = 3;
export const USUAL_ROUNDS = 1;

/** `none`: nothing that could be read as a verdict was said. */
export const VERDICTS = ['accept', 'revise', 'none'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a round of review came to. */
export interface Review {
  turn: number;
  round: number;
  verdict: Verdict;
  /** What is to be done about the paper, the most serious first. */
  points: string[];
  /** The paper went back to the main agent with it. */
  sentBack: boolean;
  /** The reviewer's message; absent where none was begun. */
  messageId?: string;
  /** sha256 of the paper that was read. */
  paper?: string;
  /** Why there is no verdict. */
  error?: { code: string; message: string };
}

/** Characters of a reviewer's answer: what it says beyond them is neither shown nor told. */
export const MAX_REVIEW_CHARACTERS = 16_000;
export const MAX_POINTS = 12;
export const MAX_POINT_CHARACTERS = 600;

/**
 * `Verdict: accept` in a line of its own, in whatever way models dress it up: Markdown, JSON, Chinese. What it is asked
 * for is English. A line that is quoted is somebody else's: the paper's, perhaps.
 */
const VERDICT =
  /^[^\p{L}>\n]*(?:verdict|结论|裁决|评审意见)[^\p{L}\n]{1,12}((?:accept|approve|pass|revis|reject|major|minor|修改|退回|接受|通过)[^\n]*)/gimu;
const ACCEPTS = /^(?:accept(?:ed)?|approved?|pass(?:ed)?)(?![\p{L}\p{N}])|^(?:接受|通过)/iu;
/** What takes an acceptance back in its own line. */
const ON_CONDITION =
  /revis|reject|major|minor|\b(?:after|once|if|provided|unless|subject)\b|修改|退回|条件/iu;
const POINT = /^\s{0,3}(?:[-*+•]|\d{1,2}[.)、])\s+(\S.*)$/;

/**
 * What a reviewer's answer says: its verdict, and its points. One that was refused (`filtered`), or that never came to a
 * verdict, has none, whatever else it says; one that was cut off behind its verdict has it. Where it gives several, or
 * accepts on a condition, only what all of them accept is accepted.
 */
export function readVerdict(
  text: string,
  { filtered }: { filtered: boolean },
): { verdict: Verdict; points: string[] } {
  const given = [...text.matchAll(VERDICT)];
  const [said] = given;
  if (said === undefined || filtered) return { verdict: 'none', points: [] };
  const rest = text
    .slice(said.index + said[0].length)
    .split('\n')
    .slice(1);
  const listed = rest.flatMap((line) => POINT.exec(line)?.[1] ?? []);
  const words = rest.join(' ').trim();
  const unlisted = /\p{L}/u.test(words) ? [words] : [];
  const points = (listed.length > 0 ? listed : unlisted).slice(0, MAX_POINTS).map(short);
  const accepts = ([, words = '']: RegExpExecArray) => ACCEPTS.test(words) && !ON_CONDITION.test(words);
  if (given.every(accepts)) return { verdict: 'accept', points };
  // To be sent back with nothing to do would lead round in circles.
  return points.length === 0 ? { verdict: 'none', points } : { verdict: 'revise', points };
}

function short(point: string): string {
  const line = point.replace(/\s+/g, ' ').trim();
  return line.length > MAX_POINT_CHARACTERS
    ? `${line.slice(0, MAX_POINT_CHARACTERS - 1).toWellFormed()}…`
    : line;
}
