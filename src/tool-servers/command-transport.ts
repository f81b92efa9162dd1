/**
 * An MCP server that is a command of the operator's (I6): a process of its own for each question, in a process group of its
 * own, which is killed whole when the question is over, or when this process dies, however it does. The client's own
 * transport leaves children of the command, and what hangs, to themselves.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import { getDefaultEnvironment } from '@modelcontextprotocol/client/stdio';
import type { OperatorCommand } from '../domain/operator-tool-servers.ts';
import { MOST_ANSWER_BYTES, TOO_LARGE, ToolServerError } from './server-error.ts';

/**
 * What stands beside the command waits for the end of descriptor 3, whose other end this process holds, and kills the
 * group. The command itself is the process that was started, without that descriptor.
 */
const GUARDED = '{ read _; kill -KILL 0; } <&3 3<&- >/dev/null 2>&1 & exec "$@" 3<&-';
/** For a command that ends by itself once nobody speaks to it any more. */
const GRACE_MS = 500;
const MOST_COMPLAINT_CHARACTERS = 2_000;

export interface CommandTransport extends Transport {
  /** What the process wrote to its error output last: for the operator's log alone. */
  complaint(): string;
  /** Once nothing of its group is left that has not been killed, or could be; also where it was never started. */
  ended: Promise<void>;
}

/** @param onTrouble told where the system does not let this process kill what it has started */
export function createCommandTransport(
  server: OperatorCommand,
  onTrouble: (said: string) => void = () => {},
): CommandTransport {
  const buffer = new ReadBuffer({ maxBufferSize: MOST_ANSWER_BYTES });
  const over = Promise.withResolvers<void>();
  let child: Started | undefined;
  let said = '';
  let closing = false;

  const transport: CommandTransport = {
    ended: over.promise,
    complaint: () => said,
    start: () =>
      new Promise((resolve, reject) => {
        const notStarted = (error: unknown) => {
          over.resolve();
          reject(new ToolServerError(`It could not be started (${(error as NodeJS.ErrnoException).code}).`));
        };
        if (closing) return reject(new ToolServerError('It was closed before it was started.'));
        const started = spawned(server, notStarted);
        if (started === undefined) return;
        child = started;
        const [input, output, errors, lifeline] = started.stdio;
        // A pipe that breaks is a process that ends: how, its exit says.
        for (const stream of [input, output, errors, lifeline]) stream.on('error', () => {});
        lifeline.resume();
        started.on('spawn', resolve);
        started.on('exit', (code, signal) => {
          // What it has started itself, and what stands beside it, ends with it.
          kill(started);
          lifeline.destroy();
          over.resolve();
          transport.onerror?.(new ToolServerError(endOf(code, signal)));
        });
        started.on('close', () => transport.onclose?.());
        output.on('data', (chunk: Buffer) => read(chunk));
        errors.on('data', (chunk: Buffer) => {
          said = (said + chunk.toString()).slice(-MOST_COMPLAINT_CHARACTERS);
        });
      }),
    async send(message) {
      if (!child?.stdin.writable) throw new ToolServerError('Its process has ended.');
      if (!child.stdin.write(serializeMessage(message)))
        await new Promise<void>((resolve) => {
          child?.stdin.once('drain', resolve).once('close', resolve);
        });
    },
    async close() {
      if (closing) return;
      closing = true;
      if (child === undefined) return over.resolve();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.end();
      const late = setTimeout(kill, GRACE_MS, child);
      child.once('exit', () => clearTimeout(late));
    },
  };
  return transport;

  function read(chunk: Buffer): void {
    try {
      buffer.append(chunk);
    } catch {
      transport.onerror?.(new ToolServerError(TOO_LARGE));
      if (child !== undefined) kill(child);
      return;
    }
    for (;;) {
      let message: JSONRPCMessage | null;
      try {
        message = buffer.readMessage();
      } catch (error) {
        transport.onerror?.(error as Error);
        continue;
      }
      if (message === null) return;
      try {
        transport.onmessage?.(message);
      } catch (error) {
        // Thrown on, it would end this process: nobody stands above a pipe's listener.
        transport.onerror?.(error as Error);
      }
    }
  }

  function kill(started: Started): void {
    try {
      killGroup(started);
    } catch (error) {
      // What runs with other rights: what stands beside it may still end what it can, and nothing waits for the rest.
      onTrouble(`It could not be killed (${(error as NodeJS.ErrnoException).code}).`);
      started.stdio[3].destroy();
      over.resolve();
    }
  }
}

/** A process with its pipes. */
type Started = Omit<ChildProcess, 'stdin' | 'stdio'> & {
  stdin: Writable;
  stdio: [Writable, Readable, Readable, Duplex];
};

/** undefined: there is none. An error of the start is told to `notStarted`, whether it is thrown or comes later. */
function spawned(server: OperatorCommand, notStarted: (error: unknown) => void): Started | undefined {
  try {
    const child = spawn('/bin/sh', ['-c', GUARDED, 'sh', server.command, ...server.args], {
      env: { ...getDefaultEnvironment(), ...server.env },
      ...(server.cwd === undefined ? {} : { cwd: server.cwd }),
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    child.on('error', notStarted);
    // Without descriptors left, it has no pipes, whatever its type says, and its error comes later.
    return (child.stdio as unknown) === undefined ? undefined : (child as unknown as Started);
  } catch (error) {
    notStarted(error);
    return undefined;
  }
}

/** What a shell ends with where there is no such command. */
const NOT_FOUND = 127;

function endOf(code: number | null, signal: string | null): string {
  if (code === NOT_FOUND) return 'Its command was not found.';
  return `Its process ended ${code === null ? `by ${signal}` : `with code ${code}`}.`;
}

function killGroup({ pid }: Pick<ChildProcess, 'pid'>): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nothing of it is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
