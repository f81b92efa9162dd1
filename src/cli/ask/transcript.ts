/** A turn as it is read in a terminal: text as it comes, tool calls with their output, what was made. */
import { type Ask, shownCall } from '../../domain/asks.ts';
import type { EventBody, LogEvent } from '../../domain/events.ts';
import type { ToolArguments } from '../../domain/messages.ts';
import { progressOf, STEP_SIGNS } from '../../domain/plans.ts';

export interface Transcript {
  show(event: LogEvent): void;
  /** A question that no event showed: the Work waited with it before. */
  ask(ask: Ask): void;
  /** A remark of our own, on a line of its own. */
  note(line: string): void;
}

/** `write` takes pieces of text; `colour` allows escape sequences. */
export function createTranscript(write: (text: string) => void, colour: boolean): Transcript {
  const dim = (text: string) => (colour ? `\x1b[2m${text}\x1b[22m` : text);
  const bold = (text: string) => (colour ? `\x1b[1m${text}\x1b[22m` : text);
  let atLineStart = true;
  /** Names of the calls that run, by id: several may run at once. */
  const calls = new Map<string, string>();

  function put(text: string, style: (text: string) => string = (same) => same): void {
    if (text === '') return;
    write(style(printable(text)));
    atLineStart = text.endsWith('\n');
  }
  function line(text: string, style?: (text: string) => string): void {
    if (!atLineStart) put('\n');
    put(text, style);
    put('\n');
  }

  function ask({ question, act, options = [], default: fallback, deadline }: Ask): void {
    line(`? ${question}`, bold);
    const call = shownCall(act);
    if (call !== undefined) line(call);
    for (const [at, option] of options.entries()) line(`  ${at + 1}. ${option}`);
    if (fallback !== undefined) line(`  it would choose: ${fallback}`, dim);
    if (deadline !== undefined) line(`  it waits until ${new Date(deadline).toLocaleString()}`, dim);
  }

  return {
    ask,
    note: (text) => line(text, dim),
    show(event) {
      switch (event.kind) {
        case 'text.delta':
          return put(event.text, event.agent === 'main' ? undefined : dim);
        case 'reasoning.delta':
          return put(event.text, dim);
        case 'step.superseded':
          return line('(that answer was cut off; it is written again)', dim);
        case 'tool.called':
          calls.set(event.toolCallId, event.name);
          return line(`> ${event.name} ${summary(event.arguments)}`.trimEnd(), bold);
        case 'tool.output':
          return put(event.text, dim);
        case 'tool.completed': {
          const took = `${(event.durationMs / 1000).toFixed(1)} s`;
          const name = calls.get(event.toolCallId) ?? 'tool';
          calls.delete(event.toolCallId);
          line(`  ${name} ${event.ok ? `ok, ${took}` : `failed, ${took}: ${firstLine(event.result)}`}`, dim);
          for (const file of event.files) line(`  ${file.change} ${file.path}`, dim);
          return;
        }
        case 'ask.raised':
          return ask(event);
        case 'ask.answered':
          if (event.by === 'deadline') line('(nobody answered in time)', dim);
          return;
        case 'plan.changed': {
          if (event.steps.length === 0) return line('There is no plan any more.', dim);
          const { completed } = progressOf(event.steps);
          line(`Plan, ${completed} of ${event.steps.length} done:`, bold);
          for (const { step, status } of event.steps)
            line(`  ${STEP_SIGNS[status]} ${step}`, status === 'in_progress' ? undefined : dim);
          return;
        }
        case 'review.completed':
          return line(reviewLine(event), bold);
        case 'budget.warned':
          return line(`(a budget is nearly used up: ${event.used} of ${event.limit} ${event.unit})`, dim);
        case 'retrying':
          return line(`(${event.what}: ${event.reason}${whenOf(event.inMs)})`, dim);
        case 'context.compacted':
          return line(
            `(the conversation was condensed: ${event.tokensBefore} to ${event.tokensAfter} tokens)`,
            dim,
          );
        case 'message.completed':
          return atLineStart ? undefined : put('\n');
        case 'turn.completed':
          return event.error ? line(`${event.outcome}: ${event.error.message}`, bold) : undefined;
      }
    },
  };
}

/** What a round of review came to; what was said in full stands above it. */
function reviewLine({ verdict, sentBack, error }: EventBody & { kind: 'review.completed' }): string {
  if (verdict === 'accept') return 'Review: accepted.';
  if (verdict === 'none') return `Review: no verdict${error === undefined ? '' : ` (${error.message})`}.`;
  return sentBack ? 'Review: sent back, to be worked over.' : 'Review: there is something left to mend.';
}

/** When it goes on, where that is known. */
function whenOf(inMs: number): string {
  return inMs > 0 ? `; again in ${(inMs / 1000).toFixed(1)} s` : '';
}

/** Nothing that a model or a program wrote may steer the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, '');
}

/** The shortest argument that tells one call from another. */
function summary(args: ToolArguments): string {
  if (typeof args === 'string') return firstLine(args);
  const telling = args.filename ?? args.file ?? args.path ?? args.task ?? '';
  const section = typeof args.section === 'string' ? ` # ${firstLine(args.section)}` : '';
  return typeof telling === 'string' ? firstLine(telling) + section : '';
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
