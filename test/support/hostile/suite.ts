/** A suite against one system: an honest person all along, and a stranger for each test. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { besideHonest, type Honest, honestPerson } from './beside.ts';
import { type HostileSystem, type HostileSystemOptions, startHostileSystem } from './hostile-system.ts';
import type { Person } from './person.ts';

export interface HostileSuite {
  system(): HostileSystem;
  /** An anonymous guest, another one in each test. */
  stranger(): Person;
  /** A new Work of the stranger's, deleted when the attack is over. */
  newWork(): Promise<string>;
  /** Runs the attack beside the honest person's turns (beside.ts). */
  attack<T>(run: () => Promise<T>): Promise<T>;
}

/** What a start and an end may take on a busy machine. */
const START_MS = 120_000;

export function hostileSuite(options?: HostileSystemOptions): HostileSuite {
  let system: HostileSystem;
  let honest: Honest;
  let stranger: Person;
  let works: string[] = [];

  beforeAll(async () => {
    system = await startHostileSystem(options);
    honest = await honestPerson(system);
  }, START_MS);
  afterAll(() => system?.close(), START_MS);
  beforeEach(async () => {
    stranger = await system.guest();
    works = [];
  });

  return {
    system: () => system,
    stranger: () => stranger,
    async newWork() {
      const workId = await stranger.newWork();
      works.push(workId);
      return workId;
    },
    attack: (run) =>
      besideHonest(system, honest, run, async () => {
        for (const workId of works) await stranger.remove(workId);
      }),
  };
}
