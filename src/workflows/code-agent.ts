/** The CodeAgent: a child workflow that serves one code_agent call of a turn (F4). */
import { setHandler } from '@temporalio/workflow';
import type { CodeAgentEnd, ToolInput } from '../activities/types.ts';
import type { CallRef } from '../domain/calls.ts';
import { activities, codeActivities } from './activity-calls.ts';
import { type CallEnd, runAgentLoop, turnThatFailed } from './agent-loop.ts';
import { describe } from './details.ts';
import { state, type WorkState } from './messages.ts';

export async function codeAgent(call: ToolInput): Promise<CallEnd> {
  let now: WorkState = { phase: 'model', turn: call.turn, step: null, tools: [] };
  setHandler(state, () => now);
  const end = await runAgentLoop({
    workId: call.workId,
    agent: call.toolCallId,
    kind: 'code',
    turn: call.turn,
    askFor: (summary, input) => activities(summary).callModel(input),
    runCall: (turn, { id, label }: CallRef, runner) => {
      const mayAsk = call.mayAsk ? { mayAsk: call.mayAsk } : {};
      const input: ToolInput = { workId: call.workId, turn, toolCallId: id, ...mayAsk };
      return runner === 'python' ? codeActivities(label).runPython(input) : activities(label).runTool(input);
    },
    onPhase: (phase, turn, step, calls) => {
      now = { phase, turn, step, tools: calls.map(({ label }) => label) };
      describe(now);
    },
  });
  switch (end.kind) {
    case 'answered':
      return await finish('answered');
    case 'limit':
      return await finish('step_limit');
    case 'stopped':
    case 'failed':
    // Wakes come to the Work's workflow: it waits, and then begins this one again, which goes on by what is stored.
    case 'asking':
      return { kind: end.kind };
    case 'idle':
    case 'gone':
    case 'anew':
    case 'over':
      return { kind: 'over' };
  }

  function finish(how: CodeAgentEnd['end']): Promise<CallEnd> {
    const answer = activities(`code agent ${how}`).finishCodeAgent({ ...call, end: how });
    return answer.catch((error: unknown) => {
      if (turnThatFailed(error) === undefined) throw error;
      return { kind: 'failed' };
    });
  }
}
