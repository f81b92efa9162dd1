/** Word documents to Markdown-like text: headings, lists, tables, footnotes and equations keep their form (W9). */
import mammoth from 'mammoth';
import { equationsAsText } from './equations.ts';
import { htmlToText } from './html-to-text.ts';
import type { Text } from './types.ts';
import { packStored, unpack } from './zip.ts';

const MOST_UNPACKED = 64 * 1024 ** 2;

/** @throws BadArchive, or what mammoth throws for a damaged document */
export async function docxToText(bytes: Buffer): Promise<Text> {
  // mammoth gets an archive that needs no inflating, with the images left out: what it can be made to hold is bounded.
  const parts = unpack(bytes, (name) => /\.(xml|rels)$/i.test(name), MOST_UNPACKED);
  for (const [name, content] of parts) {
    if (!/^word\/(?:document|footnotes|endnotes)\w*\.xml$/i.test(name)) continue;
    parts.set(name, Buffer.from(equationsAsText(content.toString('utf8'))));
  }
  const convertImage = mammoth.images.imgElement(async () => ({ src: '' }));
  const { value } = await mammoth.convertToHtml({ buffer: packStored(parts) }, { convertImage });
  const text = htmlToText(value);
  return text === '' ? { problem: 'this Word document has no text in it.' } : { chunks: [text] };
}
