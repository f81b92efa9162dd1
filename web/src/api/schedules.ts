/** The REST calls about a Work's schedules (docs/people.md). */
import type { z } from 'zod';
import type { newSchedule, schedule, scheduleChange, scheduleRun } from '../../../src/protocol/schedules.ts';
import type { Http } from './http.ts';

export type Schedule = z.infer<typeof schedule>;
export type ScheduleRun = z.infer<typeof scheduleRun>;
export type NewSchedule = z.input<typeof newSchedule>;

const addressOf = (workId: string) => `/api/works/${workId}/schedules`;

export async function listSchedules(http: Http, workId: string): Promise<Schedule[]> {
  return (await http.json<{ items: Schedule[] }>('GET', addressOf(workId))).items;
}

export function addSchedule(http: Http, workId: string, wish: NewSchedule): Promise<Schedule> {
  return http.json('POST', addressOf(workId), wish);
}

export function changeSchedule(
  http: Http,
  workId: string,
  id: string,
  change: z.input<typeof scheduleChange>,
): Promise<Schedule> {
  return http.json('PATCH', `${addressOf(workId)}/${id}`, change);
}

export function deleteSchedule(http: Http, workId: string, id: string): Promise<void> {
  return http.json('DELETE', `${addressOf(workId)}/${id}`);
}

export async function listRuns(http: Http, workId: string, id: string): Promise<ScheduleRun[]> {
  return (await http.json<{ items: ScheduleRun[] }>('GET', `${addressOf(workId)}/${id}/runs`)).items;
}
