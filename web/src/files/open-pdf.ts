/** pdf.js, whose work is done in a worker of this page's own origin. */
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';

GlobalWorkerOptions.workerSrc = workerUrl;

/** Opens a PDF. @throws where the bytes are none, or need a password */
export function openPdf(data: Uint8Array): Promise<PDFDocumentProxy> {
  return getDocument({
    data,
    // The page's policy allows neither.
    useWasm: false,
    isEvalSupported: false,
    useWorkerFetch: false,
    stopAtErrors: false,
  }).promise;
}
