/** What the scripted model says to the page that is measured. */

import { type Script, splitEvery, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';

const SECTIONS = 1_200;

/** About 200 kB of what answers are made of. */
export const longText = `${Array.from({ length: SECTIONS }, (_, index) =>
  [
    `## Section ${index}`,
    `Some **words** with \`code\` and $x_{${index}}^2$, and enough of them to make a line or two of text on the screen.`,
    '- one\n- two',
    `| a | b |\n|---|---|\n| ${index} | 2 |`,
  ].join('\n\n'),
).join('\n\n')}\n\nThe end.`;

/** `steady SECONDS` streams 100 tokens a second for that long, `long` the long text in three seconds. */
export const webScript: Script = (request) => {
  const asked = lastWords(request.messages);
  const seconds = Number(/^steady (\d+)$/.exec(asked)?.[1] ?? 0);
  if (seconds > 0) {
    const words = longText.match(/\s*\S+/g) ?? [];
    const steps = Array.from({ length: seconds * 100 - 1 }, (_, at) => words[at % words.length] ?? '');
    return {
      kind: 'stream',
      steps: [...steps, '\n\nThe end.'].map((text) => ({ type: 'text' as const, text })),
      paceMs: 10,
    };
  }
  if (asked !== 'long') return textReply('Yes.');
  const steps = splitEvery(400)(longText).map((text) => ({ type: 'text' as const, text }));
  return { kind: 'stream', steps, paceMs: 6 };
};
