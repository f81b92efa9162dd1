/**
 * Looks at the operator's MCP servers (I6): once a process, for what a server says anew of its tools reaches no model before the
 * operator has started a worker again. One that does not answer keeps what it offered, and is asked again.
 */
import type { Database } from '../db/database.ts';
import { forgetOperatorServersBut, keepOperatorServer } from '../db/tool-servers.ts';
import { type ListedTool, offeredOf } from '../domain/offered-tools.ts';
import type { OperatorToolServer } from '../domain/operator-tool-servers.ts';
import type { Job } from './job.ts';

export interface OperatorToolServersDependencies {
  db: Database;
  operatorToolServers: readonly OperatorToolServer[];
  listTools: (server: OperatorToolServer) => Promise<ListedTool[]>;
  log: { warn(fields: object, message: string): void };
}

export function operatorToolServersJob(deps: OperatorToolServersDependencies): Job {
  const { db, operatorToolServers: servers, listTools, log } = deps;
  const looked = new Set<string>();
  let forgotten = false;

  async function look(server: OperatorToolServer): Promise<void> {
    const { name, guests, block, ask } = server;
    let listed: ListedTool[];
    try {
      listed = await listTools(server);
    } catch (err) {
      log.warn(
        { server: name, err },
        'an MCP server of MCP_SERVERS gave no list of tools; it is asked again',
      );
      return;
    }
    const { tools, leftOut } = offeredOf(name, listed);
    await keepOperatorServer(db, {
      ...{ name, guests, leftOut, asked: [...ask] },
      tools: tools.filter(({ tool }) => !block.includes(tool)),
    });
    looked.add(name);
  }

  return {
    name: 'operator tool servers',
    everyMs: 30_000,
    atStart: true,
    async run() {
      if (!forgotten) {
        await forgetOperatorServersBut(
          db,
          servers.map(({ name }) => name),
        );
        forgotten = true;
      }
      await Promise.all(servers.filter(({ name }) => !looked.has(name)).map(look));
    },
  };
}
