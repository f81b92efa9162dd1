/** Hands on output whose pieces know their place: what was handed on before is skipped, what is missing is said. */
import type { OutputChunk, OutputProgress } from './types.ts';
import { wholeLines } from './whole-utf8.ts';

export interface OutputInOrder {
  add(stream: 'stdout' | 'stderr', offset: number, bytes: Buffer): Promise<void>;
  /** Hands on what waited for the rest of a character. */
  finish(): Promise<void>;
}

export function outputInOrder(
  progress: OutputProgress,
  onOutput: (chunk: OutputChunk) => Promise<void>,
): OutputInOrder {
  const waiting: Record<'stdout' | 'stderr', Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const at = { ...progress };

  async function hand(stream: 'stdout' | 'stderr', final: boolean) {
    for (const { text, bytes } of wholeLines(waiting[stream], final)) {
      waiting[stream] = waiting[stream].subarray(bytes);
      at[stream] += bytes;
      await onOutput({ stream, text, bytes: at[stream] });
    }
  }

  return {
    async add(stream, offset, bytes) {
      const next = at[stream] + waiting[stream].length;
      if (offset + bytes.length <= next) return;
      if (offset > next) {
        await hand(stream, true);
        const missing = `\n[${offset - next} bytes of output were lost while nobody was reading]\n`;
        at[stream] = offset;
        await onOutput({ stream, text: missing, bytes: offset });
        waiting[stream] = bytes;
      } else {
        waiting[stream] = Buffer.concat([waiting[stream], bytes.subarray(next - offset)]);
      }
      await hand(stream, false);
    },
    async finish() {
      await hand('stdout', true);
      await hand('stderr', true);
    },
  };
}
