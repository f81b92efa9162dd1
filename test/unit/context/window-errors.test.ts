import { expect, test } from '@jest/globals';
import { refuseIfCut } from '../../../src/activities/context/window-errors.ts';
import type { ServingModel } from '../../../src/activities/serving-models.ts';
import type { Usage } from '../../../src/domain/messages.ts';
import type { ChatMessage, ModelEndpoint } from '../../../src/llm/types.ts';

const ENDPOINT: ModelEndpoint = {
  baseUrl: 'http://127.0.0.1:11434/v1',
  model: 'small',
  apiKey: '',
  contextWindow: 32_768,
};
const LONG: ChatMessage[] = [{ role: 'user', parts: [{ type: 'said', text: 'word '.repeat(8_000) }] }];

/** Whether this usage of the long prompt is taken for a cut one; and how often tokens had to be counted. */
async function look(usage: Omit<Usage, 'outputTokens'>, cutsPrompts: boolean) {
  let counted = 0;
  const model = { cutsPrompts: async () => cutsPrompts } as unknown as ServingModel;
  const refusal = await refuseIfCut(model, ENDPOINT, LONG, { outputTokens: 5, ...usage }, async () => {
    counted += 1;
    return (text) => Math.ceil(text.length / 5);
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { refusal, counted };
}

test('M20: an answer to a prompt that its server cut is refused, with what was read and how to give it more room', async () => {
  const { refusal } = await look({ inputTokens: 2_048 }, true);
  expect(refusal).toMatchObject({ code: 'model_bad_request', retryable: false });
  expect(String(refusal)).toMatch(
    /127\.0\.0\.1:11434\S* cut the prompt: it read 2048 of about 8\d{3} tokens.*OLLAMA_CONTEXT_LENGTH.*or set the context window/s,
  );
});

test('M20: a server that cuts no prompts, or says too little to tell, is believed', async () => {
  expect((await look({ inputTokens: 2_048 }, false)).refusal).toBeUndefined();
  expect((await look({ inputTokens: 2_048, estimated: true }, true)).refusal).toBeUndefined();
  // What stands in its cache it has read before.
  expect((await look({ inputTokens: 2_048, cachedTokens: 1_000 }, true)).refusal).toBeUndefined();
});

test('M20: where the bytes of a prompt may well be so few tokens, nothing is counted', async () => {
  expect(await look({ inputTokens: 8_000 }, true)).toEqual({ refusal: undefined, counted: 0 });
});
