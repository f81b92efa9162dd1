/** What was found of what tests may need: global set-up (find-needs.ts) hands it to the tests (needs.ts). */

export type Need =
  | 'Linux'
  | 'root'
  | 'bubblewrap'
  | 'docker'
  | 'own engine'
  | 'compose'
  | 'Temporal server'
  | 'browser'
  | 'nginx'
  | 'pgbouncer'
  | 'openssl'
  | 'Python'
  | 'Python clients'
  | 'skill packs';

export interface FoundNeed {
  /** Why it is missing; null where it is there. */
  missing: string | null;
  /** Whether its absence is a failure. */
  required: boolean;
}

export type FoundNeeds = Partial<Record<Need, FoundNeed>>;

/** The variable that has it, as JSON. */
export const NEEDS_VARIABLE = 'PAPERAGENT_TEST_NEEDS';
