/** The REST calls about the servers whose tools a person connects (docs/tool-servers.md). */
import type { z } from 'zod';
import type { newToolServer, toolServer, toolServers } from '../../../src/protocol/tool-servers.ts';
import type { Http } from './http.ts';

export type ToolServer = z.infer<typeof toolServer>;

export type ToolServers = z.infer<typeof toolServers>;

export function listToolServers(http: Http): Promise<ToolServers> {
  return http.json('GET', '/api/tool-servers');
}

export function addToolServer(http: Http, server: z.input<typeof newToolServer>): Promise<ToolServer> {
  return http.json('POST', '/api/tool-servers', server);
}

export function refreshToolServer(http: Http, id: string): Promise<ToolServer> {
  return http.json('POST', `/api/tool-servers/${id}/refresh`);
}

/** Which of its tools are told of to no model, or asked about before each call. */
export function decideTools(
  http: Http,
  id: string,
  decided: { blocked: string[] } | { asked: string[] },
): Promise<ToolServer> {
  return http.json('PATCH', `/api/tool-servers/${id}`, decided);
}

export function removeToolServer(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/tool-servers/${id}`);
}
