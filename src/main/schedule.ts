/**
 * `npm run schedule -- <work id> [--cron "0 9 * * 1" --zone Europe/Berlin --say "…" [--queue]] [--pause id] [--resume id]
 * [--delete id]`: the schedules of any Work of this server (H7), in its owner's name; without an option they are listed.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readCommandLine } from '../cli/command-line.ts';
import { namedWorkId, ownerOf } from '../cli/named-work.ts';
import { newScheduleOf, scheduleInWords } from '../cli/schedules.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { addSchedule, changeSchedule, deleteSchedule, listSchedules, type OwnWork } from '../db/schedules.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { openOwnDatabase } from '../supervisor/own-database.ts';

const USAGE = 'usage: npm run schedule -- <work id> [--cron "0 9 * * 1" --zone Europe/Berlin --say "…"]';

const { values, words } = readCommandLine({
  options: {
    cron: { value: '"0 9 * * 1"' },
    zone: { value: 'Europe/Berlin', default: Intl.DateTimeFormat().resolvedOptions().timeZone },
    say: { value: '"what is said to the agent"' },
    queue: {},
    pause: { value: 'id' },
    resume: { value: 'id' },
    delete: { value: 'id' },
  },
  words: 'the id of a Work',
  mostWords: 1,
});

try {
  const workId = namedWorkId(words[0], USAGE);
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  const db = openOwnDatabase(config, 'paperagent-schedule');
  try {
    const own: OwnWork = { workId, ownerId: await ownerOf(db, workId) };
    if (values.cron !== undefined) {
      const wish = newScheduleOf(values.cron, values.zone, values.say, values.queue);
      const added = await addSchedule(db, own, { id: randomUUID(), ...wish }, config.quotas);
      if (typeof added === 'string')
        throw new ConfigError('its person has as many schedules as they may have');
    }
    for (const [id, paused] of [
      [values.pause, true],
      [values.resume, false],
    ] as const)
      if (id !== undefined && (await changeSchedule(db, { ...own, id }, { paused })) === undefined)
        throw new ConfigError(`the Work has no schedule ${id}`);
    if (values.delete !== undefined && !(await deleteSchedule(db, { ...own, id: values.delete })))
      throw new ConfigError(`the Work has no schedule ${values.delete}`);
    const all = await listSchedules(db, own);
    if (all.length === 0) console.log('no schedules');
    for (const one of all) console.log(scheduleInWords(one, Date.now()));
  } finally {
    await db.destroy();
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`paperagent: ${error.message}`);
  process.exitCode = 1;
}
