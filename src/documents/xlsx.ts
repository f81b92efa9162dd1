/** Excel workbooks to text: each sheet as tab-separated lines under its name. */
import readWorkbook from 'read-excel-file/node';
import type { Converted } from './convert.ts';
import { packStored, unpack } from './zip.ts';

const MOST_UNPACKED = 64 * 1024 ** 2;
/** Text that is taken from a workbook at most. */
const MOST_CHARACTERS = 8_000_000;

/** @throws BadArchive, or what the library throws for a damaged workbook */
export async function xlsxToText(bytes: Buffer): Promise<Converted> {
  // The library gets an archive that needs no inflating: what it can be made to hold is bounded.
  const parts = unpack(bytes, (name) => /\.(xml|rels)$/i.test(name), MOST_UNPACKED);
  const sheets = await readWorkbook(packStored(parts));
  const lines: string[] = [];
  let size = 0;
  for (const { sheet, data } of sheets) {
    const columns = data.reduce((most, row) => Math.max(most, row.length), 0);
    lines.push(`--- sheet "${sheet}": ${data.length} rows, ${columns} columns ---`);
    for (const row of data) {
      const line = row.map(cell).join('\t');
      size += line.length;
      if (size > MOST_CHARACTERS)
        return { ok: true, text: `${lines.join('\n')}\n[cut here: the workbook goes on]` };
      lines.push(line);
    }
  }
  return { ok: true, text: lines.join('\n') };
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  return String(value).replace(/[\t\r\n]+/g, ' ');
}
