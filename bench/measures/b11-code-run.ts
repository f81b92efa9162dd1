/** B11: what a sandbox costs over Python's own time, by itself and in the whole loop. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import { chooseSandbox } from '../../src/sandbox/choose-sandbox.ts';
import { DEFAULT_LIMITS, type Sandbox } from '../../src/sandbox/types.ts';
import { cacheFolder } from '../../src/setup/cache-folder.ts';
import { createWorkspace } from '../../src/workspace/create-workspace.ts';
import { newGuest, openNewWork } from '../client.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { FIGURE, openPython, PRINT_ONE, type Python } from '../python.ts';
import { answersSince, isCodeAgent } from '../replies.ts';
import { median } from '../statistics.ts';
import { takeTurn } from '../turn.ts';

const SCRIPTS = [
  { name: 'print(1)', code: PRINT_ONE },
  { name: 'a figure', code: FIGURE },
];

/** Time enough for a sandbox that is prepared to have imported everything. */
const PREPARING_MS = 4_000;

export const b11: Measure = {
  id: 'B11',
  async run(bench) {
    const python = await openPython(bench.system.dataDir);
    try {
      const figures: Figure[] = [];
      for (const mode of ['docker', 'bubblewrap'] as const) {
        const chosen = await chooseSandbox({
          mode,
          libraries: 'usual',
          own: [],
          instance: `bench-${randomUUID().slice(0, 8)}`,
          stateDir: join(bench.system.dataDir, `bench-${mode}`),
          cacheDir: await cacheFolder({ env: process.env, dataDir: bench.system.dataDir }),
          log: bench.say,
        });
        if (chosen.sandbox === null) bench.say(`${mode} is left out: ${chosen.reason}`);
        else figures.push(...(await alone(bench, chosen.sandbox, python)));
      }
      return [...figures, ...(await inTheLoop(bench, python))];
    } finally {
      await python.close();
    }
  },
};

/** Through the sandbox's own interface. */
async function alone(bench: Bench, sandbox: Sandbox, python: Python): Promise<Figure[]> {
  const workspace = join(bench.system.dataDir, 'workspaces', randomUUID());
  await createWorkspace(workspace);
  const figures: Figure[] = [];
  for (const { name, code } of SCRIPTS) {
    await writeFile(join(workspace, 'code', 'script.py'), code);
    const own: number[] = [];
    const cold: number[] = [];
    const prepared: number[] = [];
    for (let round = bench.times(5, 1); round > 0; round -= 1) {
      own.push(await python.time(code));
      cold.push(await run(sandbox, workspace, randomUUID()));
      const owner = randomUUID();
      await sandbox.warm(owner, workspace);
      await delay(PREPARING_MS);
      prepared.push(await run(sandbox, workspace, owner));
    }
    const inDocker = sandbox.kind === 'docker';
    const ownTime = median(own);
    figures.push(
      {
        what: `${sandbox.kind}, ${name}, cold, over python's own time`,
        value: median(cold) - ownTime,
        unit: 'ms',
        ...(inDocker ? { reach: { most: 400 } } : {}),
        note: `${median(cold).toFixed(0)} ms, python's own ${ownTime.toFixed(0)} ms`,
      },
      {
        what: `${sandbox.kind}, ${name}, prepared, over python's own time`,
        value: median(prepared) - ownTime,
        unit: 'ms',
        ...(inDocker ? { reach: { most: 100 } } : {}),
        note: `${median(prepared).toFixed(0)} ms`,
      },
    );
  }
  return figures;
}

async function run(sandbox: Sandbox, workspace: string, owner: string): Promise<number> {
  const key = { workId: randomUUID(), turn: 1, toolCallId: randomUUID() };
  const began = performance.now();
  const ending = await sandbox.run(
    { key, owner, workspace, script: 'code/script.py', limits: DEFAULT_LIMITS },
    {
      progress: { stdout: 0, stderr: 0 },
      mayStart: true,
      signal: new AbortController().signal,
      onOutput: async () => {},
    },
  );
  const took = performance.now() - began;
  await sandbox.remove(key);
  if (ending.kind !== 'exited' || ending.code !== 0)
    throw new Error(`a code run ended otherwise: ${ending.message}`);
  return took;
}

/** From tool.called to tool.completed, with a model that answers at once, and with one that thinks meanwhile. */
async function inTheLoop(bench: Bench, python: Python): Promise<Figure[]> {
  const { chat } = await openNewWork(await newGuest(bench.system.instance().appUrl));
  const figures: Figure[] = [];
  for (const { name, code } of SCRIPTS) {
    const samples = { own: [] as number[], cold: [] as number[], prepared: [] as number[] };
    for (let round = bench.times(5, 1); round > 0; round -= 1) {
      samples.own.push(await python.time(code));
      for (const kind of ['cold', 'prepared'] as const) {
        scriptRun(bench, code, kind === 'cold' ? 0 : PREPARING_MS);
        const called = chat.nextEvent('tool.called', (event) => event.name === 'run_python');
        const ended = called.then(({ frame: { toolCallId } }) =>
          chat.nextEvent('tool.completed', (event) => event.toolCallId === toolCallId),
        );
        const [begin, end] = await Promise.all([called, ended, takeTurn(chat, 'Run it.')]);
        if (!end.frame.ok) throw new Error(`a code run failed: ${end.frame.result}`);
        samples[kind].push(end.at - begin.at);
      }
    }
    const own = median(samples.own);
    for (const kind of ['cold', 'prepared'] as const) {
      const value = median(samples[kind]);
      figures.push({
        what: `in the loop, ${name}, ${kind === 'cold' ? 'instant model' : `model takes ${PREPARING_MS / 1000} s`}, over python's own`,
        value: value - own,
        unit: 'ms',
        note: `${value.toFixed(0)} ms, python's own ${own.toFixed(0)} ms`,
      });
    }
  }
  await chat.close();
  return figures;
}

function scriptRun({ model }: Bench, code: string, thinksMs: number): void {
  model.setScript((request) => {
    if (answersSince(request) > 0) return textReply('Done.');
    if (!isCodeAgent(request)) return toolReply([{ name: 'code_agent', arguments: { task: 'Run it.' } }]);
    const args = { code, filename: 'script.py', timeoutSeconds: null };
    return toolReply([{ name: 'run_python', arguments: args }], { delayMs: thinksMs });
  });
}
