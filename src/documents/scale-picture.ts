/** A picture as it is shown to a model: of a size that it looks at, and nothing of a file but its pixels. */
import type { Canvas } from '@napi-rs/canvas';
import { imageHeader } from '../workspace/image-header.ts';

/** A picture for a model, and what of it is `missing`, or why there is none, in words for it. */
export type Scaled =
  | {
      ok: true;
      mediaType: 'image/png' | 'image/jpeg';
      data: string;
      width: number;
      height: number;
      missing?: string;
    }
  | { ok: false; problem: string };

/** Pixels a side: beyond, vendors scale it down themselves, and bill what they were sent. */
export const MOST_SIDE = 1_568;
/** Bytes as it is sent; every vendor takes as many. */
export const MOST_BYTES = 1_000_000;
/** Pixels that are unpacked, at four bytes each. */
export const MOST_PIXELS = 40_000_000;
/** Of a JPEG, tried one after the other until it is small enough. */
const QUALITIES = [85, 70, 50, 30];

/** Whatever the file was, it is drawn anew on white: what it says of places and people beside its pixels stays here. */
export async function scalePicture(bytes: Buffer): Promise<Scaled> {
  const header = imageHeader(bytes);
  if (header === null || header.format === 'svg' || header.width === null || header.height === null)
    return { ok: false, problem: 'it is no PNG, JPEG, GIF or WebP' };
  if (header.width * header.height > MOST_PIXELS)
    return {
      ok: false,
      problem: `it has more than ${MOST_PIXELS / 1e6} million pixels; make it smaller by code`,
    };
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(bytes).catch(() => null);
  if (image === null || !(image.width > 0 && image.height > 0))
    return { ok: false, problem: 'it is damaged' };
  const scale = Math.min(1, MOST_SIDE / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  return await packed(canvas, header.format === 'jpeg' ? 'jpeg' : 'png');
}

/** A drawing as it is sent: as a PNG, where that is asked for and small enough, else as a JPEG that is. */
export async function packed(canvas: Canvas, best: 'png' | 'jpeg'): Promise<Scaled> {
  const { width, height } = canvas;
  const scaled = (mediaType: 'image/png' | 'image/jpeg', bytes: Buffer): Scaled => {
    return { ok: true, mediaType, data: bytes.toString('base64'), width, height };
  };
  // Lines and letters stay sharp in a PNG; a photograph would be as large as it can be.
  if (best === 'png') {
    const png = await canvas.encode('png');
    if (png.length <= MOST_BYTES) return scaled('image/png', png);
  }
  for (const quality of QUALITIES) {
    const jpeg = await canvas.encode('jpeg', quality);
    if (jpeg.length <= MOST_BYTES) return scaled('image/jpeg', jpeg);
  }
  return { ok: false, problem: 'it is too large even when it is packed' };
}
