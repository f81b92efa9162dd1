/** H2: how a call that a person is to allow is shown over interfaces that know messages alone. */
import { expect, test } from '@jest/globals';
import { outcomeOf } from '../../../src/api/ag-ui/run-outcome.ts';
import { questionText } from '../../../src/api/conversation/answer-ending.ts';
import { type Ask, type Call, callText } from '../../../src/domain/asks.ts';

const asked = (act: Call): Ask => ({
  askId: 'a',
  toolCallId: 'c',
  question: 'The agent wants to run code.',
  options: ['Allow', 'Allow for this Work', 'Do not allow'],
  act,
});
const run = (given: Call['arguments']): Call => ({ kind: 'code', tool: 'run_python', arguments: given });

test('H2: all of a call is shown: its code as it is run, with what else it was given', () => {
  expect(callText(run({ code: 'print(1)\nprint(2)', filename: null }))).toBe('print(1)\nprint(2)');
  expect(callText(run({ code: 'print(1)', filename: 'a.py', timeoutSeconds: null }))).toBe(
    '# {"filename":"a.py"}\nprint(1)',
  );
  expect(callText(run('{"code": "half'))).toBe('{"code": "half');
  const call: Call = { kind: 'mcp', tool: 'mcp__shop__buy', arguments: { code: 'x', amount: 7 } };
  expect(callText(call)).toBe('{\n  "code": "x",\n  "amount": 7\n}');
});

test('H2: of a long call it is said first how much more there is, and where the whole of it stands', () => {
  expect(callText({ ...run({ code: 'print(1)' }), more: 7 })).toBe(
    "[Not all is shown here: 7 characters more follow at the end. The whole stands in the call's card.]\nprint(1)",
  );
});

test('H2: nothing in a call hides or turns around what follows it', () => {
  expect(callText(run({ code: 'a = 1\t# \u202eno\u0007\u001b[8m\r\nb' }))).toBe(
    'a = 1\t# \\u202eno\\u0007\\u001b[8m\\u000d\nb',
  );
  const text = questionText(asked(run({ code: 'x = """\n```\n````\n"""' })));
  expect(text).toContain('\n\n`````\nx = """\n```\n````\n"""\n`````\n\n- Allow\n');
});

test('H2, I4: a run of AG-UI that is to be allowed is interrupted with the call, and its answer is `allow`', () => {
  const ask = asked(run({ code: 'print(1)' }));
  expect(outcomeOf({ outcome: 'asking', ask } as Parameters<typeof outcomeOf>[0])).toMatchObject({
    type: 'interrupt',
    interrupts: [
      {
        ...{ id: 'a', reason: 'confirmation', toolCallId: 'c' },
        message: expect.stringContaining('```\nprint(1)\n```'),
        responseSchema: { required: ['allow'] },
      },
    ],
  });
});
