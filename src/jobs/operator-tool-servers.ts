/**
 * Looks at the operator's MCP servers (I6): once a process, for what a server says anew of its tools reaches no model before the
 * operator has started a worker again. One that does not answer keeps what it offered, and is asked again. What the operator
 * says of them holds before any is asked.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import {
  forgetOperatorServersBut,
  keepOperatorServer,
  missingOperatorServers,
  type OperatorServerWord,
  settleOperatorServers,
} from '../db/operator-tool-servers.ts';
import { type ListedTool, offeredOf } from '../domain/offered-tools.ts';
import type { OperatorToolServer } from '../domain/operator-tool-servers.ts';
import type { Job } from './job.ts';

export interface OperatorToolServersDependencies {
  db: Database;
  /** undefined: this worker has no file of them, and leaves alone what others' files say. */
  operatorToolServers: readonly OperatorToolServer[] | undefined;
  listTools: (server: OperatorToolServer) => Promise<ListedTool[]>;
  log: { warn(fields: object, message: string): void };
}

export function operatorToolServersJob(deps: OperatorToolServersDependencies): Job {
  const { db, operatorToolServers: servers, listTools, log } = deps;
  const found = new Map<string, ReturnType<typeof offeredOf>>();
  let settled = false;

  async function look(server: OperatorToolServer): Promise<void> {
    const { name } = server;
    try {
      found.set(name, offeredOf(name, await listTools(server)));
    } catch (err) {
      log.warn(
        { server: name, err },
        'an MCP server of MCP_SERVERS gave no list of tools; it is asked again',
      );
      return;
    }
    await keep(server);
  }

  async function keep(server: OperatorToolServer): Promise<void> {
    const { name } = server;
    const offered = found.get(name);
    if (offered !== undefined) await keepOperatorServer(db, { name, source: sourceOf(server), ...offered });
  }

  return {
    name: 'operator tool servers',
    everyMs: 30_000,
    atStart: true,
    async run() {
      if (servers === undefined) return;
      const names = servers.map(({ name }) => name);
      // Each time: a worker that had another file may have put its own back before it ended.
      await forgetOperatorServersBut(db, names);
      const missing = settled ? await missingOperatorServers(db, names) : names;
      const absent = servers.filter(({ name }) => missing.includes(name));
      await settleOperatorServers(db, absent.map(wordOf));
      settled = true;
      await Promise.all(absent.map(keep));
      await Promise.all(servers.filter(({ name }) => !found.has(name)).map(look));
    },
  };
}

function wordOf(server: OperatorToolServer): OperatorServerWord {
  const { name, guests, ask, block } = server;
  return { name, guests, asked: [...ask], blocked: [...block], source: sourceOf(server) };
}

/** Stands for where a server is, which may be a secret. */
function sourceOf(server: OperatorToolServer): string {
  const where = 'url' in server ? [server.url] : [server.command, server.args, server.cwd];
  return createHash('sha256').update(JSON.stringify(where)).digest('hex');
}
