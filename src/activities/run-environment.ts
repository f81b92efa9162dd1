/** Keeps where runs run, once a set-up (T3): a run names it. */
import type { Database } from '../db/database.ts';
import { keepEnvironment } from '../db/runs.ts';
import { environmentHash, processorOfMachine } from '../recording/environment.ts';
import type { Sandbox } from '../sandbox/types.ts';

/** The name of the environment of a run that has just ended, which is kept. `python`: the version that it said. */
export type EnvironmentOf = (sandbox: Sandbox, python: string | null) => Promise<string>;

export function environmentKeeper(db: Database): EnvironmentOf {
  const processor = processorOfMachine();
  const kept = new Set<string>();
  return async (sandbox, python) => {
    const environment = { ...(await sandbox.environment()), python, processor: await processor };
    const hash = environmentHash(environment);
    if (!kept.has(hash)) {
      await keepEnvironment(db, hash, environment);
      kept.add(hash);
    }
    return hash;
  };
}
