/** B12: the whole pi prompt with an instant model, against the time that its code needs by itself. */
import { availableParallelism } from 'node:os';
import { demoScript } from '../../src/demo-model/demo-script.ts';
import { type Account, newGuest, openNewWork } from '../client.ts';
import type { Measure } from '../measure.ts';
import { openPython, type Python } from '../python.ts';
import { median } from '../statistics.ts';
import { takeTurn } from '../turn.ts';

const PROMPT = 'Estimate π using the Monte Carlo method and plot the convergence process.';
const AT_ONCE = 8;

export const b12: Measure = {
  id: 'B12',
  async run({ model, system, times, say }) {
    model.setScript(demoScript({ msPerToken: 0 }));
    const account = await newGuest(system.instance().appUrl);
    const python = await openPython(system.dataDir);
    try {
      const { codes } = await askOnce(account);
      const own: number[] = [];
      const whole: number[] = [];
      for (let round = times(5, 1); round > 0; round -= 1) {
        own.push(await runAll(python, codes));
        whole.push((await askOnce(account)).ms);
      }
      say(`B12: ${codes.length} code run(s) in a turn`);
      const possible: number[] = [];
      const eight: number[] = [];
      for (let round = times(3, 1); round > 0; round -= 1) {
        possible.push(await runSeveral(python, codes));
        const began = performance.now();
        await Promise.all(Array.from({ length: AT_ONCE }, () => askOnce(account)));
        eight.push(performance.now() - began);
      }
      return [
        { what: 'the pi prompt, instant model, p50', value: median(whole), unit: 'ms' },
        {
          what: "over its code's own time",
          value: median(whole) / median(own),
          unit: 'x',
          reach: { most: 1.2 },
          note: `${median(own).toFixed(0)} ms`,
        },
        { what: `${AT_ONCE} at once`, value: median(eight), unit: 'ms' },
        {
          what: `over what ${availableParallelism()} cores need for the ${AT_ONCE} codes`,
          value: median(eight) / median(possible),
          unit: 'x',
          reach: { most: 1.2 },
          note: `${median(possible).toFixed(0)} ms`,
        },
      ];
    } finally {
      await python.close();
    }
  },
};

/** A new Work's turn; with the code that it ran. */
async function askOnce(account: Account): Promise<{ ms: number; codes: string[] }> {
  const codes: string[] = [];
  const { chat } = await openNewWork(account, (event) => {
    if (event.kind !== 'tool.called' || event.name !== 'run_python') return;
    if (typeof event.arguments !== 'string') codes.push(String(event.arguments.code));
  });
  const { sentAt, completedAt } = await takeTurn(chat, PROMPT);
  await chat.close();
  if (codes.length === 0) throw new Error('the demo ran no code');
  return { ms: completedAt - sentAt, codes };
}

async function runAll(python: Python, codes: string[]): Promise<number> {
  let total = 0;
  for (const code of codes) total += await python.time(code);
  return total;
}

/** As many of the code's processes as there are cores, until all have run. */
async function runSeveral(python: Python, codes: string[]): Promise<number> {
  let left = AT_ONCE;
  const began = performance.now();
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await runAll(python, codes);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return performance.now() - began;
}
