/** docs/architecture.md, "Jobs": the table is what the processes do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type ApiJobsDependencies, apiJobs } from '../../../src/jobs/api-jobs.ts';
import type { Job } from '../../../src/jobs/job.ts';
import { type WorkerJobsDependencies, workerJobs } from '../../../src/jobs/worker-jobs.ts';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

const page = readFileSync(join(CHECKOUT, 'docs', 'architecture.md'), 'utf8');
const part = page.slice(page.indexOf('## Jobs'), page.indexOf('## Streams'));

/** As the table says it. */
function interval({ everyMs, atStart }: Job): string {
  const seconds = everyMs / 1000;
  const every = seconds < 1 ? `${everyMs} ms` : seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
  return atStart ? `${every}, and at start` : every;
}

/** Only the lists are looked at: nothing of these is run. */
const everything = { days: 1, guestRetentionDays: 1, sandbox: {} };

test('every job of a process stands in the table of architecture.md with its interval, and nothing else does', () => {
  const lists = {
    api: apiJobs(everything as unknown as ApiJobsDependencies),
    worker: workerJobs(everything as unknown as WorkerJobsDependencies),
  };
  const rows = new Map<string, { every: string; processes: string[] }>();
  for (const [process, jobs] of Object.entries(lists)) {
    for (const job of jobs) {
      const row = rows.get(job.name) ?? { every: interval(job), processes: [] };
      row.processes.push(process);
      rows.set(job.name, row);
    }
  }
  const written = [...part.matchAll(/^\| ([a-z ]+?) \| (\d[^|]*?) \| ([^|]+?) \| [^|]+ \|$/gm)];
  expect(written.map(([, name, every, processes]) => [name, every, processes]).toSorted()).toEqual(
    [...rows].map(([name, { every, processes }]) => [name, every, processes.join(', ')]).toSorted(),
  );
});
