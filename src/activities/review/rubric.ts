/** What a paper is to be judged by (H5): a rubric is a person's text, bounded, and data for the reviewer. */
import { firstFields } from '../../documents/first-fields.ts';
import type { Style } from '../../exports/style.ts';

const MOST_CRITERIA = 20;
const MOST_CHARACTERS = 400;

interface Source {
  /** The text of the template that the Work began with; null where that is gone. */
  template: string | null;
  paper: string;
  styles: readonly Style[];
}

/**
 * The criteria: what the template's first lines say under `rubric`, else those of the contest whose paper it is (its
 * `style`, or one with a team or a problem); none where nothing says any. The paper names none: who is judged writes it.
 */
export function rubricOf({ template, paper, styles }: Source): string[] {
  const said = template === null ? [] : textsOf(firstFields(template).rubric);
  return (said.length > 0 ? said : ofStyle(firstFields(paper), paper, styles))
    .slice(0, MOST_CRITERIA)
    .map(short);
}

function ofStyle(fields: Record<string, unknown>, paper: string, styles: readonly Style[]): string[] {
  const isChinese =
    /\p{Script=Han}{20}/u.test(paper) || /^(?:zh|chinese|中文)/i.test(String(fields.lang ?? ''));
  const isContest = ['team', 'control-number', 'control_number', 'problem'].some((name) => name in fields);
  const named = typeof fields.style === 'string' ? fields.style : undefined;
  const id = named ?? (isContest ? (isChinese ? 'cumcm' : 'mcm') : undefined);
  return styles.find((style) => style.id === id)?.rubric?.[isChinese ? 'zh' : 'en'] ?? [];
}

/** A list's texts, or a text's lines. */
function textsOf(value: unknown): string[] {
  const texts = Array.isArray(value) ? value : typeof value === 'string' ? value.split('\n') : [];
  return texts.flatMap((text) => (typeof text === 'string' && text.trim() !== '' ? [text] : []));
}

function short(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS).toWellFormed();
}
