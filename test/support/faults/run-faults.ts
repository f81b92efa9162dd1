/** What can befall a run of code (D7): its ending, what the model is told, and that it was started once. */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Script, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import type { RunEnding } from '../../../src/domain/messages.ts';
import { readState } from '../../../src/sandbox/bubblewrap/run-folder.ts';
import { connectEngine } from '../../../src/sandbox/docker/engine.ts';
import { findEngineSocket } from '../../../src/sandbox/docker/engine-socket.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { bubblewrapsOf } from '../sandbox-processes.ts';
import { ofKind } from '../works.ts';
import type { FaultSystem } from './fault-system.ts';
import { answersSoFar, isCodeAgent } from './scripted-turn.ts';
import { withTrouble } from './strike.ts';

export interface RunFault {
  name: string;
  kinds: Sandbox['kind'][];
  /** The rest of the program, after it has counted itself and said so. */
  code: string[];
  /** Strikes once the program has spoken; absent: the program does it itself. */
  strike?: (system: FaultSystem, workId: string) => Promise<void>;
  ending: RunEnding;
  /** What stands in the result that the model is given (P7). */
  told: RegExp;
}

const GOES_ON = ['time.sleep(60)', "print('came to its end')"];

export const RUN_FAULTS: RunFault[] = [
  {
    name: 'runner killed',
    kinds: ['bubblewrap'],
    code: GOES_ON,
    strike: killRunner,
    ending: 'lost',
    told: /ended: lost: /,
  },
  {
    name: 'sandbox killed',
    kinds: ['bubblewrap'],
    code: GOES_ON,
    strike: async ({ dataDir }, workId) => kill(bubblewrapsOf(workspaceOf(dataDir, workId))),
    ending: 'lost',
    told: /ended: lost: /,
  },
  {
    name: 'runner and worker killed',
    kinds: ['bubblewrap'],
    code: GOES_ON,
    async strike(system, workId) {
      await system.processes.worker.signal('SIGKILL');
      await killRunner(system, workId);
      await system.replaceWorker();
    },
    ending: 'lost',
    told: /ended: lost: /,
  },
  {
    name: 'container killed',
    kinds: ['docker'],
    code: GOES_ON,
    strike: async ({ dataDir }, workId) => (await containerOf(dataDir, workId)).kill(),
    ending: 'lost',
    told: /ended: lost: /,
  },
  {
    name: 'container removed',
    kinds: ['docker'],
    code: GOES_ON,
    strike: async ({ dataDir }, workId) => (await containerOf(dataDir, workId)).remove({ force: true }),
    ending: 'lost',
    told: /ended: lost: /,
  },
  {
    name: 'container removed and worker killed',
    kinds: ['docker'],
    code: GOES_ON,
    async strike(system, workId) {
      await system.processes.worker.signal('SIGKILL');
      await (await containerOf(system.dataDir, workId)).remove({ force: true });
      await system.replaceWorker();
    },
    ending: 'lost',
    told: /ended: lost: /,
  },
  {
    name: 'out of memory',
    kinds: ['bubblewrap', 'docker'],
    code: ['held = [bytearray(64 * 1024 ** 2) for _ in range(64)]', "print('came to its end')"],
    ending: 'out_of_memory',
    told: /out of memory: the limit is 1024 MiB/,
  },
  {
    name: 'out of memory, worker killed',
    kinds: ['bubblewrap', 'docker'],
    code: [
      'time.sleep(1)',
      'held = [bytearray(64 * 1024 ** 2) for _ in range(64)]',
      "print('came to its end')",
    ],
    async strike(system) {
      await system.processes.worker.signal('SIGKILL');
      await system.replaceWorker();
    },
    ending: 'out_of_memory',
    told: /out of memory: the limit is 1024 MiB/,
  },
  {
    name: 'too many files',
    kinds: ['bubblewrap', 'docker'],
    code: [
      "for n in range(12_000): open(f'{n}.tmp', 'w').close()",
      'time.sleep(5)',
      "print('came to its end')",
    ],
    ending: 'disk_limit',
    told: /disk limit.*10,000 files/,
  },
];

/** The fault of that name. @throws where there is none */
export function runFaultNamed(name: string): RunFault {
  const fault = RUN_FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`there is no fault "${name}"`);
  return fault;
}

