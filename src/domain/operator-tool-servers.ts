/** MCP servers that the operator sets up for everybody (I6, docs/tool-servers.md). */

/** Reached over Streamable HTTP, wherever the operator says. */
export interface OperatorAddress {
  url: string;
  /** Sent with each request. */
  headers: Readonly<Record<string, string>>;
}

/** Started by a worker, and spoken to over its standard input and output. */
export interface OperatorCommand {
  command: string;
  args: readonly string[];
  /** Added to the few variables that the command has besides. */
  env: Readonly<Record<string, string>>;
  /** Where it starts; undefined: where the worker did. */
  cwd?: string | undefined;
}

export type OperatorToolServer = (OperatorAddress | OperatorCommand) & {
  /** It stands in the names of its tools. */
  name: string;
  /** Whether guests' Works may call its tools, too. */
  guests: boolean;
  /** Names of its tools that no model is told of. */
  block: readonly string[];
  /** Those that a Work's person is asked about before each call. */
  ask: readonly string[];
};

/** Of one system. */
export const MOST_OPERATOR_SERVERS = 20;
