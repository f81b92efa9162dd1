/** Reads what relay.py writes to a container's log (see sandbox/relay.py for the frames). */

export interface RelayEnding {
  code: number;
  reason: 'exited' | 'timed_out' | 'out_of_memory' | 'output_limit' | 'stopped';
  durationMs: number;
  peakBytes: number | null;
}

export type Frame =
  | { kind: 'output'; stream: 'stdout' | 'stderr'; offset: number; bytes: Buffer }
  | { kind: 'end'; ending: RelayEnding }
  /** No frame: something that the relay did not mean to print, such as its own traceback. */
  | { kind: 'other'; line: string };

const REASONS = ['exited', 'timed_out', 'out_of_memory', 'output_limit', 'stopped'];

/** A program in the sandbox may have written the line: it can say wrong things, but must not break the reader. */
export function parseFrame(line: string): Frame {
  const output = /^([oe]) (\d{1,15}) ([A-Za-z0-9+/=]+)$/.exec(line);
  if (output) {
    const [, letter, offset, base64] = output as unknown as [string, string, string, string];
    return {
      kind: 'output',
      stream: letter === 'o' ? 'stdout' : 'stderr',
      offset: Number(offset),
      bytes: Buffer.from(base64, 'base64'),
    };
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

/** Splits the engine's log stream, whose pieces have 8 bytes of head each (stream, length), into lines. */
export async function* logLines(log: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let raw: Buffer = Buffer.alloc(0);
  const texts = new Map<number, Buffer>();
  for await (const piece of log) {
    raw = raw.length === 0 ? piece : Buffer.concat([raw, piece]);
    for (;;) {
      const length = raw.length >= 8 ? raw.readUInt32BE(4) : Number.POSITIVE_INFINITY;
      if (raw.length < 8 + length) break;
      const stream = raw[0] as number;
      let text = Buffer.concat([texts.get(stream) ?? Buffer.alloc(0), raw.subarray(8, 8 + length)]);
      raw = raw.subarray(8 + length);
      for (let end = text.indexOf(10); end !== -1; end = text.indexOf(10)) {
        yield text.toString('utf8', 0, end);
        text = text.subarray(end + 1);
      }
      texts.set(stream, text);
    }
  }
  for (const rest of texts.values()) if (rest.length > 0) yield rest.toString('utf8');
}
