/** A page of a PDF as a picture for a model (W10). */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { MOST_PIXELS, MOST_SIDE, packed, type Scaled } from './scale-picture.ts';

/** PDF.js is written for a browser's canvas, of which this one has all that it calls. */
type Drawing = Parameters<PDFPageProxy['render']>[0];

/** Where PDF.js has its fonts, maps and unpackers of pictures. */
const FILES = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** The page on white, as large as a model looks at; pictures in it of more pixels than one may have stay blank. */
export async function drawPage(bytes: Buffer, number: number): Promise<Scaled> {
  const { createCanvas } = await import('@napi-rs/canvas');
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  try {
    const pdf = await getDocument({
      data: new Uint8Array(bytes),
      maxImageSize: MOST_PIXELS,
      isEvalSupported: false,
      disableFontFace: true,
      useSystemFonts: false,
      verbosity: 0,
      cMapUrl: `${FILES}/cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${FILES}/standard_fonts/`,
      wasmUrl: `${FILES}/wasm/`,
    }).promise;
    if (number > pdf.numPages) return { ok: false, problem: `it has ${pdf.numPages} pages` };
    const page = await pdf.getPage(number);
    const { width, height } = page.getViewport({ scale: 1 });
    if (!(width > 0 && height > 0)) return { ok: false, problem: 'the page has no size' };
    const viewport = page.getViewport({ scale: MOST_SIDE / Math.max(width, height) });
    const canvas = createCanvas(
      Math.max(1, Math.round(viewport.width)),
      Math.max(1, Math.round(viewport.height)),
    );
    const drawing = { canvas: null, canvasContext: canvas.getContext('2d'), viewport, background: '#fff' };
    await page.render(drawing as unknown as Drawing).promise;
    return await packed(canvas, 'png');
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    return { ok: false, problem: isLocked ? 'it is protected by a password' : 'it is damaged' };
  }
}
