/**
 * How MCP servers are asked (I6): each question over a connection of its own, for any worker may make the next call, bounded
 * in time and bytes. Whatever a server does wrong is one sentence.
 */
import { Client, type Transport } from '@modelcontextprotocol/client';
import type { ListedTool } from '../domain/offered-tools.ts';
import type { OperatorAddress, OperatorCommand } from '../domain/operator-tool-servers.ts';
import type { AllowHost } from '../network/address-guard.ts';
import { createFairGate, type Person } from '../threads/fair-gate.ts';
import { type CommandTransport, createCommandTransport } from './command-transport.ts';
import { createHttpTransports } from './http-transport.ts';
import { listAside, MOST_LISTED } from './list-aside.ts';
import type { CallResult } from './result-text.ts';
import { sentenceOf, ToolServerError } from './server-error.ts';

/** A person's. */
export interface ToolServer {
  url: string;
  /** Sent as a bearer token; empty: none. */
  token: string;
}

export type AnyToolServer = ToolServer | OperatorAddress | OperatorCommand;

export interface ToolServerConnection {
  /** @throws ToolServerError for an address of a person's that nothing is sent to, whatever it is */
  mustBeAllowed(address: string): void;
  /** Its tools, no more than are ever looked at, as it lists them. @throws ToolServerError, or the signal's reason */
  list(server: AnyToolServer, signal?: AbortSignal): Promise<ListedTool[]>;
  /** @param person whose Work calls. @throws ToolServerError, or the signal's reason */
  call(
    server: AnyToolServer,
    tool: string,
    given: Record<string, unknown>,
    signal: AbortSignal,
    person?: Person,
  ): Promise<CallResult>;
  /** Ends what commands are left. */
  close(): Promise<void>;
}

export interface ToolServerOptions {
  /** Hosts that the operator allows although they are not public. */
  allowHost: AllowHost;
  /** Milliseconds for a list, for one of a command, which may be fetched first, and for a call. */
  timeouts?: { list: number; command: number; call: number };
  /** Told what a command of the operator's wrote to its error output where it failed, and of one that may not be killed. */
  onComplaint?: (command: string, said: string) => void;
}

/** A list may come in pages without end. */
const MOST_PAGES = 10;
/** Processes of the operator's commands at a time in this process: some 50 MB each. */
const MOST_COMMANDS = 8;
/** For whom servers are listed. */
const OPERATOR: Person = { id: 'operator', guest: false };

export function createToolServerConnection({
  allowHost,
  timeouts = { list: 15_000, command: 60_000, call: 120_000 },
  onComplaint = () => {},
}: ToolServerOptions): ToolServerConnection {
  const http = createHttpTransports({ allowHost });
  const gate = createFairGate({
    ...{ places: MOST_COMMANDS, placesForGuests: MOST_COMMANDS / 2, placesOf: () => MOST_COMMANDS / 2 },
  });
  const commands = new Set<CommandTransport>();

  /** A command's place is held until nothing of it is left. */
  async function started(
    server: OperatorCommand,
    ms: number,
    signal: AbortSignal | undefined,
    person: Person,
  ) {
    const late = AbortSignal.timeout(ms);
    const place = await gate.enter(person, AbortSignal.any([late, ...listOf(signal)])).catch((error) => {
      if (!late.aborted) throw error;
      throw new ToolServerError(
        `Too many servers' commands ran at once: none could be started within ${ms / 1000} s.`,
      );
    });
    const transport = createCommandTransport(server, (said) => onComplaint(server.command, said));
    commands.add(transport);
    void transport.ended.then(() => {
      commands.delete(transport);
      place[Symbol.dispose]();
    });
    return transport;
  }

  async function asked<T>(
    server: AnyToolServer,
    ms: number,
    signal: AbortSignal | undefined,
    person: Person,
    ask: (
      client: Client,
      transport: Transport,
      options: { signal: AbortSignal; timeout: number },
    ) => Promise<T>,
  ): Promise<T> {
    const command = 'command' in server ? await started(server, ms, signal, person) : undefined;
    const ending = new AbortController();
    const late = AbortSignal.timeout(ms);
    const until = AbortSignal.any([late, ending.signal, ...listOf(signal)]);
    let refusal: unknown;
    const client = new Client({ name: 'PaperAgent', version: '1' });
    const transport = command ?? http.open(httpServer(server as ToolServer | OperatorAddress), until);
    transport.onerror = (error) => {
      refusal ??= error;
    };
    const options = { signal: until, timeout: ms };
    const given = Promise.withResolvers<never>();
    until.addEventListener('abort', () => given.reject(until.reason), { once: true });
    try {
      return await Promise.race([
        given.promise,
        (async () => {
          await client.connect(transport, options);
          return await ask(client, transport, options);
        })(),
      ]);
    } catch (error) {
      signal?.throwIfAborted();
      if (command !== undefined) onComplaint((server as OperatorCommand).command, command.complaint());
      if (late.aborted) throw new ToolServerError(`It did not answer within ${ms / 1000} s.`);
      throw sentenceOf(error, refusal);
    } finally {
      given.promise.catch(() => {});
      ending.abort();
      await client.close().catch(() => {});
      await transport.close().catch(() => {});
    }
  }

  return {
    mustBeAllowed: http.mustBeAllowed,
    list: (server, signal) =>
      asked(
        server,
        'command' in server ? timeouts.command : timeouts.list,
        signal,
        OPERATOR,
        async (client, transport, options) => {
          const aside = listAside(transport);
          let cursor: string | undefined;
          for (let page = 0; page < MOST_PAGES && aside.length < MOST_LISTED; page += 1) {
            // Not by listTools, which would compile each schema of an answer.
            const answer = await client.request(
              { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
              options,
            );
            cursor = answer.nextCursor;
            if (cursor === undefined) break;
          }
          return aside;
        },
      ),
    call: (server, tool, given, signal, person = OPERATOR) =>
      asked(
        ...([server, timeouts.call, signal, person] as const),
        async (client, _, options) =>
          (await client.request(
            { method: 'tools/call', params: { name: tool, arguments: given } },
            options,
          )) as CallResult,
      ),
    async close() {
      http.close();
      await Promise.all([...commands].map((one) => one.close().then(() => one.ended)));
    },
  };
}

function listOf(signal: AbortSignal | undefined): AbortSignal[] {
  return signal === undefined ? [] : [signal];
}

function httpServer(server: ToolServer | OperatorAddress) {
  if ('headers' in server) return { ...server, guarded: false };
  const { url, token } = server;
  return { url, headers: token === '' ? {} : { authorization: `Bearer ${token}` }, guarded: true };
}
