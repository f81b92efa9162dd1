/** An API process's metrics, for Prometheus: requests, sockets, viewers, and how far it is behind the log. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface ApiMetrics {
  request(request: { method: string; route: string; status: number; seconds: number }): void;
  /** How long ago the newest row of a read was appended, by the database's clock. */
  logLag(seconds: number): void;
  /** What is counted where it happens, and read when somebody asks. */
  observe(now: () => Readings): void;
  text(): Promise<string>;
}

export interface Readings {
  sockets: number;
  viewers: number;
  logReads: number;
  logFrames: number;
}

export function createApiMetrics(): ApiMetrics {
  const register = new Registry();
  register.setDefaultLabels({ process: 'api' });
  collectDefaultMetrics({ register });
  const registers = [register];

  const requests = new Histogram({
    name: 'paperagent_http_request_seconds',
    help: 'Requests, from their head to the head of the answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  });
  const lag = new Histogram({
    name: 'paperagent_log_lag_seconds',
    help: 'From the append of an event to its being read for those who watch',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });

  return {
    request({ method, route, status, seconds }) {
      requests.observe({ method, route, status }, seconds);
    },
    logLag: (seconds) => lag.observe(seconds),
    observe(now) {
      const gauge = (name: string, help: string, read: (now: Readings) => number) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read(now()));
          },
        });
      const counter = (name: string, help: string, read: (now: Readings) => number) =>
        new Counter({
          name,
          help,
          registers,
          collect() {
            this.reset();
            this.inc(read(now()));
          },
        });
      gauge('paperagent_sockets', 'WebSockets that are open', ({ sockets }) => sockets);
      gauge('paperagent_viewers', 'Sockets and event streams that follow a Work', ({ viewers }) => viewers);
      counter('paperagent_log_reads_total', 'Reads of the log for those who watch', (n) => n.logReads);
      counter('paperagent_log_frames_total', 'Events that those reads gave', (n) => n.logFrames);
    },
    text: () => register.metrics(),
  };
}
