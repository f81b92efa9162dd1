/** Where this test run's servers are. test/support/global-setup.ts starts them once for all suites. */
import { env } from 'node:process';

export interface TestServers {
  /** The administrator's address, of the database `postgres`. */
  postgresAdminUrl: string;
  /** The same for the role that the app uses. */
  postgresUrl: string;
  temporalAddress: string;
  temporalUiUrl: string;
}

/** The database with all migrations that each suite's own is copied from. */
export const TEMPLATE_DATABASE = 'paperagent_template';

/** The variable by which global set-up hands them to the suites. */
export const SERVERS_VARIABLE = 'PAPERAGENT_TEST_SERVERS';

/** @throws outside a test run with servers (global set-up starts none when only test/unit is run) */
export function testServers(): TestServers {
  const text = env[SERVERS_VARIABLE];
  if (!text) throw new Error('this test needs the servers that test/support/global-setup.ts starts');
  return JSON.parse(text) as TestServers;
}
