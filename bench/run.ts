/**
 * `npm run bench [-- B1 B3 ...] [--quick]`: measures a system of its own with the scripted model in this process,
 * prints a table, writes bench/results.json, and draws the peers where they were measured. `--quick` only shows that
 * everything works: its figures mean little.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSystem } from '../scripts/support/own-system.ts';
import { textReply } from '../src/demo-model/reply.ts';
import { startScriptedModel } from '../src/demo-model/server.ts';
import { CHECKOUT } from '../src/setup/checkout.ts';
import { elapsed } from '../src/setup/progress.ts';
import { loadAverage, machineFacts } from './machine.ts';
import { isMet, type Measure } from './measure.ts';
import { measures } from './measures/index.ts';
import { pictureOf } from './picture.ts';
import { type Row, table } from './table.ts';

/** PaperAgent beside its peers, for the README; drawn where B14 was run. */
const PICTURE = 'docs/images/beside-others.svg';

const say = (line: string) => console.log(line);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const chosen = choose(positionals);
  const facts = machineFacts();
  const loadBefore = loadAverage();
  say(`${facts.cores} cores, ${facts.memoryGiB} GiB, Node ${facts.node}, load average ${loadBefore}`);

  // Requests are our own and need no check; the newest few are enough to look up when they came.
  const model = await startScriptedModel({ script: () => textReply('Yes.'), strict: false, keep: 1_000 });
  const rows: Row[] = [];
  const failures: string[] = [];
  try {
    const system = await createSystem(environment(model.url));
    try {
      await system.start();
      for (const measure of chosen) {
        const began = performance.now();
        try {
          const bench = {
            system,
            model,
            say,
            times: (full: number, quick: number) => (values.quick ? quick : full),
          };
          const found = (await measure.run(bench)).map((figure) => ({ id: measure.id, ...figure }));
          rows.push(...found);
          say(`\n${table(found)}`);
        } catch (error) {
          failures.push(measure.id);
          console.error(`\n${measure.id} failed:`, error);
        }
        say(`${measure.id}: ${elapsed(began)}, load average ${loadAverage()}`);
      }
    } finally {
      await system.close();
    }
  } finally {
    await model.close();
  }

  const loadAfter = loadAverage();
  say(`\n${table(rows)}\n\nload average ${loadBefore} before, ${loadAfter} after`);
  if (failures.length > 0) say(`failed: ${failures.join(', ')}`);
  const results = {
    at: new Date().toISOString(),
    quick: values.quick,
    machine: { ...facts, loadBefore, loadAfter },
    failures,
    figures: rows.map((row) => ({ ...row, met: isMet(row) ?? null })),
  };
  await writeFile(join(CHECKOUT, 'bench', 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  const picture = values.quick ? undefined : pictureOf(rows);
  if (picture !== undefined) await writeFile(join(CHECKOUT, PICTURE), picture);
  return failures.length > 0 ? 1 : 0;
}

function choose(ids: string[]): readonly Measure[] {
  const wanted = ids.map((id) => id.toUpperCase());
  const unknown = wanted.filter((id) => !measures.some((measure) => measure.id === id));
  if (unknown.length > 0) {
    throw new Error(
      `there is no ${unknown.join(', ')}: there are ${measures.map(({ id }) => id).join(', ')}`,
    );
  }
  return wanted.length === 0 ? measures : measures.filter(({ id }) => wanted.includes(id));
}

/** What the benchmarked system is given. SANDBOX stays as whoever runs this has set it: Docker where it answers. */
function environment(modelUrl: string): Record<string, string> {
  return {
    OPENAI_BASE_URL: modelUrl,
    OPENAI_API_KEY: 'bench',
    PAPERAGENT_MODEL: 'scripted',
    RATE_MESSAGES_PER_MINUTE: '1000000',
    QUOTA_TURNS_AT_ONCE: '100000',
    QUOTA_GUEST_TURNS_AT_ONCE: '100000',
    QUOTA_GUEST_WORKS: '100000',
    QUOTA_SOCKETS: '100000',
    QUOTA_NETWORK_SOCKETS: '100000',
    RATE_LOGINS_PER_MINUTE: '100000',
    LOG_LEVEL: 'warn',
  };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
