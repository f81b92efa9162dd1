/** What Temporal's SDK says, in this process's own log. */
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

/**
 * Sends it there instead of to standard error; call it before anything else of the SDK. Its levels count one
 * less: it warns of every reconnection, which a person who watches the terminal need not know.
 * @param metricsAddress host:port where the SDK serves its metrics; absent: it keeps none
 */
export function installTemporalLogging(log: Logger, metricsAddress?: string): void {
  const logger = new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    const entry = { sdk: meta ?? {} };
    if (level === 'ERROR') log.warn(entry, message);
    else if (level === 'WARN') log.info(entry, message);
    else log.debug(entry, message);
  });
  Runtime.install({
    logger,
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metricsAddress === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress: metricsAddress, useSecondsForDurations: true } } }),
    },
  });
}
