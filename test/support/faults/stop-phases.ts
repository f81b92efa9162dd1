/** The phases of a turn in which a person may press stop (D9): how each is reached, and known to be reached. */
import { type Reply, type Script, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import { heldReply } from '../held-reply.ts';
import { answersSoFar, isCodeAgent } from './scripted-turn.ts';

export interface StopPhase {
  name: string;
  /** A script whose turn stays in the phase for longer than anyone waits. */
  script: (name: string) => Script;
  /** The event that tells that it is reached. */
  reached: (event: LogEvent) => boolean;
  /** Whether it takes a sandbox. */
  runsCode?: true;
}

const tooMany: Reply = { kind: 'http', status: 429, headers: { 'retry-after': '60' } };

const silent: Reply = { kind: 'silence' };

/** The MainAgent hands over to the CodeAgent, which answers this. */
const codeAgentAnswers =
  (reply: (name: string) => Reply) =>
  (name: string): Script =>
  (request) => {
    if (isCodeAgent(request)) return reply(name);
    return answersSoFar(request) === 0
      ? toolReply([{ name: 'code_agent', arguments: { task: 'Work on it.' } }])
      : textReply('Over.');
  };

/** Code that prints a sign of life for ever; `name` is that of its file. */
const endless = (name: string): Reply =>
  toolReply([
    {
      name: 'run_python',
      arguments: {
        code: "import time\nwhile True:\n    print('beat', flush=True)\n    time.sleep(0.1)\n",
        filename: name,
        timeoutSeconds: 60,
      },
    },
  ]);

const isOfCodeAgent = (event: LogEvent) => 'agent' in event && event.agent !== 'main';

export const STOP_PHASES: StopPhase[] = [
  {
    name: 'before the first token',
    script: () => () => silent,
    reached: ({ kind }) => kind === 'step.started',
  },
  {
    name: 'model streaming',
    script: () => () => heldReply('Half of an answer'),
    reached: ({ kind }) => kind === 'text.delta',
  },
  {
    name: 'retry wait after 429',
    script: () => () => tooMany,
    reached: ({ kind }) => kind === 'retrying',
  },
  {
    name: "code agent's model before the first token",
    script: codeAgentAnswers(() => silent),
    reached: (event) => event.kind === 'step.started' && isOfCodeAgent(event),
  },
  {
    name: "code agent's model streaming",
    script: codeAgentAnswers(() => heldReply('I will')),
    reached: (event) => event.kind === 'text.delta' && isOfCodeAgent(event),
  },
  {
    name: "code agent's retry wait after 429",
    script: codeAgentAnswers(() => tooMany),
    reached: (event) => event.kind === 'retrying' && isOfCodeAgent(event),
  },
  {
    name: 'code running',
    script: codeAgentAnswers(endless),
    reached: ({ kind }) => kind === 'tool.output',
    runsCode: true,
  },
];
