/** Two pictures, by what they show (T13). */
import type { Compared } from '../domain/verification/types.ts';
import { imageHeader } from '../workspace/image-header.ts';

/** Pixels that are unpacked, at four bytes each, of either. */
const MOST_PIXELS = 16_000_000;
/** Steps of 256 by which a colour may differ, and the part of the pixels that may differ by more: edges of letters. */
const COLOUR = 8;
const PART = 0.001;

export async function looksSame(expected: Buffer, got: Buffer): Promise<Compared> {
  const [one, other] = [imageHeader(expected), imageHeader(got)];
  const size = (one?.width ?? 0) * (one?.height ?? 0);
  if (one?.width !== other?.width || one?.height !== other?.height)
    return { result: 'differs', note: 'the picture has another size' };
  if (size === 0 || size > MOST_PIXELS)
    return { result: 'differs', note: 'its bytes differ, and it is too large to be looked at' };
  const [a, b] = [await pixelsOf(expected), await pixelsOf(got)];
  if (a === null || b === null || a.length !== b.length)
    return { result: 'differs', note: 'its bytes differ, and it cannot be drawn' };
  let unlike = 0;
  for (let at = 0; at < a.length; at += 4)
    if ([0, 1, 2, 3].some((channel) => Math.abs((a[at + channel] ?? 0) - (b[at + channel] ?? 0)) > COLOUR))
      unlike += 1;
  const part = unlike / (a.length / 4);
  return part <= PART
    ? { result: 'looks_same' }
    : { result: 'differs', note: `${(100 * part).toFixed(1)} % of its pixels differ` };
}

async function pixelsOf(bytes: Buffer): Promise<Uint8ClampedArray | null> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(bytes).catch(() => null);
  if (image === null || !(image.width > 0 && image.height > 0)) return null;
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height).data;
}
