/** A turn whose code counts aloud until it is let go, for tests that take its worker away meanwhile. */
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { answersSoFar, isCodeAgent } from './faults/scripted-turn.ts';

/** Appends to count.txt, so that a second run would be seen; ends once there is a file `go`. */
const CODE = [
  'import time, pathlib',
  "open('count.txt', 'a').write('x')",
  'go, number = pathlib.Path("go"), 0',
  'while not go.exists():',
  '    print(number, flush=True)',
  '    number += 1',
  '    time.sleep(0.05)',
  "print('finished', flush=True)",
].join('\n');

export const countingRun: Script = (request) => {
  const answered = answersSoFar(request);
  if (isCodeAgent(request)) {
    if (answered > 0) return textReply('The run is over.');
    return toolReply([
      { name: 'run_python', arguments: { code: CODE, filename: 'n.py', timeoutSeconds: 60 } },
    ]);
  }
  if (answered > 0) return textReply('All done.');
  return toolReply([{ name: 'code_agent', arguments: { task: 'Count.' } }]);
};
