/**
 * B16: what of a turn's requests a provider bills anew: the bytes behind the longest beginning that an earlier request
 * of the turn has, as a prefix cache compares them, in a turn of twenty steps that each change a file.
 */
import { type StreamReply, textReply, toolReply } from '../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import { countText } from '../../src/llm/tokens.ts';
import { newGuest, openNewWork } from '../client.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { answersSince } from '../replies.ts';
import { takeTurn } from '../turn.ts';

const STEPS = 20;
/** Of all bytes. */
const MOST_ANEW = 10;
/** A section, as models write them. */
const SENTENCE =
  'The period of a pendulum grows with its amplitude, and the measured values agree with this. ';

/** Of a section. */
const SENTENCES = 4;

export const b16: Measure = { id: 'B16', run: billed };

async function billed({ model, system }: Bench): Promise<Figure[]> {
  const { chat } = await openNewWork(await newGuest(system.instance().appUrl));
  model.setScript(step);
  const from = model.count();
  await takeTurn(chat, 'Write the paper, section by section.');
  await chat.close();
  const bodies = model.requests.slice(from - model.count()).map(({ body }) => body);
  const sums = { all: 0, anew: 0, allTokens: 0, anewTokens: 0 };
  const earlier: string[] = [];
  for (const prompt of bodies.map(promptOf)) {
    const known = Math.max(0, ...earlier.map((one) => commonBeginning(one, prompt)));
    earlier.push(prompt);
    sums.all += Buffer.byteLength(prompt);
    sums.allTokens += await countText(prompt);
    sums.anew += Buffer.byteLength(prompt.slice(known));
    sums.anewTokens += await countText(prompt.slice(known));
  }
  return [
    {
      what: `a turn of ${STEPS} steps that each change a file: bytes billed anew`,
      value: (100 * sums.anew) / sums.all,
      unit: '%',
      reach: { most: MOST_ANEW },
      note: `${bodies.length} requests, ${(sums.all / 1e6).toFixed(2)} MB`,
    },
    { what: 'the same: tokens billed anew', value: (100 * sums.anewTokens) / sums.allTokens, unit: '%' },
  ];
}

/** The next section, in a file of its own; after the last, the end. */
function step(request: StrictRequest): StreamReply {
  const made = answersSince(request);
  if (made >= STEPS) return textReply('All of it is written.');
  const content = `# Section ${made + 1}\n\n${SENTENCE.repeat(SENTENCES)}\n`;
  return toolReply([
    { name: 'writemd', arguments: { file: `section-${made + 1}.md`, content, mode: 'write' } },
  ]);
}

/** A request in the order in which a provider reads it: tools, then messages. */
function promptOf({ tools, messages }: StrictRequest): string {
  return JSON.stringify(tools ?? []) + messages.map((message) => JSON.stringify(message)).join('\n');
}

function commonBeginning(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}
