/** What every file tool is given and gives back. */
import type { JournalEntry } from '../../db/runs.ts';
import type { AgentId, FileChange } from '../../domain/messages.ts';
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
  /** Whose Work it is. */
  person: Person;
  journal: ChangeJournal;
  /**
   * Whether a person wrote this file since the turn began, and no call was told of it before this one; asking is
   * being told.
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
