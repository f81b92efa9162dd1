/** The embedded Temporal: the CLI's dev server on a SQLite file, tuned as docs/architecture.md says. */
import type { ServerCommand } from './server-command.ts';
import { waitForHttp } from './wait-for-http.ts';

export interface TemporalOptions {
  /** Path of the `temporal` program. */
  binary: string;
  /** Absolute path of the SQLite file. */
  database: string;
  port: number;
  uiPort: number;
  namespace: string;
}

/** What the workflow list can be searched by (F17). A cluster of one's own needs the same three, as Keyword. */
export const SEARCH_ATTRIBUTES = ['PaperAgentWork', 'PaperAgentOwner', 'PaperAgentStatus'] as const;

/** The command that starts the server in the foreground, on loopback only (A11). */
export function temporalCommand(options: TemporalOptions): ServerCommand {
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--log-format', 'json'],
    ...['--port', String(options.port), '--ui-port', String(options.uiPort)],
    ...['--db-filename', options.database],
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    // By default each workflow or activity task waits up to 50 ms for its turn to be handed out.
    ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=1000'],
    ...['--dynamic-config-value', 'history.timerProcessorMaxPollRPS=1000'],
    // A worker that is suspended or cut off keeps its polls open, and each would be handed a task that nobody then
    // does. Its connection answers no ping: it is closed, and its polls with it, about when its lease is over.
    ...['--dynamic-config-value', 'frontend.keepAliveTime="2s"'],
    ...['--dynamic-config-value', 'frontend.keepAliveTimeout="3s"'],
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...(options.namespace === 'default' ? [] : ['--namespace', options.namespace]),
  ];
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env;
  return { command: options.binary, args, env: { PATH, HOME }, cwd: '/' };
}

/**
 * Waits until the embedded server answers for its namespace, by way of its own page: that needs no client.
 * @throws when `signal` is aborted, with its reason
 */
export async function waitForTemporal(
  { uiPort, namespace }: Pick<TemporalOptions, 'uiPort' | 'namespace'>,
  signal: AbortSignal,
): Promise<void> {
  const url = `http://127.0.0.1:${uiPort}/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  await waitForHttp(url, signal);
}
