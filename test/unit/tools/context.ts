/** A workspace and an in-memory journal for tools, with crashes on demand. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createToolMarkdown } from '../../../src/activities/tools/markdown-jobs.ts';
import { runFileTool } from '../../../src/activities/tools/run-file-tool.ts';
import type {
  ChangeJournal,
  ToolContext,
  ToolLiterature,
  ToolResult,
} from '../../../src/activities/tools/types.ts';
import type { JournalEntry } from '../../../src/db/runs.ts';
import type { ToolArguments } from '../../../src/domain/messages.ts';
import { createWorkspace } from '../../../src/workspace/create-workspace.ts';
import type { Workspace } from '../../../src/workspace/workspace.ts';
import { makeFolder } from '../workspace/folder.ts';

/** Where the process dies; `undefined` is nowhere. */
export type CrashPoint = 'before find' | 'before record' | 'after record' | 'after write' | undefined;

export class Crash extends Error {}

export interface Bench {
  workspace: Workspace;
  /** One attempt at a tool call; the journal belongs to the call, and outlives a crash. */
  attempt(name: string, args: ToolArguments, options?: AttemptOptions): Promise<ToolResult>;
  text(path: string): Promise<string>;
}

export interface AttemptOptions {
  journal?: ChangeJournal;
  crash?: CrashPoint;
  agent?: string;
  signal?: AbortSignal;
  /** What can be looked up; absent: nothing. */
  literature?: ToolLiterature;
  /** Skills that the person keeps: their files, by name. */
  skills?: Record<string, Map<string, Buffer>>;
  /** Files that a person wrote since the turn began, which no call was told of. */
  edited?: Set<string>;
  /** Runs just before the file is written: what somebody else does in that moment. */
  beforeWrite?: () => Promise<void>;
}

export function memoryJournal(): ChangeJournal {
  const entries = new Map<string, JournalEntry>();
  return {
    find: async (path) => entries.get(path) ?? null,
    record: async (entry) => void entries.set(entry.path, entry),
  };
}

export async function withBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = await makeFolder();
  try {
    const workspace = await createWorkspace(join(folder.path, 'work'));
    await use({
      workspace,
      attempt: (name, args, options) => runFileTool(name, args, toolContext(workspace, options)),
      text: async (path) => (await workspace.read(path)).toString(),
    });
  } finally {
    await folder.clear();
  }
}

const MARKDOWN = createToolMarkdown();

export function toolContext(workspace: Workspace, options: AttemptOptions = {}): ToolContext {
  const { crash, agent = 'main', signal = new AbortController().signal, journal = memoryJournal() } = options;
  const dieAt = (point: CrashPoint): void => {
    if (crash === point) throw new Crash(point);
  };
  return {
    agent,
    signal,
    markdown: MARKDOWN,
    checkPaper: async () => [],
    literature: options.literature ?? null,
    skillFiles: async (name) =>
      Object.hasOwn(options.skills ?? {}, name) ? options.skills?.[name] : undefined,
    withRoom: (_path, _bytes, write) => write(randomUUID()),
    person: { id: 'ada', guest: false },
    personEdited: async (path) => options.edited?.delete(path) ?? false,
    journal: {
      find: async (path) => {
        dieAt('before find');
        return journal.find(path);
      },
      record: async (entry) => {
        dieAt('before record');
        await journal.record(entry);
        dieAt('after record');
      },
    },
    workspace: {
      ...workspace,
      write: async (...write) => {
        await options.beforeWrite?.();
        const written = await workspace.write(...write);
        dieAt('after write');
        return written;
      },
    },
  };
}
