/** The thread in which one file becomes text or a preview (see convert.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import { type DocumentKind, kindOfDocument } from './kind.ts';
import { readWindow, type Window } from './line-window.ts';
import type { Ask, Converted, Text } from './types.ts';
import { BadArchive, listArchive } from './zip.ts';

const { document, ask } = workerData as { document: Uint8Array; ask: Ask };

/** Only the parser that is needed is loaded. */
async function textOf(kind: DocumentKind, bytes: Buffer): Promise<Text> {
  switch (kind) {
    case 'pdf':
      return (await import('./pdf.ts')).pdfToText(bytes);
    case 'docx':
      return (await import('./docx.ts')).docxToText(bytes);
    case 'workbook':
    case 'old-workbook':
      return (await import('./workbook.ts')).workbookToText(bytes, kind === 'workbook');
    case 'slides':
      return (await import('./slides-and-text.ts')).slidesToText(bytes);
    case 'open-text':
      return (await import('./slides-and-text.ts')).openTextToText(bytes);
    case 'parquet':
      return (await import('./parquet.ts')).parquetToText(bytes);
    case 'locked-office':
      return { problem: 'this document is protected by a password; ask the person for a copy without one.' };
    case 'old-office':
      return { problem: OLD_OFFICE };
    case 'zip':
      return listed(bytes);
    case 'text':
      return { problem: 'this is a text.' };
  }
}

const OLD_OFFICE =
  'this is a document of the old Office formats (.doc, .ppt), or one that was cut; ask the person for it as .docx, ' +
  '.xlsx or PDF, without a password.';

function listed(bytes: Buffer): Text {
  const listing = listArchive(bytes);
  if (listing === null)
    return { problem: 'this is an archive that is damaged, perhaps cut; ask the person for it again.' };
  return { chunks: [`This is an archive; archives are not unpacked. It says that it holds:\n${listing}`] };
}

/** Each parser has errors of its own for damaged input; whatever it throws while it reads means just that. */
function unreadable(error: unknown): Converted {
  const why = error instanceof BadArchive ? error.message : 'it is damaged, or not what it claims to be';
  return { ok: false, problem: `this document could not be read: ${why}. Ask the person for it again.` };
}

async function convert(bytes: Buffer, window: Window): Promise<Converted> {
  const kind = kindOfDocument(bytes);
  try {
    const found = await textOf(kind, bytes);
    if ('problem' in found)
      return { ok: false, problem: found.problem, ...(kind === 'text' && { isText: true }) };
    return { ok: true, text: await readWindow(found.chunks, window) };
  } catch (error) {
    return unreadable(error);
  }
}

const given = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
parentPort?.postMessage(
  'preview' in ask
    ? await (await import('./preview.ts')).previewOf(given, ask.preview)
    : await convert(given, ask.window),
);
