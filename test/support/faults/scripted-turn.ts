/** The turn that faults strike: text, a tool that writes, a code agent with a run of Python, and a final answer. */
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Script, say, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../../src/demo-model/strict-request.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import { ofKind } from '../works.ts';

/** Model calls of the turn when nothing fails: three of the MainAgent, two of the CodeAgent. */
export const CALLS_OF_THE_TURN = 5;

/** Whether a request is the CodeAgent's. */
export function isCodeAgent(request: StrictRequest): boolean {
  return request.tools?.some((tool) => tool.function.name === 'run_python') ?? false;
}

/** How many answers the model has given since a person (or a code agent's task) last spoke. */
export function answersSoFar(request: StrictRequest): number {
  const roles = request.messages.map(({ role }) => role);
  return roles.slice(roles.lastIndexOf('user')).filter((role) => role === 'assistant').length;
}

/** Appends to a file, so that a second run would be seen; long enough for a new worker to find it running. */
const PYTHON = [
  'import time',
  "with open('count.txt', 'a') as f: f.write('x')",
  "print('started', flush=True)",
  'time.sleep(0.4)',
  "print('finished', flush=True)",
].join('\n');

export const scriptedTurn: Script = (request) => {
  const answered = answersSoFar(request);
  if (isCodeAgent(request)) {
    if (answered === 0)
      return toolReply([
        { name: 'run_python', arguments: { code: PYTHON, filename: 'count.py', timeoutSeconds: 60 } },
      ]);
    return textReply('The run is over.', { paceMs: 2 });
  }
  switch (answered) {
    case 0:
      return toolReply(
        [
          { name: 'tree', arguments: { path: null } },
          { name: 'writemd', arguments: { file: 'notes.md', content: 'One line.\n', mode: 'append' } },
        ],
        { text: 'At first I write a note, and in the middle of this sentence I think.', paceMs: 2 },
      );
    case 1:
      return toolReply([{ name: 'code_agent', arguments: { task: 'Count once.' } }]);
    default:
      return { kind: 'stream', steps: say('All of it is done.'), paceMs: 2 };
  }
};

/** What the turn must have done to the files, as sentences about what is wrong (D5, D7). */
export async function wrongEffects(dataDir: string, workId: string, events: LogEvent[]): Promise<string[]> {
  const workspace = path.join(dataDir, 'workspaces', workId);
  const problems: string[] = [];
  const notes = await readFile(path.join(workspace, 'notes.md'), 'utf8').catch((error: unknown) =>
    String(error),
  );
  if (notes !== 'One line.\n') problems.push(`D5: notes.md holds ${JSON.stringify(notes)}`);
  const names = new Map(ofKind(events, 'tool.called').map(({ toolCallId, name }) => [toolCallId, name]));
  const runs = ofKind(events, 'tool.completed').filter(
    ({ toolCallId }) => names.get(toolCallId) === 'run_python',
  );
  const lost = runs.every(({ ending }) => ending === 'lost');
  const count = path.join(workspace, 'count.txt');
  const ran = await access(count).then(
    () => readFile(count, 'utf8'),
    () => '',
  );
  if (ran !== 'x' && !(lost && ran === '')) problems.push(`D7: the run was made ${ran.length} times`);
  return problems;
}
