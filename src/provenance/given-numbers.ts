/** Numbers that a person gave: in their messages, and in files of text that they attached (T7). */
import type { Database } from '../db/database.ts';
import { wordsOfPeople } from '../db/run-calls.ts';
import { withoutLabels } from '../domain/provenance/no-quantity.ts';
import type { GivenNumber } from '../domain/provenance/types.ts';
import { writtenNumbers } from '../domain/provenance/written-numbers.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';

const WORDS_CHARACTERS = 100_000;
const FILE_BYTES = 256 * 1024;
const MOST_FILES = 20;
const MOST_NUMBERS = 5_000;
const TEXT = /\.(?:csv|tsv|txt|md|json)$/i;

export async function givenNumbers(
  db: Database,
  workId: string,
  workspace: Workspace,
): Promise<GivenNumber[]> {
  const words = await wordsOfPeople(db, workId, WORDS_CHARACTERS);
  return [...numbersIn(withoutLabels(words)), ...(await attachedNumbers(workspace))].slice(0, MOST_NUMBERS);
}

async function attachedNumbers(workspace: Workspace): Promise<GivenNumber[]> {
  const { entries } = await listed(workspace);
  const files = entries.filter(
    ({ path, kind, size }) => kind === 'file' && TEXT.test(path) && size <= FILE_BYTES,
  );
  const numbers: GivenNumber[] = [];
  for (const { path } of files.slice(0, MOST_FILES)) {
    const text = await textOf(workspace, path);
    // In a table commas part cells.
    const apart = /\.csv$/i.test(path) ? text.replaceAll(',', ' ') : text;
    numbers.push(...numbersIn(apart).map((number) => ({ ...number, file: path })));
    if (numbers.length > MOST_NUMBERS) break;
  }
  return numbers;
}

function numbersIn(text: string): GivenNumber[] {
  return writtenNumbers(text, () => false)
    .filter(({ digits, isDecimal }) => digits > 1 || isDecimal)
    .map(({ value, step }) => ({ value, step }));
}

async function listed(workspace: Workspace): Promise<Awaited<ReturnType<Workspace['list']>>> {
  try {
    return await workspace.list('attachments');
  } catch (error) {
    if (error instanceof WorkspaceError) return { entries: [], truncated: false };
    throw error;
  }
}

async function textOf(workspace: Workspace, path: string): Promise<string> {
  try {
    return (await workspace.read(path, { maxBytes: FILE_BYTES })).toString('utf8');
  } catch (error) {
    // Gone, or grown, since it was listed.
    if (error instanceof WorkspaceError) return '';
    throw error;
  }
}
