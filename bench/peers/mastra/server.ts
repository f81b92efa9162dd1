/**
 * Mastra: a durable agent (`createDurableAgent`) on LibSQL, with recovery at the start switched on: it is off by
 * default, and what runs is lost with the process then. The stream's cache is the default one, in memory.
 */
import { Agent } from '@mastra/core/agent';
import { createDurableAgent } from '@mastra/core/agent/durable';
import { Mastra } from '@mastra/core/mastra';
import { createTool } from '@mastra/core/tools';
import { LibSQLStore } from '@mastra/libsql';
import { z } from 'zod';
import { serve } from '../serve.ts';

const look = createTool({
  id: 'look',
  description: 'Looks around.',
  inputSchema: z.object({}),
  execute: async () => 'nothing to see',
});

const agent = createDurableAgent({
  agent: new Agent({
    id: 'peer',
    name: 'peer',
    instructions: 'Answer.',
    model: { id: 'stub/scripted', url: process.env.MODEL_URL ?? '', apiKey: 'bench' },
    tools: { look },
  }),
  maxSteps: 20,
});

const mastra = new Mastra({
  agents: { peer: agent },
  storage: new LibSQLStore({ id: 'store', url: process.env.STORAGE_URL ?? '' }),
  recovery: { durableAgents: 'auto' },
  logger: false,
});

const begunHere = new Set<string>();
/** What turns begun here say, until somebody reads it; a recovered one is observed. */
const outputs = new Map<string, Awaited<ReturnType<typeof agent.observe>>['output']>();

serve({
  async begin({ id, text }) {
    begunHere.add(id);
    const { output } = await agent.stream(text, { runId: id, maxSteps: 20 });
    outputs.set(id, output);
  },
  async *read(id, from) {
    const output = outputs.get(id) ?? (await agent.observe(id)).output;
    outputs.delete(id);
    // The cache of a new process begins with what the recovered run says anew.
    let skip = begunHere.has(id) ? from : 0;
    for await (const chunk of output.fullStream) {
      if (chunk.type !== 'text-delta') continue;
      if (skip > 0) skip -= 1;
      else yield chunk.payload.text;
    }
  },
});

// What Mastra's own server does when it starts.
await mastra.recoverAllDurableAgents();
