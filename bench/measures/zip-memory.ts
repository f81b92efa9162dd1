/** ZIP: 1 GB of files streams out as a zip: what the api's memory does meanwhile. */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { newGuest, newWork } from '../client.ts';
import type { Measure } from '../measure.ts';
import { usageOf } from '../processes.ts';

const MB = 1_000_000;
const EVERY_MS = 100;

export const zipMemory: Measure = {
  id: 'ZIP',
  async run({ system, times }) {
    const account = await newGuest(system.instance().appUrl);
    const workId = await newWork(account);
    const files = times(20, 2);
    const each = times(50, 5) * MB;
    const folder = join(system.dataDir, 'workspaces', workId);
    for (let n = 0; n < files; n += 1) await writeNoise(join(folder, `data-${n}.bin`), each);

    const rss = () => usageOf(system.pid('api')).rssMB;
    const before = rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, rss());
    }, EVERY_MS);
    const began = performance.now();
    let received = 0;
    try {
      const response = await fetch(`${account.url}/api/works/${workId}/archive`, {
        headers: { authorization: `Bearer ${account.token}` },
      });
      if (!response.ok || response.body === null) throw new Error(`the archive answered ${response.status}`);
      for await (const piece of response.body) received += piece.byteLength;
    } finally {
      clearInterval(watch);
    }
    const seconds = (performance.now() - began) / 1_000;
    if (received < files * each) throw new Error(`the archive has ${received} bytes only`);
    return [
      {
        what: `api, most while ${(files * each) / MB} MB stream out as a zip, above what it had before`,
        value: most - before,
        unit: 'MB',
        note: `${before.toFixed(0)} MB before, ${(received / MB / seconds).toFixed(0)} MB/s`,
      },
    ];
  },
};

/** A file that does not compress. */
async function writeNoise(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'w', 0o644);
  try {
    for (let left = bytes; left > 0; left -= MB) await handle.write(randomBytes(Math.min(left, MB)));
  } finally {
    await handle.close();
  }
}
