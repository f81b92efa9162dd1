/** A page of a PDF as a picture for a model (W10). */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { MOST_PIXELS, MOST_SIDE, packed, type Scaled } from './scale-picture.ts';

/** PDF.js is written for a browser's canvas, of which this one has all that it calls. */
type Drawing = Parameters<PDFPageProxy['render']>[0];

/** Where PDF.js has its fonts, maps and unpackers of pictures. */
const FILES = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

const DAMAGED_PICTURE = 'the picture on it is damaged and could not be unpacked';
const NOTHING_TO_SEE = 'nothing can be seen on it: it is blank, or what is on it is damaged or too large';

/**
 * The page on white, as large as a model looks at. PDF.js leaves what it cannot unpack white and says nothing, and so it
 * does with pictures of more pixels than one may have: what is known of it is said with the page, or in its place where
 * nothing can be seen.
 */
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
    const canvasContext = canvas.getContext('2d');
    const drawing = { canvas: null, canvasContext, viewport, background: '#fff' };
    await page.render(drawing as unknown as Drawing).promise;
    const { data } = canvasContext.getImageData(0, 0, canvas.width, canvas.height);
    const missing = picturesMissing(page);
    if (isOneColour(data)) return { ok: false, problem: missing > 0 ? DAMAGED_PICTURE : NOTHING_TO_SEE };
    const made = await packed(canvas, 'png');
    return made.ok && missing > 0 ? { ...made, missing: sayMissing(missing) } : made;
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    return { ok: false, problem: isLocked ? 'it is protected by a password' : 'it is damaged' };
  }
}

/** Pictures of a page that has been drawn whose unpacking failed: PDF.js keeps each as null. */
function picturesMissing({ objs, commonObjs }: PDFPageProxy): number {
  return [...objs, ...commonObjs].filter(([, unpacked]) => unpacked === null).length;
}

function sayMissing(count: number): string {
  const what =
    count === 1 ? 'a picture on it is damaged and is' : `${count} pictures on it are damaged and are`;
  return `${what} missing here`;
}

/** Whether all pixels are alike: nothing was drawn, or what was unpacked is no picture any more. */
function isOneColour(pixels: Uint8ClampedArray): boolean {
  const each = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength / 4);
  return each.every((pixel) => pixel === each[0]);
}
