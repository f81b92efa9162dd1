/**
 * `npm run web:budget [-- --quick] [--trace FOLDER]`: what the page costs the person's browser. Starts a system of its
 * own with the scripted model in this process, measures in Chromium, prints a table; ends with 1 where a figure misses
 * its mark.
 * With `--trace` Chromium's traces of the streaming are kept there: its Performance panel opens them.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { countLongTasks, longTasks } from '../../scripts/support/long-tasks.ts';
import { createSystem } from '../../scripts/support/own-system.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { startScriptedModel } from '../../src/demo-model/server.ts';
import { newWork } from '../client.ts';
import { loadAverage, machineFacts } from '../machine.ts';
import { type Figure, isMet } from '../measure.ts';
import { median } from '../statistics.ts';
import { table } from '../table.ts';
import { until } from '../until.ts';
import { firstLoad } from './first-load.ts';
import { longestTaskOf } from './longest-task.ts';
import { webScript } from './texts.ts';

const VISITS = 7;
const SLOW = { bytesPerSecond: 50_000, latencyMs: 60 };
/** What Chromium's Performance panel shows, with samples of where the scripts' time goes: they cost time themselves. */
const TRACED = ['devtools.timeline', 'toplevel', 'v8.execute', 'disabled-by-default-v8.cpu_profiler'];

const ENDED = `document.querySelector('.markdown:not(.paper)')?.lastElementChild?.textContent.includes('The end.')`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, trace: { type: 'string' } },
  });
  const facts = machineFacts();
  const loadBefore = loadAverage();
  const model = await startScriptedModel({ script: webScript, strict: false, keep: 10 });
  const system = await createSystem({
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'bench',
    PAPERAGENT_MODEL: 'scripted',
    LOG_LEVEL: 'warn',
  });
  const browser = await launchBrowser();
  const figures: Figure[] = [];
  try {
    await system.start();
    const { appUrl: url } = system.instance();
    const visitor = await visit(browser, url);
    const workId = () => newWork({ url, token: visitor.token });
    const { scripts, withPanes, styles } = firstLoad();
    figures.push(
      {
        what: 'JavaScript before a project’s page can be used, gzip',
        value: scripts / 1_000,
        unit: 'KB',
        reach: { most: 200 },
      },
      {
        what: 'the same with its thread and paper',
        value: withPanes / 1_000,
        unit: 'KB',
        reach: { most: 260 },
      },
      { what: 'CSS of a first visit, gzip', value: styles / 1_000, unit: 'KB' },
      {
        what: `Work page usable, median of ${VISITS} first visits`,
        value: median(await usableAfter(visitor, url, await workId())),
        unit: 'ms',
        reach: { most: 1_500 },
        note: 'from the address to a composer that takes text',
      },
      ...(await onSlowLine(visitor, url, await workId())),
      ...(await streaming(visitor, await workId(), {
        prompt: `steady ${values.quick ? 5 : 60}`,
        what: '100 tokens/s',
        most: 100,
        trace: values.trace && join(values.trace, 'steady.json'),
      })),
      ...(await streaming(visitor, await workId(), {
        prompt: 'long',
        what: '200 kB in 3 s',
        trace: values.trace && join(values.trace, 'long.json'),
      })),
    );
  } finally {
    await browser.close();
    await system.close();
    await model.close();
  }
  console.log(`${facts.cores} cores, load average ${loadBefore} before, ${loadAverage()} after`);
  console.log(table(figures.map((figure) => ({ id: 'web', ...figure }))));
  return figures.some((figure) => isMet(figure) === false) ? 1 : 0;
}

/** Milliseconds, each in a browser with nothing cached. */
async function usableAfter(visitor: Visitor, url: string, workId: string): Promise<number[]> {
  const took: number[] = [];
  const state = await visitor.context.storageState();
  const browser = visitor.context.browser();
  for (let visitNo = 0; visitNo < VISITS; visitNo += 1) {
    const context = await browser?.newContext({ storageState: state });
    const page = await context?.newPage();
    const began = performance.now();
    await page?.goto(`${url}/works/${workId}`, { waitUntil: 'commit' });
    await page?.getByText('What shall we work out?').waitFor();
    await page?.getByRole('textbox', { name: 'Message', exact: true }).fill('x');
    took.push(performance.now() - began);
    await context?.close();
  }
  return took;
}

/** A first visit by a line of 50 kB/s (V62): until something is seen, and until it can be used. */
async function onSlowLine(visitor: Visitor, url: string, workId: string): Promise<Figure[]> {
  const state = await visitor.context.storageState();
  const context = await visitor.context.browser()?.newContext({ storageState: state });
  const page = await context?.newPage();
  if (context === undefined || page === undefined) throw new Error('no browser');
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: SLOW.latencyMs },
    ...{ downloadThroughput: SLOW.bytesPerSecond, uploadThroughput: SLOW.bytesPerSecond },
  });
  const began = performance.now();
  await page.goto(`${url}/works/${workId}`, { waitUntil: 'commit' });
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('x');
  const usable = performance.now() - began;
  const painted = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  await context.close();
  const note = `${SLOW.bytesPerSecond / 1_000} kB/s, ${SLOW.latencyMs} ms`;
  return [
    { what: 'something seen by a slow line', value: painted, unit: 'ms', reach: { most: 3_000 }, note },
    { what: 'Work page usable by a slow line', value: usable, unit: 'ms', note },
  ];
}

async function streaming(
  visitor: Visitor,
  workId: string,
  { prompt, what, most, trace }: { prompt: string; what: string; most?: number; trace?: string | undefined },
): Promise<Figure[]> {
  const page = await visitor.open(`/works/${workId}`);
  await page.getByText('What shall we work out?').waitFor();
  await say(page, prompt);
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await countLongTasks(page);
  const browser = visitor.context.browser();
  await browser?.startTracing(
    page,
    trace ? { path: trace, categories: TRACED } : { categories: ['toplevel'] },
  );
  const began = performance.now();
  // Looking through the whole page for a text, as locators do, would be the longest task of all.
  await until(async () => ((await page.evaluate(ENDED)) ? true : undefined), {
    what: 'the last word',
    withinMs: 180_000,
    everyMs: 100,
  });
  const seconds = (performance.now() - began) / 1_000;
  const tasks = await longTasks(page);
  const traced = await browser?.stopTracing();
  await page.close();
  return [
    {
      what: `longest task, ${what}`,
      value: tasks[0] ?? 0,
      unit: 'ms',
      ...(most === undefined ? {} : { reach: { most } }),
      note: `${tasks.length} of more than 50 ms; none longer is 0`,
    },
    { what: `its processor time at most, ${what}`, value: traced ? longestTaskOf(traced) : 0, unit: 'ms' },
    { what: `time to the last word, ${what}`, value: seconds, unit: 's' },
  ];
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
