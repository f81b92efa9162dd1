/** Schedules at the terminal: what is asked for there, and how one is printed (H7). */
import { z } from 'zod';
import { ConfigError } from '../config/environment.ts';
import type { ScheduleRow } from '../db/schedules.ts';
import { timesOf } from '../domain/schedules/schedule.ts';
import { newSchedule } from '../protocol/schedules.ts';

/** What the options ask for. @throws ConfigError with the sentence about what does not fit */
export function newScheduleOf(cron: string, timeZone: string, text: string | undefined, queue: boolean) {
  if (text === undefined) throw new ConfigError('--say is needed with --cron: what is said to the agent');
  const wish = newSchedule.safeParse({ cron, timeZone, text, overlap: queue ? 'queue' : 'skip' });
  if (wish.success) return wish.data;
  throw new ConfigError(wish.error.issues[0]?.message ?? z.prettifyError(wish.error));
}

/** One schedule in lines: its id and when, what is said, the next times, what came of the last. */
export function scheduleInWords(
  { id, cron, timeZone, overlap, paused, text, last }: Omit<ScheduleRow, 'createdAt'>,
  now: number,
): string {
  const next = timesOf({ cron, timeZone }, now, 3).map((time) => new Date(time).toISOString().slice(0, 16));
  const lines = [
    `${id}  ${cron}  ${timeZone}  ${overlap}${paused ? '  paused' : ''}`,
    `  says: ${text.replaceAll('\n', '\n        ')}`,
  ];
  if (!paused) lines.push(`  next: ${next.join(', ') || 'never'} (UTC)`);
  if (last !== null)
    lines.push(
      `  last: ${last.firesAt.slice(0, 16)} ${last.outcome}${last.why === null ? turnOf(last) : `, ${last.why}`}`,
    );
  return lines.join('\n');
}

function turnOf({ turn, state }: { turn: number | null; state: string | null }): string {
  return turn === null ? '' : `, turn ${turn} ${state}`;
}
