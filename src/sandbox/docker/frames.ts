/** Reads what relay.py writes to a container's log (see sandbox/relay.py for the frames). */

export interface RelayEnding {
  code: number;
  reason: 'exited' | 'timed_out' | 'out_of_memory' | 'output_limit' | 'stopped';
  durationMs: number;
  peakBytes: number | null;
}

export type Frame =
  | { kind: 'output'; stream: 'stdout' | 'stderr'; offset: number; bytes: Buffer }
  | { kind: 'told'; offset: number; bytes: Buffer }
  | { kind: 'end'; ending: RelayEnding }
  /** No frame: something that the relay did not mean to print, such as its own traceback. */
  | { kind: 'other'; line: string };

const REASONS = ['exited', 'timed_out', 'out_of_memory', 'output_limit', 'stopped'];

/** A program in the sandbox may have written the line: it can say wrong things, but must not break the reader. */
export function parseFrame(line: string): Frame {
  const output = /^([oet]) (\d{1,15}) ([A-Za-z0-9+/=]+)$/.exec(line);
  if (output) {
    const [, letter, offset, base64] = output as unknown as [string, string, string, string];
    const piece = { offset: Number(offset), bytes: Buffer.from(base64, 'base64') };
    if (letter === 't') return { kind: 'told', ...piece };
    return { kind: 'output', stream: letter === 'o' ? 'stdout' : 'stderr', ...piece };
  }
  const ending = line.startsWith('x ') ? parseEnding(line.slice(2)) : null;
  return ending ? { kind: 'end', ending } : { kind: 'other', line };
}

function parseEnding(text: string): RelayEnding | null {
  try {
    const { code, reason, durationMs, peakBytes } = JSON.parse(text) as Record<string, unknown>;
    if (!Number.isInteger(code) || !Number.isFinite(durationMs) || !REASONS.includes(reason as string))
      return null;
    return {
      code: code as number,
      reason: reason as RelayEnding['reason'],
      durationMs: durationMs as number,
      peakBytes: Number.isInteger(peakBytes) ? (peakBytes as number) : null,
    };
  } catch {
    return null;
  }
}

/** Twice what a frame's line is at most: a longer one is none of the relay's, and is not kept. */
const MAX_LINE_BYTES = 32 * 1024;
/** Of each piece of a log: the stream it is of, and its length. */
const HEAD_BYTES = 8;

/** A line of which no end has come yet. Past MAX_LINE_BYTES only its length goes on. */
interface Unfinished {
  bytes: Buffer;
  length: number;
}

function unfinished(): Unfinished {
  return { bytes: Buffer.allocUnsafe(MAX_LINE_BYTES), length: 0 };
}

/**
 * Splits the engine's log stream, whose pieces have a head each, into lines; longer ones than any frame are left out.
 * @param onBytes told how much came, as it comes: whoever finds the way past the relay may write without end
 */
export async function* logLines(
  log: AsyncIterable<Buffer>,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<string> {
  const lines = new Map<number, Unfinished>();
  const head = Buffer.alloc(HEAD_BYTES);
  let headBytes = 0;
  let left = 0;
  for await (const piece of log) {
    onBytes(piece.length);
    for (let at = 0; at < piece.length; ) {
      if (left > 0) {
        const part = piece.subarray(at, at + left);
        const stream = head[0] as number;
        const line = lines.get(stream) ?? unfinished();
        lines.set(stream, line);
        yield* linesIn(part, line);
        at += part.length;
        left -= part.length;
      } else {
        const copied = piece.copy(head, headBytes, at);
        at += copied;
        headBytes += copied;
        if (headBytes < HEAD_BYTES) continue;
        headBytes = 0;
        left = head.readUInt32BE(4);
      }
    }
  }
  for (const line of lines.values()) if (line.length > 0) yield* finished(line);
}

/** The lines that end in `part`; what comes after the last of them is kept in `line`. */
function* linesIn(part: Buffer, line: Unfinished): Generator<string> {
  for (let from = 0; from < part.length; ) {
    const end = part.indexOf(10, from);
    const piece = part.subarray(from, end === -1 ? part.length : end);
    if (line.length + piece.length <= MAX_LINE_BYTES) piece.copy(line.bytes, line.length);
    line.length += piece.length;
    if (end === -1) return;
    yield* finished(line);
    line.length = 0;
    from = end + 1;
  }
}

function* finished({ bytes, length }: Unfinished): Generator<string> {
  if (length <= MAX_LINE_BYTES) yield bytes.toString('utf8', 0, length);
}
