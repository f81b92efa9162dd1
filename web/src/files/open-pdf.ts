/** pdf.js, whose work is done in a worker of this page's own origin, on parts of the file as it asks for them. */
import { GlobalWorkerOptions, getDocument, PDFDataRangeTransport, type PDFDocumentProxy } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import type { FilePart } from '../api/files.ts';
import { PdfResources } from './pdf-resources.ts';

GlobalWorkerOptions.workerSrc = workerUrl;

/** Bytes that are fetched at once: counting pages touches each page's own object, which stands apart from the others. */
const CHUNK = 64 * 1024;

export type ReadPart = (range: { begin: number; end: number }) => Promise<FilePart>;

/** Parts of one state of the file: those of another would not fit, and end the reading. */
class Parts extends PDFDataRangeTransport {
  onFailure: (error: unknown) => void = () => {};
  readonly #read: ReadPart;
  readonly #etag: string;

  constructor(read: ReadPart, first: FilePart) {
    super(first.size, first.bytes);
    this.#read = read;
    this.#etag = first.etag;
  }

  override requestDataRange(begin: number, end: number): void {
    this.#read({ begin, end }).then(({ bytes, etag }) => {
      if (etag === this.#etag) this.onDataRange(begin, bytes);
      else this.onFailure(new Error('the file has changed while it was read'));
    }, this.onFailure);
  }
}

/** Opens a PDF. @throws where the bytes are none, need a password, or do not come */
export async function openPdf(read: ReadPart): Promise<PDFDocumentProxy> {
  const first = await read({ begin: 0, end: CHUNK });
  const parts = new Parts(read, first);
  const task = getDocument({
    ...(first.bytes.length < first.size ? { range: parts } : { data: first.bytes }),
    rangeChunkSize: CHUNK,
    disableAutoFetch: true,
    disableStream: true,
    // The page's policy does not allow it.
    isEvalSupported: false,
    BinaryDataFactory: PdfResources,
    useWorkerFetch: false,
    stopAtErrors: false,
  });
  parts.onFailure = (error) => {
    console.warn('a part of the PDF did not come', error);
    void task.destroy();
  };
  return await task.promise;
}
