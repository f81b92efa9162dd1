/** Schedules of a Work (H7): what is said of one, and what may come of its times. */
import { parseCron } from './cron.ts';
import { nextTimes } from './next-times.ts';

/**
 * What happens where the last turn that came by it has not ended: none is begun, or one waits for it. Others' turns, a person's
 * too, are waited for in any case, as every message waits.
 */
export const OVERLAPS = ['skip', 'queue'] as const;
export type Overlap = (typeof OVERLAPS)[number];

export interface Schedule {
  id: string;
  text: string;
  /** Five fields of a crontab (cron.ts). */
  cron: string;
  timeZone: string;
  overlap: Overlap;
  paused: boolean;
}

/** Which schedule has come, and by which state of it: what workflows and activities are told. */
export interface ScheduledTime {
  workId: string;
  scheduleId: string;
  version: number;
}

export const RUN_OUTCOMES = ['sent', 'skipped', 'refused', 'missed'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/**
 * Why a time sent no message: the turn of the one before it runs still, or its message waits still; as many turns of the person
 * run as may, or their tokens of the day are used up; it was too late.
 */
export const RUN_REASONS = ['running', 'waiting', 'turns', 'tokens', 'late'] as const;
export type RunReason = (typeof RUN_REASONS)[number];

/** How long after its time one is still taken, as where the server was off: a morning's in the evening, not a day's. */
export const CATCH_UP_HOURS = 12;

/** The next `count` times after one, in milliseconds since 1970. @throws CronError where `cron` is none */
export function timesOf(
  { cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>,
  after: number,
  count: number,
) {
  return nextTimes({ cron: parseCron(cron), timeZone }, after, count);
}
