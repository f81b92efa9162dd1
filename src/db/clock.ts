/** The database's clock, by which rows are stamped and judged: functions/clock.sql says who may put another there. */
import { sql } from 'kysely';

/** What time it is, as a value of a column. */
export const databaseNow = sql<Date>`pa_now()`;
