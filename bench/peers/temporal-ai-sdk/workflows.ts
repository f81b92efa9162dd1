/** A turn, as the integration's own documentation has it: the AI SDK's loop, in a workflow, on Temporal's provider. */
import { TemporalProvider } from '@temporalio/ai-sdk/workflow';
import { proxyActivities, sleep } from '@temporalio/workflow';
import { WorkflowStream } from '@temporalio/workflow-streams/workflow';
import { isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';

const provider = new TemporalProvider({
  // Without a heartbeat timeout a killed worker is missed after ten minutes only.
  languageModel: {
    streamingTopic: 'parts',
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '5 seconds',
  },
});
const { look } = proxyActivities<{ look(): Promise<string> }>({ startToCloseTimeout: '1 minute' });

/** A stream ends with its workflow: those who read it are given this long to read its end. */
const READ_WITHIN = '5 seconds';

export async function takeTurn(text: string): Promise<void> {
  const stream = new WorkflowStream();
  const result = streamText({
    model: provider.languageModel('scripted'),
    prompt: text,
    tools: { look: tool({ description: 'Looks around.', inputSchema: z.object({}), execute: () => look() }) },
    stopWhen: isStepCount(20),
  });
  await result.text;
  stream.topic<boolean>('done').publish(true);
  await sleep(READ_WITHIN);
}
