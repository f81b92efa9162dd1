/** What the log alone says: each rule as sentences about what breaks it (D1-D5, P7, P9). */
import type { LogEvent } from '../../../src/domain/events.ts';
import { type Message, textOf } from '../../../src/domain/messages.ts';
import { ofKind } from '../works.ts';
import { same } from './same.ts';

export function brokenInLog(events: LogEvent[]): string[] {
  return [
    ...turnsEndOnce(events),
    ...messagesAreAnswered(events),
    ...attemptsEndOnce(events),
    ...textIsItsDeltas(events),
    ...callsAreTheirDrafts(events),
    ...callsEndOnce(events),
    ...asksEndOnce(events),
    ...plansChangeOnce(events),
    ...roundsEndOnce(events),
  ];
}

/** D1, D2: turns come one after the other, and each ends once, by its last event. */
function turnsEndOnce(events: LogEvent[]): string[] {
  const problems: string[] = [];
  let running: number | null = null;
  let last = 0;
  for (const event of events) {
    const { kind, turn, seq } = event;
    if (kind === 'turn.started') {
      if (running !== null) problems.push(`D1: turn ${turn} began while turn ${running} ran`);
      if (turn !== last + 1) problems.push(`D1: turn ${turn} came after turn ${last}`);
      if (event.messageIds.length === 0) problems.push(`D1: turn ${turn} answers nothing`);
      [running, last] = [turn, turn ?? last];
    } else if (turn !== null && turn !== running) {
      problems.push(`D2: event ${seq}, ${kind}, is of turn ${turn} while ${running ?? 'none'} ran`);
    }
    if (kind === 'turn.completed') {
      running = null;
      problems.push(...answerOf(events, event));
    }
  }
  if (running !== null) problems.push(`D2: turn ${running} did not end`);
  return problems;
}

/** A turn that is done has a final answer, and says what it cost (P9). */
function answerOf(events: LogEvent[], end: Extract<LogEvent, { kind: 'turn.completed' }>): string[] {
  if (end.outcome !== 'done') return [];
  const answers = ofKind(events, 'message.completed').filter(
    ({ turn, message }) => turn === end.turn && message.agent === 'main',
  );
  const problems: string[] = [];
  const final = answers.at(-1)?.message;
  if (final?.status !== 'complete' || final.parts.some(({ type }) => type === 'tool')) {
    problems.push(`D1: turn ${end.turn} is done without a final answer`);
  }
  if (!(end.usage.outputTokens > 0)) problems.push(`P9: turn ${end.turn} is done at no cost`);
  return problems;
}

/** D1: each message that was not withdrawn was taken once, after it was queued. */
function messagesAreAnswered(events: LogEvent[]): string[] {
  const gone = new Set(ofKind(events, 'message.withdrawn').map(({ id }) => id));
  const queued = ofKind(events, 'message.queued');
  const ids = queued.map(({ message }) => message.id);
  const problems = new Set(ids).size === ids.length ? [] : ['P5: a message was queued twice'];
  for (const { seq, message } of queued) {
    const takes = events.filter(
      (event) =>
        (event.kind === 'turn.started' && event.messageIds.includes(message.id)) ||
        (event.kind === 'message.steered' && event.id === message.id),
    );
    const wanted = gone.has(message.id) ? 0 : 1;
    if (takes.length !== wanted) problems.push(`D1: message ${message.id} was taken ${takes.length} times`);
    if (takes.some((take) => take.seq < seq)) problems.push(`D1: message ${message.id} was taken too early`);
  }
  return problems;
}

/** R4: the attempts at a step are numbered, each ends once, and nothing is streamed before it or after it. */
function attemptsEndOnce(events: LogEvent[]): string[] {
  const problems: string[] = [];
  const attempts = new Map<string, number>();
  const open = new Set<string>();
  for (const event of events) {
    if (event.kind === 'step.started') {
      const step = `${event.turn} ${event.agent} ${event.step}`;
      if (event.attempt !== (attempts.get(step) ?? 0) + 1) {
        problems.push(`R4: attempt ${event.attempt} at step ${step} came after ${attempts.get(step) ?? 0}`);
      }
      attempts.set(step, event.attempt);
      open.add(event.messageId);
    } else if (event.kind === 'step.superseded' || event.kind === 'message.completed') {
      const id = event.kind === 'step.superseded' ? event.messageId : event.message.id;
      if (!open.delete(id)) problems.push(`R4: message ${id} ended without being open (${event.seq})`);
    } else if (event.kind !== 'review.completed' && 'messageId' in event && !open.has(event.messageId)) {
      problems.push(`R4: event ${event.seq}, ${event.kind}, belongs to no attempt that runs`);
    }
  }
  return [...problems, ...[...open].map((id) => `D2: message ${id} did not end`)];
}

/** D4: text and reasoning of each message are what its attempt streamed. */
function textIsItsDeltas(events: LogEvent[]): string[] {
  const streamed = { 'text.delta': new Map<string, string>(), 'reasoning.delta': new Map<string, string>() };
  for (const event of ofKind(events, 'text.delta', 'reasoning.delta')) {
    const of = streamed[event.kind];
    of.set(event.messageId, (of.get(event.messageId) ?? '') + event.text);
  }
  return ofKind(events, 'message.completed').flatMap(({ message }) =>
    (
      [
        ['text.delta', textOf(message)],
        ['reasoning.delta', reasoningOf(message)],
      ] as const
    ).flatMap(([kind, said]) => {
      const deltas = streamed[kind].get(message.id) ?? '';
      return said === deltas ? [] : [`D4: message ${message.id} holds "${said}", its ${kind}s "${deltas}"`];
    }),
  );
}

