/** The thread in which one document becomes text (see convert.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import type { Converted } from './convert.ts';
import type { DocumentKind } from './kind.ts';
import { BadArchive } from './zip.ts';

const { kind, bytes } = workerData as { kind: DocumentKind; bytes: Uint8Array };

/** Only the parser that is needed is loaded. */
async function parser(): Promise<(document: Buffer) => Promise<Converted>> {
  switch (kind) {
    case 'pdf':
      return (await import('./pdf.ts')).pdfToText;
    case 'docx':
      return (await import('./docx.ts')).docxToText;
    case 'xlsx':
      return (await import('./xlsx.ts')).xlsxToText;
  }
}

/** Each parser has errors of its own for damaged input; whatever it throws while it reads means just that. */
function unreadable(error: unknown): Converted {
  const why = error instanceof BadArchive ? error.message : 'it is damaged, or not what it claims to be';
  return { ok: false, problem: `this document could not be read: ${why}.` };
}

const toText = await parser();
const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
parentPort?.postMessage(await toText(document).catch(unreadable));
