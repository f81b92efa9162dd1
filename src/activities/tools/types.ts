/** What every file tool is given and gives back. */
import type { JournalEntry } from '../../db/runs.ts';
import type { AgentId, FileChange } from '../../domain/messages.ts';
import type { BibEntry } from '../../domain/references/bibtex.ts';
import type { FoundWork } from '../../domain/references/found-work.ts';
import type { Source } from '../../domain/references/sources.ts';
import type { SearchAsked, SearchResult } from '../../literature/search.ts';
import type { CheckItem } from '../../paper-check/item.ts';
import type { Person } from '../../threads/fair-gate.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { ToolMarkdown } from './markdown-jobs.ts';

/** `result` is what the model reads; with `ok: false` it says what went wrong and what to do instead (R6). */
export interface ToolResult {
  ok: boolean;
  result: string;
  files: FileChange[];
}

/** What one tool call wrote down of its changes; kept until the call's result is stored (R3). */
export interface ChangeJournal {
  find(path: string): Promise<Omit<JournalEntry, 'path'> | null>;
  /** @throws where the call has ended meanwhile: then the change must not be made */
  record(entry: JournalEntry): Promise<void>;
}

/** What tools look up on the internet (O6); each within so many milliseconds, and no longer than the call's signal lets it. */
export interface ToolLiterature {
  /** The record of a DOI; `unknown` where nobody answered who could know, and `silent` names them. */
  workOfDoi(
    doi: string,
    ms: number,
  ): Promise<
    | { kind: 'work'; work: FoundWork }
    | { kind: 'absent' | 'no_record' }
    | { kind: 'unknown'; silent: Source[] }
  >;
  /** Works that are looked for by words, and who was asked and gave no answer. */
  search(of: SearchAsked, ms: number): Promise<SearchResult>;
  /** Looks entries of references.bib up, keeps what was found out, and says it in a sentence each. */
  verdictsInWords(entries: readonly BibEntry[], ms: number): Promise<string[]>;
}

export interface ToolContext {
  workspace: Workspace;
  /** Runs `write` where a file of so many bytes has room at the path. @throws WorkspaceError no_room */
  withRoom<T>(path: string, bytes: number, write: (temporaryId: string) => Promise<T>): Promise<T>;
  /** Reads and changes Markdown without keeping the process from everything else. */
  markdown: ToolMarkdown;
  /**
   * What is wrong with a paper.
   * @throws WorkspaceError, UnreadableMarkdown
   */
  checkPaper(path: string): Promise<CheckItem[]>;
  /** null where the operator lets nothing be looked up. */
  literature: ToolLiterature | null;
  /** The files of a skill that the person keeps, by their paths in it; undefined where there is none of that name. */
  skillFiles(name: string): Promise<ReadonlyMap<string, Buffer> | undefined>;
  /** Whose Work it is. */
  person: Person;
  journal: ChangeJournal;
  /**
   * Whether a person wrote this file since the turn began, and no call has asked this before: only the first is told.
   */
  personEdited(path: string): Promise<boolean>;
  agent: AgentId;
  signal: AbortSignal;
}

export function succeeded(result: string): ToolResult {
  return { ok: true, result, files: [] };
}

export function failed(result: string): ToolResult {
  return { ok: false, result, files: [] };
}
