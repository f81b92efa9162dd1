/**
 * `npm run ask -- "prompt" [--json] [--work id] [--budget tokens] [--cost money]`: one question from the terminal, answered live. Starts the
 * system when it is not running; what the agent asks meanwhile is asked here. To a Work that waits for an answer the
 * words are that answer; what it waits to be allowed is shown and answered first. Exits with 0 when the turn is done,
 * 1 when it failed, 2 when it was stopped or an option is not known.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { budgetSaid } from '../cli/ask/budget.ts';
import { followTurn, type Outcome } from '../cli/ask/follow-turn.ts';
import { guestOf, RefusedError } from '../cli/ask/guest.ts';
import { findOrStartSystem } from '../cli/ask/running-system.ts';
import { askInTerminal } from '../cli/ask/terminal-answers.ts';
import { createTranscript } from '../cli/ask/transcript.ts';
import { readCommandLine } from '../cli/command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { SetupError } from '../setup/setup-error.ts';

// The terminal leaves no turn with its question: it is answered here, or waited for.
const EXIT_CODES: Record<Outcome, number> = { done: 0, failed: 1, stopped: 2, asking: 1 };
const USAGE = 'usage: npm run ask -- "what to do" [--json] [--work id] [--budget tokens] [--cost money]';
const TITLE_LENGTH = 80;
const ONE_REQUEST_MS = 1_000;

/** Like a wrong variable: said in one sentence. */
class UsageError extends Error {
  override name = 'UsageError';
}

async function main(): Promise<number> {
  const { words, values } = readCommandLine({
    words: '"what to do"',
    options: { json: {}, work: { value: 'id' }, budget: { value: 'tokens' }, cost: { value: 'money' } },
  });
  const text = words.join(' ').trim();
  if (text === '') throw new UsageError(`there is no question; ${USAGE}`);
  const { json, work } = values;
  const isAtTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const budget = budgetSaid({ tokens: values.budget, cost: values.cost }, isAtTerminal);
  if (typeof budget === 'string') throw new UsageError(budget);
  if (budget !== undefined && work !== undefined)
    throw new UsageError(
      "a Work's budget is said as it begins; afterwards it is set in the page, in the Work's menu",
    );
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const aside = (line: string) => process.stderr.write(`${line}\n`);
  const { instance, folder } = await findOrStartSystem(config.dataDir, aside);
  const guest = guestOf(instance.appUrl, folder.root);
  const wish = { title: titleOf(text), ...(budget === undefined ? {} : { budget }) };
  const workId = work ?? z.object({ id: z.string() }).parse(await guest.post('/api/works', wish)).id;
  const transcript = createTranscript((piece) => process.stdout.write(piece), colour);
  /** The questions that were shown as they came. */
  const seen = new Set<string>();
  let connection: 'lost' | 'back' = 'back';
  const outcome = await followTurn({
    url: `${instance.appUrl.replace(/^http/, 'ws')}/api/chat/ws/${workId}`,
    token: guest.token,
    id: randomUUID(),
    text,
    onEvent: (event) => {
      if (event.kind === 'ask.raised') seen.add(event.askId);
      if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
      else transcript.show(event);
    },
    onConnection: (state) => {
      if (state !== connection)
        aside(state === 'lost' ? '(connection lost, trying again)' : '(connected again)');
      connection = state;
    },
    onAsk: async (ask, over) => {
      // The Work waited with it before: no event shows it.
      if (!seen.has(ask.askId)) createTranscript((piece) => process.stderr.write(piece), colour).ask(ask);
      const terminal = { input: process.stdin, output: process.stderr };
      if (isAtTerminal) return await askInTerminal(ask, over, terminal);
      const here = `${instance.appUrl}/works/${workId}`;
      // Words are no answer to an act (H2): it is allowed where it is shown.
      if (ask.act !== undefined)
        aside(
          `it waits to be allowed this: at a terminal by npm run ask -- --work ${workId} "…", or ${here}`,
        );
      else aside(`it waits for an answer: npm run ask -- --work ${workId} "your answer", or ${here}`);
      return undefined;
    },
    stop: stopOnInterrupt(),
  });
  const paper = join(folder.root, 'workspaces', workId, 'paper.md');
  aside('');
  aside(`work    ${instance.appUrl}/works/${workId}`);
  if (existsSync(paper)) aside(`paper   ${paper}`);
  aside(`${outcome}; go on with: npm run ask -- --work ${workId} "…"`);
  return EXIT_CODES[outcome];
}

function titleOf(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line;
}

/** The first Ctrl-C stops the turn, which keeps what was written; the second leaves it to itself. */
function stopOnInterrupt(): AbortSignal {
  const stop = new AbortController();
  let askedAt = 0;
  process.on('SIGINT', () => {
    // One Ctrl-C may come several times: from the terminal, and from each process that passes it on.
    if (stop.signal.aborted && performance.now() - askedAt > ONE_REQUEST_MS) process.exit(130);
    if (stop.signal.aborted) return;
    askedAt = performance.now();
    stop.abort();
  });
  return stop.signal;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const expected = [ConfigError, SetupError, RefusedError, UsageError].some(
      (kind) => error instanceof kind,
    );
    console.error(expected ? `paperagent: ${(error as Error).message}` : error);
    process.exitCode = 1;
  },
);