function reasoningOf(message: Message): string {
  return message.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
}

/** P7: a call has the arguments that were streamed, and its message announces it. */
function callsAreTheirDrafts(events: LogEvent[]): string[] {
  const drafts = new Map<string, string>();
  for (const { toolCallId, text } of ofKind(events, 'tool.delta')) {
    drafts.set(toolCallId, (drafts.get(toolCallId) ?? '') + text);
  }
  const announced = ofKind(events, 'message.completed').flatMap(({ message }) =>
    message.parts.flatMap((part) => (part.type === 'tool' ? [`${message.id} ${part.toolCallId}`] : [])),
  );
  const called = ofKind(events, 'tool.called');
  const names = called.map(({ messageId, toolCallId }) => `${messageId} ${toolCallId}`);
  const problems = same(announced, names) ? [] : ['P7: the calls are not those of the stored answers'];
  for (const call of called) {
    const draft = drafts.get(call.toolCallId) ?? '';
    if (!isDraftOf(draft, call.arguments)) {
      problems.push(`D4: call ${call.toolCallId} has other arguments than were streamed: ${draft}`);
    }
  }
  return problems;
}

function isDraftOf(draft: string, stored: unknown): boolean {
  if (typeof stored === 'string') return draft === stored;
  return same(draft.trim() === '' ? {} : JSON.parse(draft), stored);
}

/** D5: each call has one end, after it was called; what it printed comes between. */
function callsEndOnce(events: LogEvent[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const open = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'tool.called') {
      if (seen.has(event.toolCallId)) problems.push(`D5: call ${event.toolCallId} was announced twice`);
      seen.add(event.toolCallId);
      open.set(event.toolCallId, event.name);
    } else if (event.kind === 'tool.output' && !open.has(event.toolCallId)) {
      problems.push(`D5: event ${event.seq} is output of a call that does not run`);
    } else if (event.kind === 'tool.completed') {
      const name = open.get(event.toolCallId);
      if (name === undefined) problems.push(`D5: call ${event.toolCallId} ended but did not run`);
      open.delete(event.toolCallId);
      const saysLost = event.result.includes('lost:');
      if (event.ending === 'lost' && !saysLost) problems.push('D7: the model was not told of a lost run');
      if (event.ending !== undefined && name !== 'run_python') problems.push(`P7: ${name} has an ending`);
    } else if (event.kind === 'turn.completed') {
      for (const id of open.keys()) problems.push(`D5: call ${id} had not ended when its turn did`);
      open.clear();
    }
  }
  return problems;
}

/** H3: a call that was right has set the plan once, before its end; one that was refused has not. */
function plansChangeOnce(events: LogEvent[]): string[] {
  const calls = new Map(ofKind(events, 'tool.called').map((call) => [call.toolCallId, call.name]));
  const set = ofKind(events, 'plan.changed').map(({ toolCallId }) => toolCallId);
  const ends = ofKind(events, 'tool.completed').filter((end) => calls.get(end.toolCallId) === 'update_plan');
  const wanted = ends.filter(({ ok }) => ok).map(({ toolCallId }) => toolCallId);
  return same(
    set.filter((id) => id !== undefined),
    wanted,
  )
    ? []
    : [`H3: the plan was set by the calls ${set.join(', ')}, and not by ${wanted.join(', ')}`];
}

/** H5: the rounds of review of a turn are numbered, and each has one verdict, which is that of its message. */
function roundsEndOnce(events: LogEvent[]): string[] {
  const rounds = new Map<number | null, number>();
  return ofKind(events, 'review.completed').flatMap(({ turn, round, messageId, verdict }) => {
    const last = rounds.get(turn) ?? 0;
    rounds.set(turn, round);
    const said = ofKind(events, 'message.completed').find(({ message }) => message.id === messageId)?.message;
    return [
      ...(round === last + 1 ? [] : [`H5: round ${round} of turn ${turn} came after ${last}`]),
      ...(verdict === 'none' || (said?.agent === 'reviewer' && said.status === 'complete')
        ? []
        : [`H5: round ${round} of turn ${turn} has a verdict that nobody said`]),
    ];
  });
}

/** H1: a turn asks one thing at a time, and each question has one answer, before the call that asked it ends. */
function asksEndOnce(events: LogEvent[]): string[] {
  const problems: string[] = [];
  let open: Extract<LogEvent, { kind: 'ask.raised' }> | undefined;
  for (const event of events) {
    if (event.kind === 'ask.raised') {
      if (open !== undefined) problems.push(`H1: ${event.askId} was asked while ${open.askId} was open`);
      open = event;
    } else if (event.kind === 'ask.answered') {
      if (open?.askId !== event.askId) problems.push(`H1: ${event.askId} was answered but not open`);
      open = undefined;
    } else if (event.kind === 'tool.completed' && event.toolCallId === open?.toolCallId) {
      problems.push(`H1: the call of ${open.askId} ended before it was answered`);
    } else if (event.kind === 'turn.completed' && open !== undefined) {
      problems.push(`H1: ${open.askId} was still open when its turn ended`);
    }
  }
  return problems;
}
