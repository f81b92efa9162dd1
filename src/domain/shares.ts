/**
 * What a shared link shows of a Work (H8, P24). A list of what is shown, not of what is left out: what comes to be
 * later is not shown until somebody puts it here. Pure.
 */
import type { EventBody, LogEvent, TurnError } from './events.ts';
import type { AgentId, FileChange, Message, Part, ToolArguments, ToolPart, Usage } from './messages.ts';
import type { PlanStep } from './plans.ts';
import { type Conversation, reduce, type TurnEnd } from './reducer.ts';

/** `work`: conversation, files and paper; `paper`: the paper with its figures, and nothing else. */
export const SHARED = ['work', 'paper'] as const;
export type Shared = (typeof SHARED)[number];

/** What a call to a tool of ours shows; of every other one sees that there was a call. */
const SHOWN_TOOLS: Record<string, 'all' | 'question' | 'arguments'> = {
  writemd: 'all',
  update_section_content: 'all',
  add_section: 'all',
  rename_section_title: 'all',
  analyze_template: 'all',
  get_section_content: 'all',
  read_file: 'all',
  read_attachment: 'all',
  write_file: 'all',
  run_python: 'all',
  code_agent: 'all',
  check_paper: 'all',
  add_reference: 'all',
  update_plan: 'all',
  ask_person: 'question',
  // Their results name hidden files.
  tree: 'arguments',
  list_attachments: 'arguments',
};

/** How every other call is named: a tool's name says which servers a person has connected. */
const OTHER_TOOL = 'other';

/** Files whose name, or a folder's above them, begins with a dot are settings, caches and secrets of programs. */
export function isHiddenPath(path: string): boolean {
  return path.split('/').some((segment) => segment.startsWith('.'));
}

/** Code agents are named by the calls that they serve. */
const CALL_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whose words a reader gets: the main agent's and its code agents'. A reviewer's criticism (H5) is its owner's. */
function isSharedAgent(agent: AgentId): boolean {
  return agent === 'main' || CALL_ID.test(agent);
}

/** Nothing was taken: what a Work costs is its owner's. */
const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 };

/** A message as a reader is shown it: no reasoning, no summary, no usage. Undefined where its agent's words are not shown. */
export function sharedMessage(message: Message): Message | undefined {
  const { id, turn, role, agent, status, createdAt, parts, attachments } = message;
  if (agent !== undefined && !isSharedAgent(agent)) return undefined;
  return {
    ...{ id, turn, role },
    ...(agent === undefined ? {} : { agent }),
    ...{ status, createdAt, parts: parts.flatMap(sharedPart) },
    ...(attachments === undefined ? {} : { attachments: attachments.filter((path) => !isHiddenPath(path)) }),
  };
}

/** Those of a conversation that are shown: what no turn has taken yet is a draft. */
export function sharedMessages(messages: readonly Message[]): Message[] {
  return messages
    .filter(({ status }) => status !== 'queued')
    .flatMap((message) => sharedMessage(message) ?? []);
}

export function sharedOutcome({ turn, outcome, error }: TurnEnd): TurnEnd {
  return { turn, outcome, usage: NO_USAGE, ...(error ? { error: sharedError(error) } : {}) };
}

/** A step of a plan, without hidden files among what it made. */
export function sharedStep(step: PlanStep): PlanStep {
  return step.made === undefined ? step : { ...step, made: step.made.filter((path) => !isHiddenPath(path)) };
}

function sharedPart(part: Part): Part[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text, ...(part.cutOff ? { cutOff: part.cutOff } : {}) }];
    case 'tool':
      return [sharedCall(part)];
    default:
      return [];
  }
}

