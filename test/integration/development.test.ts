/** `npm run cluster -- --dev`: a changed source restarts all processes of a role, not one of several. */
import { readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/config.ts';
import { makeDataFolder } from '../../src/setup/data-folder.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { createSystem } from '../../src/supervisor/system.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

test('each of two apis and two workers is another process afterwards', async () => {
  await withTemporaryFolder(async (home) => {
    await chmod(home, 0o755);
    const { PATH = '', HOME = '' } = process.env;
    const env = {
      PATH,
      HOME,
      PA_DATA: join(home, 'data'),
      PORT: String(await findFreePort()),
      SANDBOX: 'bubblewrap',
      SANDBOX_LIBRARIES: 'few',
    };
    const config = readConfig(env);
    const folder = makeDataFolder(config.dataDir);
    const system = createSystem(config, env, folder, () => {}, { apis: 2, workers: 2, temporal: 'embedded' });
    try {
      const { pids } = await system.start();
      const several = Object.keys(pids).filter((name) => /^(api|worker)-/.test(name));
      expect(several.sort()).toEqual(['api-1', 'api-2', 'worker-1', 'worker-2']);
      system.restart('worker');
      system.restart('api');
      type Pids = Record<string, number | undefined>;
      const before: Pids = pids;
      const others = () => {
        const now = (JSON.parse(readFileSync(folder.instance, 'utf8')) as { pids: Pids }).pids;
        return several.every((name) => now[name] !== undefined && now[name] !== before[name]);
      };
      await until(others, 'all of them had been restarted', 40_000);
    } finally {
      await system.stop();
    }
  });
});
