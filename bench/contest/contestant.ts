/** What B14 asks of whoever takes part: the same turns, seen by the clock of this process. */

/** What a person sees of an answer while it comes. */
export interface Watcher {
  /** A piece of text, and when it arrived. */
  onText(text: string, at: number): void;
  /** What has been shown of the newest answer is void; it comes anew. */
  onRestart(): void;
}

export interface TurnSeen {
  sentAt: number;
  /** Undefined where the turn was lost: nothing more of it can be had. */
  completedAt: number | undefined;
}

export interface Stored {
  items: number;
  unit: string;
  bytes: number;
}

export interface Contestant {
  /** With its version, as the table names it. */
  name: string;
  /** The name of the tool that does nothing. */
  tool: string;
  /** Makes a new conversation and gives its id, before anything is measured. */
  open(): Promise<string>;
  /** One turn of an open conversation, to its end, over whatever breaks meanwhile. */
  turn(chat: string, text: string, watcher: Watcher): Promise<TurnSeen>;
  /** The processes that serve its turns, its own servers among them; what those have started goes with them. */
  pids(): readonly number[];
  /** kill -9 of the process that runs turns; whoever watches over it starts it again at once. */
  kill(): Promise<void>;
  /** Resolves when what was killed runs again. */
  recovered(): Promise<void>;
  /** What the turns of this conversation left in the store; undefined where that cannot be told. */
  stored(chat: string): Promise<Stored | undefined>;
  stop(): Promise<void>;
}
