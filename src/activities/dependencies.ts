/** What the activities need of the world; made once per worker process. */
import type { Database } from '../db/database.ts';
import type { EventWriter } from '../db/event-writer.ts';
import type { Quotas } from '../db/quotas.ts';
import type { DiskShares } from '../db/room.ts';
import type { TokensPerDay } from '../db/steps.ts';
import type { OperatorToolServer } from '../domain/operator-tool-servers.ts';
import type { PaperTools } from '../exports/make-paper.ts';
import type { Sources } from '../literature/open-sources.ts';
import type { PaperChecker } from '../paper-check/check-work.ts';
import type { ProvenanceThreads } from '../provenance/jobs.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { FairGate } from '../threads/fair-gate.ts';
import type { ToolServerConnection } from '../tool-servers/connection.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { ClaimRunner } from './claims/claim-runner.ts';
import type { ContextMemory } from './context/memory.ts';
import type { Log } from './log.ts';
import type { HistoryFiles } from './reporting/history.ts';
import type { ActivityMetrics } from './reporting/metrics.ts';
import type { TurnTrace } from './reporting/turn-trace.ts';
import type { ModelFor } from './serving-models.ts';
import type { ToolMarkdown } from './tools/markdown-jobs.ts';

export interface ActivityDependencies {
  db: Database;
  writer: EventWriter;
  claims: ClaimRunner;
  /** Places of this process, shared out among people: for model calls, and for runs of code. */
  places: { model: FairGate; code: FairGate };
  modelFor: ModelFor;
  contextMemory: ContextMemory;
  workspaceOf(workId: string): Promise<Workspace>;
  markdown: ToolMarkdown;
  /** How MCP servers are asked, the operator's, and the 32 bytes that the tokens of people's are sealed with. */
  toolServers: {
    connection: Pick<ToolServerConnection, 'call'>;
    operators: readonly OperatorToolServer[];
    encryptionKey: Buffer;
  };
  /** Traces numbers of papers without keeping the process from everything else. */
  provenance: ProvenanceThreads;
  /** Says what is wrong with papers. */
  paperChecker: PaperChecker;
  /** Where works are looked up (O6); undefined where the operator does not allow it. */
  literature: Sources | undefined;
  /** Absolute path of a Work's workspace, for the sandbox to mount. */
  workspacePath(workId: string): string;
  /** Absolute path of PA_DATA. */
  dataDir: string;
  history: HistoryFiles;
  /** null where no code can run here; then `reason` is what model and person are told. */
  sandbox: { runs: Sandbox } | { runs: null; reason: string };
  /** Temporal, as far as schedules need it (H7). */
  temporal: {
    wake(work: { workId: string; ownerId: string }): Promise<void>;
    forgetSchedule(scheduleId: string): Promise<void>;
  };
  /** What documents are made with; looked for when the first is. */
  paperTools(): Promise<PaperTools>;
  limits: {
    maxSteps: number;
    firstTokenMs: number;
    stallMs: number;
    /** Pictures that a request has at most; 0: models are shown none. */
    pictures: number;
    tokensPerDay?: TokensPerDay;
    /** Bytes that the files of a person's Works have together. */
    disk: DiskShares;
    /** Under which messages are sent that schedules send. */
    messages: { perMinute: number; quotas: Quotas };
  };
  metrics: ActivityMetrics;
  trace: TurnTrace;
  log: Log;
}
