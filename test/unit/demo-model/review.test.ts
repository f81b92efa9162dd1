import { expect, test } from '@jest/globals';
import { reviewerSystemPrompt, toldReview } from '../../../src/agents/reviewer-prompt.ts';
import { demoMove } from '../../../src/demo-model/demo-script.ts';
import { readVerdict } from '../../../src/domain/reviews.ts';

const review = (paper: string) =>
  demoMove({
    messages: [
      { role: 'system', content: reviewerSystemPrompt() },
      { role: 'user', content: `<paper>\n${paper}\n</paper>\n\n<instruction>\nNow.\n</instruction>` },
    ],
  } as Parameters<typeof demoMove>[0]);

test.each(['# On dice\n\nThe mean is 3.5.', '# 骰子\n\n均值为三点五，与理论一致。'])(
  'H5, F18: the demo’s reviewer sends "%s" back once, and the demo writes what it asks for',
  (paper) => {
    const first = review(paper);
    expect(readVerdict(first.text, { filtered: false })).toMatchObject({ verdict: 'revise' });

    const prompt = paper.includes('dice')
      ? 'Estimate π using the Monte Carlo method.'
      : '用蒙特卡洛方法估计π的值';
    const tools = [{ type: 'function', function: { name: 'code_agent' } }];
    const messages = [
      { role: 'user', content: prompt },
      { role: 'assistant', content: 'The paper is written.' },
      { role: 'user', content: `<review>\n${toldReview(first.text)}\n</review>` },
    ];
    const move = (more: object[] = []) =>
      demoMove({ messages: [...messages, ...more], tools } as unknown as Parameters<typeof demoMove>[0]);
    const { calls } = move();
    expect(calls).toMatchObject([{ name: 'add_section', arguments: { file: 'paper.md' } }]);
    const { title, content } = (calls[0]?.arguments ?? {}) as { title: string; content: string };
    expect(
      readVerdict(review(`${paper}\n\n## ${title}\n\n${content}`).text, { filtered: false }),
    ).toMatchObject({
      verdict: 'accept',
    });
    const made = [
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', function: { name: 'add_section', arguments: JSON.stringify(calls[0]?.arguments) } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'Done.' },
    ];
    expect(move(made).calls).toEqual([]);
  },
);
