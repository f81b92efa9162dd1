/** `npm run invite [-- --days 7]`: makes an invitation, for a server whose REGISTRATION is `invitation`. */
import { join } from 'node:path';
import { openDatabase } from '../db/database.ts';
import { createInvitation } from '../db/invitations.ts';
import { readCommandLine } from './command-line.ts';
import { ConfigError, readConfig, withEnvFile } from './config.ts';
import { CHECKOUT } from './setup/checkout.ts';
import { dataFolder } from './setup/data-folder.ts';
import { runningInstance } from './supervisor/instance.ts';

const MOST_DAYS = 365;

try {
  const { values } = readCommandLine({ options: { days: { value: 'N', default: '7' } } });
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new ConfigError(`--days must be a number from 1 to ${MOST_DAYS}`);
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  const url = config.databaseUrl ?? runningInstance(dataFolder(config.dataDir))?.databaseUrl;
  if (url === undefined)
    throw new ConfigError('PaperAgent does not run on this data folder: start it, or set DATABASE_URL');
  const db = openDatabase(url, { name: 'paperagent-invite', max: 1, onIdleError: () => {} });
  console.log(await createInvitation(db, days));
  console.error(`good for one account, for ${days} days`);
  await db.destroy();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
