/** Streams over HTTP as their clients read them: the moment at which a piece came, before it was looked at. */

export interface Piece {
  /** `performance.now()` of this process. */
  at: number;
  text: string;
}

/** The pieces of a stream's body, until it ends or is left. @throws where the answer is not a success */
export async function* piecesOf(response: Response): AsyncGenerator<Piece> {
  if (!response.ok || response.body === null)
    throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    const at = performance.now();
    yield { at, text: decoder.decode(bytes as Uint8Array, { stream: true }) };
  }
}
