/** `npm run invite [-- --days 7]`: makes an invitation, for a server whose REGISTRATION is `invitation`. */
import { join } from 'node:path';
import { readCommandLine } from '../cli/command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { createInvitation } from '../db/invitations.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { openOwnDatabase } from '../supervisor/own-database.ts';

const MOST_DAYS = 365;

try {
  const { values } = readCommandLine({ options: { days: { value: 'N', default: '7' } } });
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new ConfigError(`--days must be a number from 1 to ${MOST_DAYS}`);
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  const db = openOwnDatabase(config, 'paperagent-invite');
  console.log(await createInvitation(db, days));
  console.error(`good for one account, for ${days} days`);
  await db.destroy();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
