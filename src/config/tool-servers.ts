/** The file that MCP_SERVERS names: MCP servers for everybody, as other hosts' files have them (I6). */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { SERVER_NAME } from '../domain/offered-tools.ts';
import { MOST_OPERATOR_SERVERS, type OperatorToolServer } from '../domain/operator-tool-servers.ts';
import { ConfigError } from './environment.ts';

const names = z.array(z.string().min(1).max(128)).max(500).default([]);
const shared = { guests: z.boolean().default(false), block: names, ask: names };
const words = z.record(z.string(), z.string()).default({});

const address = z.object({
  ...shared,
  url: z.url({ protocol: /^https?$/ }),
  headers: words,
});
const command = z.object({
  ...shared,
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: words,
  cwd: z.string().refine(isAbsolute, 'must be an absolute path').optional(),
});

const file = z.object({
  mcpServers: z
    .record(
      z.string(),
      z.union([command, address], 'must have a "command", or a "url" that begins with http'),
    )
    .refine((all) => Object.keys(all).every((name) => SERVER_NAME.test(name)), {
      message: 'names must be up to 24 small letters, digits and hyphens, and begin with a letter',
    })
    .refine((all) => Object.keys(all).length <= MOST_OPERATOR_SERVERS, {
      message: `has more than ${MOST_OPERATOR_SERVERS} servers`,
    }),
});

/** undefined: there is no file. @throws ConfigError in one sentence about what is wrong in the file */
export function readOperatorToolServers(path: string | undefined): readonly OperatorToolServer[] | undefined {
  if (path === undefined) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(
      `MCP_SERVERS names a file that cannot be read as JSON: ${(error as Error).message}`,
    );
  }
  const parsed = file.safeParse(said);
  if (!parsed.success) {
    const { path: at = [], message } = parsed.error.issues[0] ?? {};
    throw new ConfigError(`MCP_SERVERS: in ${path}, ${at.join('.') || 'the file'} ${message}`);
  }
  return Object.freeze(
    Object.entries(parsed.data.mcpServers).map(([name, server]) => Object.freeze({ name, ...server })),
  );
}
