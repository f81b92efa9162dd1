/** What a file is to hold, and what the model is told; or why it stays as it is. */
export type Planned = { ok: true; content: string | Buffer; result: string } | { ok: false; result: string };
