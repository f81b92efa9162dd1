/**
 * B16: what of a turn's requests a provider bills anew: the bytes behind the longest beginning that an earlier request
 * of the conversation has, as a prefix cache compares them. Twenty steps that each change a file; then the same at the
 * end of a conversation that fills the window on the way, and has to be compacted.
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

/** Of a section: some 1,200 tokens. */
const SENTENCES = 60;
/** What a person pastes, in characters: some 12,000 tokens. */
const PASTED = 60_000;

export const b16: Measure = {
  id: 'B16',
  async run(bench) {
    return [
      ...(await billed(bench, { what: `a turn of ${STEPS} steps that each change a file`, before: 0 })),
      // Of a window of 128,000 tokens, this leaves less than the steps need.
      ...(await billed(bench, { what: 'the same, compacted on the way', before: 7 })),
    ];
  },
};

async function billed(
  { model, system }: Bench,
  { what, before }: { what: string; before: number },
): Promise<Figure[]> {
  const { chat } = await openNewWork(await newGuest(system.instance().appUrl));
  const first = model.count();
  model.setScript(() => textReply('Read.'));
  for (let count = 0; count < before; count += 1) {
    await takeTurn(chat, SENTENCE.repeat(PASTED / SENTENCE.length));
  }
  model.setScript(step);
  const from = model.count();
  await takeTurn(chat, 'Write the paper, section by section.');
  await chat.close();
  const bodies = model.requests.slice(first - model.count()).map(({ body }) => body);
  const prompts = bodies.map(promptOf);
  // One compaction, and the request after it, may be new as a whole.
  const compaction = bodies.findIndex(({ tools }) => tools === undefined);
  const isForgiven = (at: number) => compaction >= 0 && (at === compaction || at === compaction + 1);
  const sums = { all: 0, anew: 0, allTokens: 0, anewTokens: 0, forgiven: 0 };
  for (const [at, prompt] of prompts.entries()) {
    if (at < from - first) continue;
    const known = Math.max(0, ...prompts.slice(0, at).map((one) => commonBeginning(one, prompt)));
    const anew = prompt.slice(known);
    sums.all += Buffer.byteLength(prompt);
    sums.allTokens += await countText(prompt);
    if (isForgiven(at)) sums.forgiven += Buffer.byteLength(anew);
    else {
      sums.anew += Buffer.byteLength(anew);
      sums.anewTokens += await countText(anew);
    }
  }
  const percent = (part: number, of = sums.all) => (100 * part) / of;
  const forgiven =
    compaction < 0
      ? ''
      : `; the compaction and the rewrite behind it are ${percent(sums.forgiven).toFixed(1)} % more`;
  return [
    {
      what: `${what}: bytes billed anew`,
      value: percent(sums.anew),
      unit: '%',
      reach: { most: MOST_ANEW },
      note: `${prompts.length - (from - first)} requests, ${(sums.all / 1e6).toFixed(2)} MB${forgiven}`,
    },
    { what: `${what}: tokens billed anew`, value: percent(sums.anewTokens, sums.allTokens), unit: '%' },
  ];
}

/** The next section, in a file of its own; after the last, the end. */
function step(request: StrictRequest): StreamReply {
  if (request.tools === undefined) return textReply('Sections were written, one file each.');
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
