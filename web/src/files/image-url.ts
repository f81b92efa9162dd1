/**
 * The address under which an `<img>` shows a file of the workspace. Whoever opens that address by itself (Open image
 * in new tab) makes it a document: a blob: URL belongs to this page's origin, and carries none of its policy. So only
 * bytes that can be nothing but a picture get one. An SVG, which may hold scripts, becomes a data: URL, whose document
 * has an origin of its own and sees nothing of the person's. Anything else is no image and gets no address at all.
 */

/** What browsers draw and never run. */
const RASTER = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const SVG = 'image/svg+xml';

export interface BlobUrls {
  create(blob: Blob): string;
}

/** @throws NotAnImage */
export async function imageUrl(file: Blob, blobUrls: BlobUrls): Promise<string> {
  const type = file.type.replace(/;.*$/s, '').trim().toLowerCase();
  if (RASTER.has(type)) return blobUrls.create(new Blob([file], { type }));
  if (type !== SVG) throw new NotAnImage(`${file.type} is no image`);
  return `data:${SVG};base64,${base64(new Uint8Array(await file.arrayBuffer()))}`;
}

/** A file that no browser shows as a picture. */
export class NotAnImage extends Error {
  override name = 'NotAnImage';
}

/** So many bytes are spread over one call's arguments: engines bound their number. */
const CHUNK = 0x8000;

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}
