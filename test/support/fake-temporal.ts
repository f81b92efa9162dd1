/** A Temporal client that remembers what it was told: the API's tests need no server for that. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkState } from '../../src/workflows/messages.ts';

export interface FakeTemporal {
  client: Client;
  /** Each call, in order: "wake work-…", "stop work-… 1", "terminate work-…". */
  said: string[];
  /** What a Query answers, by workflow id; a workflow that is not here was never started. */
  states: Map<string, WorkState>;
  /** While set, every call fails with it. */
  failure: Error | undefined;
}

export function createFakeTemporal(): FakeTemporal {
  const fake: FakeTemporal = { client: undefined as never, said: [], states: new Map(), failure: undefined };

  function say(line: string): void {
    if (fake.failure) throw fake.failure;
    fake.said.push(line);
  }

  function found(workflowId: string): WorkState {
    if (fake.failure) throw fake.failure;
    const state = fake.states.get(workflowId);
    if (state === undefined) throw new WorkflowNotFoundError('workflow not found', workflowId, undefined);
    return state;
  }

  const client = {
    options: { namespace: 'default' },
    withDeadline: <T>(_deadline: number, call: () => Promise<T>) => call(),
    workflowService: { describeNamespace: async () => say('ping') },
    workflow: {
      signalWithStart: async (_type: string, { workflowId }: { workflowId: string }) =>
        say(`wake ${workflowId}`),
      getHandle: (workflowId: string) => ({
        signal: async (_signal: unknown, turn: number) => say(`stop ${workflowId} ${turn}`),
        terminate: async () => say(`terminate ${workflowId}`),
        query: async () => found(workflowId),
        describe: async () => {
          found(workflowId);
          return { runId: 'the-run', status: { name: 'RUNNING' } };
        },
      }),
    },
  };
  fake.client = client as unknown as Client;
  return fake;
}
