/** A workspace file as a window of text, or as a sentence that says what it is (F6). */

import { readWindow, type Window } from '../../documents/line-window.ts';
import { openDecoder } from '../../documents/text-decoder.ts';
import { isUnusual, sayTextFacts, type TextFacts, textFactsOf } from '../../documents/text-facts.ts';
import { HEADER_BYTES, imageHeader } from '../../workspace/image-header.ts';
import { readableSize } from '../../workspace/tree.ts';
import type { Workspace } from '../../workspace/workspace.ts';

/** The text's window, or what the file is where it is none: images with their size in pixels. */
export async function readText(workspace: Workspace, path: string, window: Window): Promise<string> {
  const head = await workspace.read(path, { limit: HEADER_BYTES });
  const { size } = await workspace.stat(path);
  const described = describeImage(path, head, size);
  if (described !== null && !described.isText) return described.sentence;
  if (head.toString('latin1', 0, 5) === '{\\rtf') {
    return `${path} is a Rich Text document (RTF), which is not read here. Ask the person for it as .docx or PDF.`;
  }
  const facts = await textFactsOf(path, async () => (await workspace.openRead(path)).stream);
  if (facts === null) return describeBinary(path, head, size);

  const { stream } = await workspace.openRead(path);
  try {
    const text = await readWindow(decoded(stream, facts), window);
    const notes = [described?.sentence, isUnusual(facts) ? `(${sayTextFacts(facts)})` : undefined].filter(
      (note) => note !== undefined,
    );
    return [...notes, text].join('\n\n');
  } finally {
    stream.destroy();
  }
}

/** Invalid bytes become U+FFFD. */
async function* decoded(stream: AsyncIterable<Buffer>, facts: TextFacts): AsyncGenerator<string> {
  const decoder = openDecoder(facts.encoding.label);
  const shown = (text: string) => (facts.hasNulls ? text.replaceAll('\0', '') : text);
  for await (const bytes of stream) yield shown(decoder.write(bytes));
  yield shown(decoder.end());
}

/** An SVG is an image and a text; other images are described only. */
function describeImage(
  path: string,
  head: Buffer,
  size: number,
): { sentence: string; isText: boolean } | null {
  const image = imageHeader(head);
  if (image !== null) {
    const pixels =
      image.width === null || image.height === null ? '' : `, ${image.width} x ${image.height} pixels`;
    const sentence = `${path} is a valid ${image.format.toUpperCase()} image${pixels}, ${readableSize(size)}.`;
    return { sentence, isText: image.format === 'svg' };
  }
  if (!/\.(png|jpe?g|gif|webp|svg)$/i.test(path)) return null;
  return {
    sentence: `${path} is named like an image, but its content is no image that can be shown.`,
    isText: true,
  };
}

const BEGINNINGS: [beginning: string, what: string][] = [
  ['%PDF-', 'a PDF document'],
  ['PK\x03\x04', 'a ZIP archive, or a Word or Excel document'],
  ['\x1f\x8b', 'gzip data'],
  ['\xd0\xcf\x11\xe0', 'an old or encrypted Office document'],
  ['\x93NUMPY', 'a NumPy array'],
  ['\x89HDF', 'an HDF5 file'],
  ['PAR1', 'a Parquet file'],
  ['SQLite format 3', 'an SQLite database'],
  ['\x7fELF', 'a program'],
];

function describeBinary(path: string, head: Buffer, size: number): string {
  const start = head.toString('latin1', 0, 16);
  const kind = BEGINNINGS.find(([beginning]) => start.startsWith(beginning))?.[1];
  const what = kind === undefined ? 'no text' : `no text but ${kind}`;
  const named = /\.(png|jpe?g|gif|webp|svg)$/i.test(path) ? ' It is named like an image, but is none.' : '';
  return `${path} is ${what} (${readableSize(size)}), so it is not shown.${named}`;
}
