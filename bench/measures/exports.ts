/** EXPORT: a paper of nine pages with six figures as documents: how long, how much memory, and what is left of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Account, newPerson, newWork } from '../client.ts';
import type { Measure } from '../measure.ts';
import { ninePages } from '../nine-pages.ts';
import { descendantsRunning, peakOf, usageOf } from '../processes.ts';
import { until } from '../until.ts';

const PROGRAM = 'src/exports/program/main.ts';
const FORMATS = ['pdf', 'docx', 'latex', 'html'] as const;
const LOOK_EVERY_MS = 20;
/** Each look at memory reads all of /proc; the most that a process had is kept there until it ends. */
const LOOK_AT_MEMORY_EVERY_MS = 150;
/** Of the worker's memory once it has made some. */
const WARM_UP = 12;

export const exports: Measure = {
  id: 'EXPORT',
  async run({ system, times }) {
    // A guest leaves one of the two places to others.
    const account = await newPerson(system.instance().appUrl);
    const workId = await newWork(account);
    const { paper, references, figures } = ninePages();
    const folder = join(system.dataDir, 'workspaces', workId);
    const files = new Map<string, string | Buffer>([
      ['paper.md', paper],
      ['references.bib', references],
      ...figures,
    ]);
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const worker = system.pid('worker');
    const children = () => descendantsRunning(worker, PROGRAM);
    let most = 0;
    const watch = setInterval(() => {
      for (const pid of children()) most = Math.max(most, peakOf(pid) ?? 0);
    }, LOOK_AT_MEMORY_EVERY_MS);
    const seconds: number[] = [];
    try {
      for (const format of FORMATS) seconds.push(await made(account, workId, format));
    } finally {
      clearInterval(watch);
    }
    const lived = performance.now();
    await until(() => (children().length === 0 ? true : undefined), {
      what: 'the end of the program',
      withinMs: 60_000,
    });
    const goneAfter = performance.now() - lived;

    const sameAgain = await made(account, workId, FORMATS[0]);

    await writeFile(join(folder, 'paper.md'), `${paper}\n\n<!-- at once -->\n`);
    const beganAll = performance.now();
    await Promise.all(FORMATS.map((format) => made(account, workId, format)));
    const atOnce = (performance.now() - beganAll) / 1_000;
    await writeFile(join(folder, 'paper.md'), paper);

    const again = times(50, 3);
    let papers = 0;
    /** Another paper each time: the same one would be given again as it was made. */
    const another = async (format: string) => {
      papers += 1;
      await writeFile(join(folder, 'paper.md'), `${paper}\n\n<!-- ${papers} -->\n`);
      await made(account, workId, format);
    };
    for (let n = 0; n < WARM_UP; n += 1) await another(FORMATS[n % FORMATS.length] ?? 'pdf');
    const before = usageOf(worker).rssMB;
    for (let n = 0; n < again; n += 1) await another(FORMATS[n % FORMATS.length] ?? 'pdf');
    const after = usageOf(worker).rssMB;
    const all = seconds.reduce((sum, one) => sum + one, 0);
    return [
      {
        what: 'nine pages, six figures, the first: PDF',
        value: seconds[0] ?? 0,
        unit: 's',
        reach: { most: 5 },
      },
      {
        what: 'the same as PDF, Word, LaTeX and HTML, one after the other',
        value: all,
        unit: 's',
        note: seconds.map((one, index) => `${FORMATS[index]} ${one.toFixed(1)}`).join(', '),
      },
      { what: 'all four ordered at once', value: atOnce, unit: 's', reach: { most: 8 } },
      {
        what: 'the same PDF ordered again',
        value: sameAgain,
        unit: 's',
        reach: { most: 1 },
        note: 'given as it was made',
      },
      { what: 'memory of the program, most', value: most, unit: 'MB', reach: { most: 600 } },
      {
        what: 'last document → no such program any more',
        value: goneAfter,
        unit: 'ms',
        reach: { most: 1_000 },
      },
      {
        what: `worker, after ${again} more, above what it had before`,
        value: after - before,
        unit: 'MB',
        reach: { most: 20 },
        note: `${before.toFixed(0)} MB before`,
      },
    ];
  },
};

/** Seconds from the order to the file. */
async function made({ url, token }: Account, workId: string, format: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const began = performance.now();
  const exports = `${url}/api/works/${workId}/exports`;
  const order = () => fetch(exports, { method: 'POST', headers, body: JSON.stringify({ format }) });
  let ordered = await order();
  // So many of a person's at a time: the next is ordered as one is done.
  for (; ordered.status === 429; ordered = await order()) await delay(LOOK_EVERY_MS);
  if (!ordered.ok) throw new Error(`the order answered ${ordered.status}: ${await ordered.text()}`);
  const { id } = (await ordered.json()) as { id: string };
  for (;;) {
    const looked = await fetch(`${exports}/${id}`, { headers });
    if (!looked.ok) throw new Error(`the export answered ${looked.status}: ${await looked.text()}`);
    const info = (await looked.json()) as {
      state: string;
      error?: string;
      problems: { message: string }[];
    };
    if (info.state === 'failed') throw new Error(`the export failed: ${info.error}`);
    if (info.problems.length > 0) throw new Error(`the paper is not whole: ${info.problems[0]?.message}`);
    if (info.state === 'done') return (performance.now() - began) / 1_000;
    await delay(LOOK_EVERY_MS);
  }
}
