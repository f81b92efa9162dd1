/**
 * Temporal's integration of Vercel's AI SDK, with workflow-streams: worker and HTTP server in one process. The model
 * activity has a heartbeat timeout (workflows.ts); batching, polling and everything else is at its default.
 */
import { fileURLToPath } from 'node:url';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { AiSdkPlugin } from '@temporalio/ai-sdk';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { WorkflowStreamClient } from '@temporalio/workflow-streams/client';
import { serve } from '../serve.ts';

const TASK_QUEUE = 'peer';
const address = process.env.TEMPORAL_ADDRESS;
const model = createOpenAICompatible({ name: 'stub', baseURL: process.env.MODEL_URL, apiKey: 'bench' });
const client = new Client({ connection: await Connection.connect({ address }) });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: TASK_QUEUE,
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  activities: { look: async () => 'nothing to see' },
  plugins: [new AiSdkPlugin({ modelProvider: model })],
});
worker.run().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

const decoder = new TextDecoder();

serve({
  async begin({ id, text }) {
    await client.workflow.start('takeTurn', { taskQueue: TASK_QUEUE, workflowId: id, args: [text] });
  },
  async *read(id, from) {
    let skip = from;
    const items = WorkflowStreamClient.create(client, id).subscribe<Uint8Array | boolean>([], 0, {
      resultType: true,
    });
    for await (const { topic, data } of items) {
      if (topic === 'done') return;
      const part = JSON.parse(decoder.decode(data as Uint8Array));
      if (part.type !== 'text-delta') continue;
      if (skip > 0) skip -= 1;
      else yield part.delta;
    }
  },
  async stored(id) {
    const { historySize, historyLength } = await client.workflow.getHandle(id).describe();
    return { items: historyLength, bytes: historySize ?? 0 };
  },
});
