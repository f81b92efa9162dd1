/**
 * `npm start` as anybody has it, with all of its default limits, for strangers to attack. Only the model is a
 * scripted one, which does what it is told (obedient-model.ts).
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startScriptedModel } from '../../../src/demo-model/server.ts';
import { dataFolder } from '../../../src/setup/data-folder.ts';
import { findFreePort } from '../../../src/setup/ports.ts';
import { type Instance, runningInstance } from '../../../src/supervisor/instance.ts';
import { startProcess } from '../child-process.ts';
import { obedientModel } from './obedient-model.ts';
import { type Person, personAt } from './person.ts';

export interface HostileSystem {
  url: string;
  dataDir: string;
  /** Process ids by role; they change when a process was started again. */
  pids(): Instance['pids'];
  /** A guest, as anybody becomes one. */
  guest(): Promise<Person>;
  close(): Promise<void>;
}

export interface HostileSystemOptions {
  /** What an operator has set; absent: nothing. */
  env?: Record<string, string>;
  /** Where the data folder is made; absent: the machine's folder for temporary files. */
  under?: string;
}

export async function startHostileSystem(options: HostileSystemOptions = {}): Promise<HostileSystem> {
  const dataDir = await mkdtemp(path.join(options.under ?? tmpdir(), 'paperagent-hostile-'));
  // As root Postgres runs as another user, who has to get in.
  await chmod(dataDir, 0o755);
  const [port, model] = await Promise.all([
    findFreePort(),
    startScriptedModel({ script: obedientModel, keep: 0, strict: false }),
  ]);
  const url = `http://127.0.0.1:${port}`;
  const supervisor = startProcess('start', {
    ...{ PORT: String(port), PA_DATA: dataDir, SANDBOX: 'bubblewrap', SANDBOX_LIBRARIES: 'few' },
    ...{ OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test-key', PAPERAGENT_MODEL: 'scripted' },
    ...options.env,
  });
  try {
    await supervisor.line((line) => line.startsWith('ready ('), 'it was ready');
  } catch (error) {
    await supervisor.signal('SIGTERM');
    await model.close();
    throw error;
  }

  return {
    url,
    dataDir,
    pids() {
      const instance = runningInstance(dataFolder(dataDir));
      if (instance === undefined) throw new Error('the system has ended');
      return instance.pids;
    },
    guest: () => personAt(url),
    async close() {
      await supervisor.signal('SIGTERM');
      await model.close();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
