/** The embedded Temporal: the CLI's dev server on a SQLite file, tuned as docs/architecture.md says. */
import { Connection } from '@temporalio/client';
import type { ServerCommand } from './server-command.ts';

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
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...(options.namespace === 'default' ? [] : ['--namespace', options.namespace]),
  ];
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env;
  return { command: options.binary, args, env: { PATH, HOME } };
}

/**
 * Waits until the server answers for its namespace.
 * @throws when `signal` is aborted, with its reason
 */
export async function waitForTemporal(
  address: string,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await answers(address, namespace)) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

async function answers(address: string, namespace: string): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: 1_000 });
  try {
    await connection.withDeadline(Date.now() + 1_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    return false; // not yet, or no such namespace yet
  } finally {
    await connection.close();
  }
}
