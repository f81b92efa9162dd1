/**
 * `npm run web:budget [-- --quick]`: what the page costs the person's browser. Starts a system of its own with the
 * scripted model in this process, measures in Chromium, prints a table; ends with 1 where a figure misses its mark.
 */
import { parseArgs } from 'node:util';
import { startScriptedModel } from '../../src/demo-model/server.ts';
import { launchBrowser } from '../../test/support/browser.ts';
import { countLongTasks, longTasks } from '../../test/support/long-tasks.ts';
import { say, type Visitor, visit } from '../../test/support/page.ts';
import { newWork } from '../client.ts';
import { loadAverage, machineFacts } from '../machine.ts';
import { type Figure, isMet } from '../measure.ts';
import { median } from '../statistics.ts';
import { createSystem } from '../system.ts';
import { table } from '../table.ts';
import { firstLoad } from './first-load.ts';
import { webScript } from './texts.ts';

const VISITS = 7;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
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
    const { scripts, styles } = firstLoad();
    figures.push(
      { what: 'JavaScript of a first visit, gzip', value: scripts / 1_000, unit: 'KB', reach: { most: 250 } },
      { what: 'CSS of a first visit, gzip', value: styles / 1_000, unit: 'KB' },
      {
        what: `Work page usable, median of ${VISITS} first visits`,
        value: median(await usableAfter(visitor, url, await workId())),
        unit: 'ms',
        reach: { most: 1_500 },
        note: 'from the address to a composer that takes text',
      },
      ...(await streaming(visitor, await workId(), `steady ${values.quick ? 5 : 60}`, '100 tokens/s', 100)),
      ...(await streaming(visitor, await workId(), 'long', '200 kB in 3 s')),
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

async function streaming(
  visitor: Visitor,
  workId: string,
  prompt: string,
  what: string,
  most?: number,
): Promise<Figure[]> {
  const page = await visitor.open(`/works/${workId}`);
  await page.getByText('What shall we work out?').waitFor();
  await say(page, prompt);
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await countLongTasks(page);
  const began = performance.now();
  await page.getByText('The end.', { exact: true }).waitFor({ timeout: 180_000 });
  const seconds = (performance.now() - began) / 1_000;
  const tasks = await longTasks(page);
  await page.close();
  return [
    {
      what: `longest task, ${what}`,
      value: tasks[0] ?? 0,
      unit: 'ms',
      ...(most === undefined ? {} : { reach: { most } }),
      note: `${tasks.length} of more than 50 ms; none longer is 0`,
    },
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