/** Appends to a file, so that a second start would be seen, and says that it runs. */
const BEGINNING = [
  'import time',
  "with open('count.txt', 'a') as f: f.write('x')",
  "print('started', flush=True)",
];

export function turnThatRuns(code: string[]): Script {
  return (request) => {
    const answered = answersSoFar(request);
    if (isCodeAgent(request)) {
      const args = { code: [...BEGINNING, ...code].join('\n'), filename: 'count.py', timeoutSeconds: 90 };
      return answered === 0
        ? toolReply([{ name: 'run_python', arguments: args }])
        : textReply('The run is over.');
    }
    return answered === 0
      ? toolReply([{ name: 'code_agent', arguments: { task: 'Count once.' } }])
      : textReply('All of it is done.');
  };
}

/**
 * A turn whose run is struck; afterwards the oracle, and: it ended as said, the model was told so, it ran once.
 * @returns milliseconds from the strike to the run's end. @throws with all that is wrong
 */
export async function strikeRun(system: FaultSystem, fault: RunFault): Promise<number> {
  system.model.setScript(turnThatRuns(fault.code));
  const workId = await system.newWork(system.account);
  const watcher = system.watch(workId);
  try {
    watcher.say('Count.');
    await watcher.event(({ kind }) => kind === 'tool.output', 'the first output');
    const began = performance.now();
    await fault.strike?.(system, workId);
    const end = await watcher.event(
      (event) => event.kind === 'tool.completed' && event.ending !== undefined,
      'its end',
    );
    const ms = Math.round(performance.now() - began);
    const last = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end of the turn');
    await system.expectSound(workId);
    const problems: string[] = [];
    if (last.kind !== 'turn.completed' || last.outcome !== 'done')
      problems.push(`it ended ${JSON.stringify(last)}`);
    if (end.kind !== 'tool.completed' || end.ending !== fault.ending)
      problems.push(`it ended ${JSON.stringify(end)}`);
    const ends = ofKind(watcher.events, 'tool.completed').filter(({ ending }) => ending !== undefined);
    if (ends.length !== 1) problems.push(`D7: there are ${ends.length} endings`);
    const told = system.model.requests
      .findLast(({ body }) => isCodeAgent(body))
      ?.body.messages.at(-1)?.content;
    if (!fault.told.test(String(told))) problems.push(`P7: the model was told ${JSON.stringify(told)}`);
    if (String(told).includes('came to its end')) problems.push('it went on to its end');
    const ran = await readFile(path.join(workspaceOf(system.dataDir, workId), 'count.txt'), 'utf8');
    if (ran !== 'x') problems.push(`D7: it ran ${ran.length} times`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return ms;
  } catch (error) {
    throw withTrouble(error, system);
  } finally {
    watcher.close();
    await system.tidy();
    // Ten thousand files need not stay until the system is closed.
    await rm(workspaceOf(system.dataDir, workId), { recursive: true, force: true });
  }
}

function workspaceOf(dataDir: string, workId: string): string {
  return path.join(dataDir, 'workspaces', workId);
}

function kill(pids: number[]): void {
  if (pids.length === 0) throw new Error('there was nothing to kill');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

/** The process that holds the Work's sandbox dies, and so does what it holds. */
async function killRunner({ dataDir }: FaultSystem, workId: string): Promise<void> {
  const root = path.join(dataDir, 'sandbox', 'bubblewrap');
  const folders = (await readdir(root)).map((name) => path.join(root, name));
  const ours = folders.filter((folder) => readState(folder, 'box.json')?.workspace.endsWith(workId));
  kill(ours.flatMap((folder) => readState(folder, 'runner.json')?.pid ?? []));
}

/** The container that has the Work's workspace. */
async function containerOf(dataDir: string, workId: string) {
  const socket = findEngineSocket(process.env);
  if (!socket.found) throw new Error(socket.reason);
  const engine = await connectEngine(socket.path);
  const listed = await engine.listContainers();
  const found = listed.find(({ Mounts }) =>
    Mounts.some(({ Source }) => Source === workspaceOf(dataDir, workId)),
  );
  if (found === undefined) throw new Error('there is no such container');
  return engine.getContainer(found.Id);
}
