/** What the activities need of the world; made once per worker process. */
import type { Database } from '../db/database.ts';
import type { EventWriter } from '../db/event-writer.ts';
import type { DiskShares } from '../db/room.ts';
import type { TokensPerDay } from '../db/turns.ts';
import type { ModelRole } from '../domain/model-roles.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { FairGate } from '../threads/fair-gate.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Attempts } from './attempts.ts';
import type { ContextMemory } from './context/memory.ts';
import type { HeadStarts } from './head-starts.ts';
import type { ActivityMetrics } from './metrics.ts';
import type { ServingModel } from './serving-models.ts';
import type { Settlements } from './settlements.ts';
import type { Suspects } from './suspects.ts';
import type { ToolMarkdown } from './tools/markdown-jobs.ts';
import type { TurnTrace } from './turn-trace.ts';

/** Structured log: fields first, as pino has it. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ActivityDependencies {
  db: Database;
  writer: EventWriter;
  attempts: Attempts;
  headStarts: HeadStarts;
  settlements: Settlements;
  /** Places of this process, shared out among people: for model calls, and for runs of code. */
  places: { model: FairGate; code: FairGate };
  suspects: Suspects;
  workerId: string;
  /** The model of a Work for a role. */
  modelFor(workId: string, role: ModelRole): Promise<ServingModel>;
  contextMemory: ContextMemory;
  workspaceOf(workId: string): Promise<Workspace>;
  markdown: ToolMarkdown;
  /** Absolute path of a Work's workspace, for the sandbox to mount. */
  workspacePath(workId: string): string;
  /** Absolute path of PA_DATA. */
  dataDir: string;
  /** Where the history files are. */
  historyDir: string;
  /** null where no code can run here; then `reason` is what model and person are told. */
  sandbox: { runs: Sandbox } | { runs: null; reason: string };
  limits: {
    maxSteps: number;
    firstTokenMs: number;
    stallMs: number;
    /** Pictures that a request has at most; 0: models are shown none. */
    pictures: number;
    tokensPerDay?: TokensPerDay;
    /** Bytes that the files of a person's Works have together. */
    disk: DiskShares;
  };
  metrics: ActivityMetrics;
  trace: TurnTrace;
  log: Log;
}