function sharedCall(part: ToolPart): ToolPart {
  const { toolCallId, state, durationMs } = part;
  const shown = shownOf(part.name, part.arguments);
  const { result, files, output, ending } = part;
  return {
    ...{ type: 'tool', toolCallId, name: shown.name, arguments: shown.arguments, state },
    ...(result === undefined ? {} : { result: shown.result ? result : '' }),
    ...(files === undefined ? {} : { files: sharedFiles(files) }),
    ...(output === undefined || !shown.result ? {} : { output }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(ending === undefined ? {} : { ending }),
  };
}

/** What of a call by that name is shown, and whether its result is. */
function shownOf(
  name: string,
  given: ToolArguments,
): { name: string; arguments: ToolArguments; result: boolean } {
  const shown = Object.hasOwn(SHOWN_TOOLS, name) ? SHOWN_TOOLS[name] : undefined;
  if (shown === undefined) return { name: OTHER_TOOL, arguments: {}, result: false };
  // What is no object was never read: nobody can say what it names.
  if (typeof given === 'string' || namesHidden(given)) return { name, arguments: {}, result: false };
  if (shown !== 'question') return { name, arguments: given, result: shown === 'all' };
  const { question } = given;
  return { name, arguments: typeof question === 'string' ? { question } : {}, result: true };
}

function namesHidden(given: Record<string, unknown>): boolean {
  return ['path', 'file', 'filename'].some((name) => {
    const value = given[name];
    return typeof value === 'string' && isHiddenPath(value.replace(/^(?:\.\/)+/, ''));
  });
}

function sharedFiles(files: readonly FileChange[]): FileChange[] {
  return files.filter(({ path }) => !isHiddenPath(path));
}

/** The code says enough: a vendor's words may quote anything. */
function sharedError({ code }: TurnError): TurnError {
  return { code, message: '' };
}

/** What has to be looked up for an event, for the log has it elsewhere. */
export interface SharedLookups {
  /** A message that a turn has taken. */
  message(id: string): Promise<Message | undefined>;
  /** A call, by its id. */
  call(id: string): Promise<{ name: string; arguments: ToolArguments } | undefined>;
}

/** Events as a reader gets them: those that take messages bring them, for a reader has not seen them waiting. */
export type SharedEvent = Pick<LogEvent, 'seq' | 'turn' | 'at'> &
  (
    | (Extract<EventBody, { kind: 'turn.started' | 'message.steered' }> & { taken: Message[] })
    | Exclude<EventBody, { kind: 'turn.started' | 'message.steered' }>
    | { kind: 'files.changed' }
  );

/** Each kind that a reader may get. */
export const SHARED_KINDS = [
  'turn.started',
  'message.steered',
  'conversation.rewound',
  'step.started',
  'step.superseded',
  'text.delta',
  'tool.called',
  'tool.output',
  'tool.completed',
  'plan.changed',
  'message.completed',
  'files.changed',
  'turn.completed',
] as const satisfies readonly SharedEvent['kind'][];

/** An event of the log as a reader of the whole Work gets it; null: it is none of theirs. */
export async function sharedEvent(event: LogEvent, look: SharedLookups): Promise<SharedEvent | null> {
  const { seq, turn, at } = event;
  const base = { seq, turn, at };
  if ('agent' in event && !isSharedAgent(event.agent)) return null;
  switch (event.kind) {
    case 'turn.started':
      return {
        ...base,
        kind: event.kind,
        messageIds: event.messageIds,
        taken: await takenOf(event.messageIds, look),
      };
    case 'message.steered':
      return { ...base, kind: event.kind, id: event.id, taken: await takenOf([event.id], look) };
    case 'conversation.rewound':
      return { ...base, kind: event.kind, beforeMessageId: event.beforeMessageId };
    case 'step.started': {
      const { kind, step, attempt, agent, messageId } = event;
      return { ...base, kind, step, attempt, agent, model: '', messageId };
    }
    case 'step.superseded': {
      const { kind, step, agent, attempt, messageId } = event;
      return { ...base, kind, step, agent, attempt, messageId };
    }
    case 'text.delta': {
      const { kind, messageId, agent, text } = event;
      return { ...base, kind, messageId, agent, text };
    }
    case 'tool.called': {
      const { kind, messageId, agent, toolCallId } = event;
      const { result: _shown, ...shown } = shownOf(event.name, event.arguments);
      return { ...base, kind, messageId, agent, toolCallId, ...shown };
    }
    case 'tool.output': {
      const { kind, toolCallId, stream, text } = event;
      return (await showsResult(toolCallId, look)) ? { ...base, kind, toolCallId, stream, text } : null;
    }
    case 'tool.completed': {
      const { kind, toolCallId, ok, result, files, durationMs, ending } = event;
      return {
        ...{ ...base, kind, toolCallId, ok, files: sharedFiles(files), durationMs },
        result: (await showsResult(toolCallId, look)) ? result : '',
        ...(ending === undefined ? {} : { ending }),
      };
    }
    case 'plan.changed':
      return { ...base, kind: event.kind, by: event.by, steps: event.steps.map(sharedStep) };
    case 'message.completed': {
      const message = sharedMessage(event.message);
      return message === undefined ? null : { ...base, kind: event.kind, message };
    }
    case 'workspace.snapshot':
    case 'workspace.restored':
      return { ...base, kind: 'files.changed' };
    case 'turn.completed': {
      const { kind, outcome, error } = event;
      return { ...base, kind, outcome, usage: NO_USAGE, ...(error ? { error: sharedError(error) } : {}) };
    }
    default:
      return null;
  }
}

/** The same for a reader of the paper alone: that files have changed, and nothing of what was said. */
export function sharedOfPaper(event: LogEvent): SharedEvent | null {
  const { seq, at } = event;
  const isChange =
    event.kind === 'workspace.snapshot' ||
    event.kind === 'workspace.restored' ||
    (event.kind === 'tool.completed' && event.files.length > 0);
  return isChange ? { seq, turn: null, at, kind: 'files.changed' } : null;
}

async function takenOf(ids: readonly string[], look: SharedLookups): Promise<Message[]> {
  const found = await Promise.all(ids.map((id) => look.message(id)));
  return found.flatMap((message) => (message && sharedMessage(message)) ?? []);
}

async function showsResult(toolCallId: string, look: SharedLookups): Promise<boolean> {
  const call = await look.call(toolCallId);
  return call !== undefined && shownOf(call.name, call.arguments).result;
}

/** A reader's conversation after one more event. Their events have gaps: what is none of theirs is not sent. */
export function reduceShared(state: Conversation, event: SharedEvent): Conversation {
  if (event.seq <= state.seq) return state;
  if (event.kind === 'files.changed') return { ...state, seq: event.seq };
  const before = { ...state, seq: event.seq - 1 };
  if (!('taken' in event)) return reduce(before, event);
  const known = new Set(state.messages.map(({ id }) => id));
  const waiting = event.taken
    .filter(({ id }) => !known.has(id))
    .map((message): Message => ({ ...message, turn: null, status: 'queued' }));
  const { taken: _taken, ...plain } = event;
  return reduce({ ...before, messages: [...before.messages, ...waiting] }, plain as LogEvent);
}
