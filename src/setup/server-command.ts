/** How to start a server process in the foreground. */
export interface ServerCommand {
  command: string;
  args: string[];
  /** The whole environment that it gets. */
  env: Record<string, string>;
  cwd: string;
  uid?: number;
  gid?: number;
}
