/**
 * Restate: a turn is a workflow; each model call and each tool call is a `ctx.run`; the answer goes through
 * Restate's own pubsub object, published to from within the run by way of the ingress. Everything at its default.
 */
import { createPubsubObject } from '@restatedev/pubsub';
import * as restate from '@restatedev/restate-sdk';
import * as clients from '@restatedev/restate-sdk-clients';
import OpenAI from 'openai';
import { answer } from '../openai-answer.ts';
import { serve } from '../serve.ts';

const { RESTATE_INGRESS = '', RESTATE_ADMIN = '', SERVICE_PORT = '', MODEL_URL } = process.env;
const model = new OpenAI({ baseURL: MODEL_URL, apiKey: 'bench' });
const ingress = clients.connect({ url: RESTATE_INGRESS });
const pubsub = createPubsubObject('answers');

const END = { end: true };

const turn = restate.workflow({
  name: 'turn',
  handlers: {
    run: async (ctx: restate.WorkflowContext, text: string) => {
      const publish = (message: unknown) =>
        ingress.objectClient<typeof pubsub>({ name: 'answers' }, ctx.key).publish(message);
      const messages: object[] = [{ role: 'user', content: text }];
      for (;;) {
        const said = await ctx.run('model', () => answer(model, messages, publish));
        messages.push(said);
        if (said.tool_calls === undefined) break;
        for (const { id } of said.tool_calls) {
          const content = await ctx.run('look', async () => 'nothing to see');
          messages.push({ role: 'tool', tool_call_id: id, content });
        }
      }
      await ctx.run('end', () => publish(END));
    },
  },
});

await restate.serve({ services: [turn, pubsub], port: Number(SERVICE_PORT) });
const registered = await fetch(`${RESTATE_ADMIN}/deployments`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ uri: `http://127.0.0.1:${SERVICE_PORT}`, force: true }),
});
if (!registered.ok) throw new Error(`Restate did not take the service: ${await registered.text()}`);

serve({
  async begin({ id, text }) {
    await ingress.workflowClient<typeof turn>({ name: 'turn' }, id).workflowSubmit(text);
  },
  async *read(id, from) {
    const topic = ingress.objectClient<typeof pubsub>({ name: 'answers' }, id);
    for (let offset = from; ; ) {
      const { messages, nextOffset } = await topic.pull({ offset });
      for (const message of messages) {
        if (message?.end === true) return;
        yield message;
      }
      offset = nextOffset;
    }
  },
});
