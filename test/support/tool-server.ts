/** MCP servers for tests: one that does what it is told, well or badly, over plain HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RpcRequest {
  id?: number | string;
  method: string;
  params?: { name?: string; arguments?: Record<string, unknown> };
}

export interface ScriptedToolServer {
  url: string;
  port: number;
  /** Calls of its tools, in the order in which they came. */
  calls: NonNullable<RpcRequest['params']>[];
  authorizations: (string | undefined)[];
  /** Of the header `x-api-key`. */
  keys: (string | string[] | undefined)[];
  /** What it offers from now on. */
  offer(tools: object[]): void;
  /** How calls are answered from now on; `answer` gives a result. */
  onCall(how: (call: RpcRequest, answer: (result: object) => void, response: ServerResponse) => void): void;
  close(): Promise<void>;
}

export async function startScriptedToolServer(): Promise<ScriptedToolServer> {
  let offered: object[] = [];
  let how: Parameters<ScriptedToolServer['onCall']>[0] = (_, answer) =>
    answer({ content: [{ type: 'text', text: 'done' }] });
  const calls: NonNullable<RpcRequest['params']>[] = [];
  const authorizations: (string | undefined)[] = [];
  const keys: ScriptedToolServer['keys'] = [];
  const server = createServer(async (request, response) => {
    const rpc = await requestOf(request);
    if (rpc === undefined) return void response.writeHead(405).end();
    if (rpc.id === undefined) return void response.writeHead(202).end();
    const answer = (result: object) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: rpc.id, result }));
    };
    switch (rpc.method) {
      case 'initialize':
        authorizations.push(request.headers.authorization);
        keys.push(request.headers['x-api-key']);
        return answer({
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'scripted', version: '1' },
        });
      case 'tools/list':
        return answer({ tools: offered });
      case 'tools/call':
        calls.push(rpc.params ?? {});
        return how(rpc, answer, response);
      default:
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ jsonrpc: '2.0', id: rpc.id, error: { code: -32601, message: 'no such method' } }),
        );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    calls,
    authorizations,
    keys,
    offer(tools) {
      offered = tools;
    },
    onCall(next) {
      how = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function requestOf(request: IncomingMessage): Promise<RpcRequest | undefined> {
  if (request.method !== 'POST') return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}
