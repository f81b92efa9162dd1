/** What the API says of itself, as a structure: pino's logger, narrowed to what is used. */
import type { Logger } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
