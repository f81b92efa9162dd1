/** The database of the system that these commands are about: the configured one, or that of the one that runs here. */

import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/environment.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { dataFolder } from '../setup/data-folder.ts';
import { runningInstance } from './instance.ts';

/** One connection, under that name; the caller closes it. @throws ConfigError where no system runs on the data folder */
export function openOwnDatabase({ databaseUrl, dataDir }: Config, name: string): Database {
  const url = databaseUrl ?? runningInstance(dataFolder(dataDir))?.databaseUrl;
  if (url === undefined)
    throw new ConfigError('PaperAgent does not run on this data folder: start it, or set DATABASE_URL');
  return openDatabase(url, { name, max: 1, onIdleError: () => {} });
}
