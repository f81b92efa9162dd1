/** REST bodies of a Work's schedules (H7). */
import { z } from 'zod';
import { CronError, parseCron } from '../domain/schedules/cron.ts';
import { knownTimeZone } from '../domain/schedules/next-times.ts';
import { OVERLAPS, RUN_OUTCOMES, RUN_REASONS } from '../domain/schedules/schedule.ts';
import { MAX_CRON_CHARACTERS, MAX_SCHEDULE_CHARACTERS, MAX_TIME_ZONE_CHARACTERS } from './limits.ts';
import { isoTime, uuid } from './messages.ts';

const cron = z
  .string()
  .max(MAX_CRON_CHARACTERS)
  .transform((text, context) => {
    try {
      parseCron(text);
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
    return text.trim().split(/\s+/).join(' ');
  })
  .meta({
    description:
      'minute, hour, day of the month, month and day of the week, as a crontab has them; the minute is one number',
  });

const timeZone = z
  .string()
  .max(MAX_TIME_ZONE_CHARACTERS)
  .transform((name, context) => {
    const known = knownTimeZone(name);
    if (known === undefined)
      context.addIssue({
        code: 'custom',
        message: 'There is no such time zone: write a name such as Europe/Berlin or Asia/Shanghai.',
      });
    return known ?? name;
  })
  .meta({ description: 'an IANA name; a time that a change of the clocks leaves out does not come' });

const text = z
  .string()
  .trim()
  .min(1)
  .max(MAX_SCHEDULE_CHARACTERS)
  .meta({ description: 'what is said to the agent each time' });

const overlap = z.enum(OVERLAPS).meta({
  description:
    'what happens while the turn that came by it last has not ended: skip begins none, queue lets one wait',
});

export const newSchedule = z.object({
  text,
  cron,
  timeZone,
  overlap: overlap.default('skip'),
  paused: z.boolean().default(false),
});

export const scheduleChange = z.object({
  text: text.optional(),
  cron: cron.optional(),
  timeZone: timeZone.optional(),
  overlap: overlap.optional(),
  paused: z
    .boolean()
    .optional()
    .meta({ description: 'what it misses while it is paused is not made up for' }),
});

export const scheduleRun = z
  .object({
    firesAt: isoTime.meta({ description: 'the time itself' }),
    outcome: z.enum(RUN_OUTCOMES).meta({
      description: 'sent: its message is in the conversation; refused: by a limit of the person',
    }),
    why: z.enum(RUN_REASONS).nullable().meta({
      description:
        'running, waiting: the one before has not ended; turns, tokens: used up; late: more than 12 hours',
    }),
    messageId: uuid.nullable(),
    turn: z.number().int().nullable(),
    state: z.string().nullable().meta({ description: 'of that turn: running, done, stopped or failed' }),
  })
  .meta({ id: 'ScheduleRun' });

export const schedule = z
  .object({
    id: uuid,
    text: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    overlap,
    paused: z.boolean(),
    createdAt: isoTime,
    next: z.array(isoTime).meta({ description: 'the next five times; none while it is paused' }),
    last: scheduleRun.nullable(),
  })
  .meta({ id: 'Schedule' });

export const schedules = z.object({ items: z.array(schedule) }).meta({ id: 'Schedules' });
export const scheduleRuns = z.object({ items: z.array(scheduleRun) }).meta({ id: 'ScheduleRuns' });
