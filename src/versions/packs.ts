/**
 * Small contents that are kept at one time lie together in one file (T4): to make a file, and to make it durable, costs
 * more than to write what is in it, and a run may leave thousands.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Blob } from '../db/versions.ts';
import { codeOf } from '../system-error.ts';
import { type OpenFile, pieces } from '../workspace/regular-file.ts';
import { encoded } from './encodings.ts';
import { placeOf, writeInPlace } from './store-files.ts';

/** Up to this size a content is packed. */
export const PACKED_BYTES = 32 * 1024;
/** A pack that has grown to this is written, and the next one begins. */
const PACK_BYTES = 4 * 1024 ** 2;

export interface Packing {
  /** Takes what an open file holds; null where the file changed while it was read. On the disk after `end`. */
  take(file: OpenFile): Promise<Blob | null>;
  /** Writes what is not written yet: all is durable then, but for packs that had no room, whose ids it gives. */
  end(): Promise<ReadonlySet<string>>;
}

/** @param hasRoom whether so many bytes more may be written */
export function createPacking(folder: string, hasRoom: (bytes: number) => Promise<boolean>): Packing {
  const lost = new Set<string>();
  let pack = newPack();

  async function write({ file, parts, size }: ReturnType<typeof newPack>): Promise<void> {
    try {
      if (!(await hasRoom(size))) lost.add(file);
      else
        await writeInPlace(folder, file, async (target) => {
          await target.writeFile(Buffer.concat(parts, size));
          return placeOf(folder, { sha256: '', file, at: 0 });
        });
    } catch (error) {
      if (codeOf(error) !== 'ENOSPC' && codeOf(error) !== 'EDQUOT') throw error;
      lost.add(file);
    }
  }

  return {
    async take(source) {
      const bytes = await readUnchanged(source);
      if (bytes === null) return null;
      const { encoding, stored } = encoded(bytes);
      const into = pack;
      const at = into.size;
      into.parts.push(stored);
      into.size += stored.length;
      if (into.size >= PACK_BYTES) {
        pack = newPack();
        await write(into);
      }
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { sha256, size: bytes.length, stored: stored.length, file: into.file, at, encoding };
    },
    async end() {
      if (pack.parts.length > 0) await write(pack);
      return lost;
    },
  };
}

function newPack() {
  return { file: randomUUID() as string, parts: [] as Buffer[], size: 0 };
}

async function readUnchanged({ handle, stats }: OpenFile): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  for await (const piece of pieces(handle, 0, Number(stats.size))) parts.push(piece);
  const bytes = Buffer.concat(parts);
  const now = await handle.stat({ bigint: true });
  const isSame = now.size === stats.size && now.mtimeNs === stats.mtimeNs && now.ctimeNs === stats.ctimeNs;
  return isSame && bytes.length === Number(stats.size) ? bytes : null;
}
