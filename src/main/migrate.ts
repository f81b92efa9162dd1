/**
 * `npm run migrate`: brings the database to this version's schema, and tells Temporal the namespace and its search
 * attributes. A deployment runs it once, before its apis and workers; running it again changes nothing.
 */
import { readCommandLine } from '../cli/command-line.ts';
import { readServiceConfig } from '../config/config.ts';
import { ConfigError } from '../config/environment.ts';
import { prepareDatabase } from '../setup/database.ts';
import { SetupError } from '../setup/setup-error.ts';
import { prepareNamespace } from '../setup/temporal-namespace.ts';

/** A cluster that has just been started takes this long at most. */
const TIMEOUT_MS = 180_000;

readCommandLine();
try {
  const config = readServiceConfig(process.env);
  await prepareDatabase(config.databaseDirectUrl);
  console.log('the database is up to date');
  const { temporal } = config;
  const refused = await prepareNamespace(temporal, TIMEOUT_MS);
  console.log(refused ?? `Temporal knows the namespace "${temporal.namespace}" and the search attributes`);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof SetupError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
