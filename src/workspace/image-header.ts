/** What an image is, told from its first bytes and never from its name (S8). */
import { crc32 } from 'node:zlib';

export interface ImageHeader {
  format: 'png' | 'jpeg' | 'gif' | 'webp' | 'svg';
  /** Pixels; for an SVG user units, null where it does not say. */
  width: number | null;
  height: number | null;
}

/** Bytes of a file that `imageHeader` needs to see: a JPEG's size may stand after a long colour profile. */
export const HEADER_BYTES = 256 * 1024;

/** The image that begins with `bytes`, or null where it is none that a browser would show. */
export function imageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return png(view) ?? jpeg(view) ?? gif(view) ?? webp(view) ?? svg(view);
}

function png(view: Buffer): ImageHeader | null {
  if (view.length < 33 || view.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') return null;
  if (view.readUInt32BE(8) !== 13 || view.toString('latin1', 12, 16) !== 'IHDR') return null;
  if (crc32(view.subarray(12, 29)) !== view.readUInt32BE(29)) return null;
  return sized('png', view.readUInt32BE(16), view.readUInt32BE(20));
}

function jpeg(view: Buffer): ImageHeader | null {
  if (view.length < 4 || view.readUInt16BE(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 <= view.length; ) {
    if (view[at] !== 0xff) return null;
    const marker = view[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return sized('jpeg', view.readUInt16BE(at + 7), view.readUInt16BE(at + 5));
    const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    at += standsAlone ? 2 : 2 + view.readUInt16BE(at + 2);
  }
  return null;
}

function gif(view: Buffer): ImageHeader | null {
  if (view.length < 10 || !/^GIF8[79]a/.test(view.toString('latin1', 0, 6))) return null;
  return sized('gif', view.readUInt16LE(6), view.readUInt16LE(8));
}

function webp(view: Buffer): ImageHeader | null {
  if (view.length < 30 || view.toString('latin1', 0, 4) !== 'RIFF') return null;
  const kind = view.toString('latin1', 8, 16);
  if (kind === 'WEBPVP8X') return sized('webp', view.readUIntLE(24, 3) + 1, view.readUIntLE(27, 3) + 1);
  if (kind === 'WEBPVP8 ')
    return sized('webp', view.readUInt16LE(26) & 0x3fff, view.readUInt16LE(28) & 0x3fff);
  if (kind !== 'WEBPVP8L') return null;
  const bits = view.readUInt32LE(21);
  return sized('webp', (bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
}

function svg(view: Buffer): ImageHeader | null {
  const text = afterProlog(view.toString('utf8').replace(/^\uFEFF/, ''));
  if (!/^<svg[\s>]/.test(text)) return null;
  const tag = text.slice(0, text.indexOf('>') + 1);
  const box =
    attribute(tag, 'viewBox')
      ?.trim()
      .split(/[\s,]+/) ?? [];
  return {
    format: 'svg',
    width: units(attribute(tag, 'width')) ?? units(box[2]),
    height: units(attribute(tag, 'height')) ?? units(box[3]),
  };
}

/** XML without its declaration, comments and document type; empty where one of them does not end. */
function afterProlog(xml: string): string {
  for (let at = 0; ; ) {
    while (/\s/.test(xml[at] ?? '')) at += 1;
    const end = xml.startsWith('<?', at)
      ? '?>'
      : xml.startsWith('<!--', at)
        ? '-->'
        : xml.startsWith('<!DOCTYPE', at)
          ? '>'
          : undefined;
    if (end === undefined) return xml.slice(at);
    const found = xml.indexOf(end, at);
    if (found < 0) return '';
    at = found + end.length;
  }
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s{0,9}=\\s{0,9}["']([^"']*)["']`).exec(tag)?.[1];
}

/** No length that anybody wrote has as many characters. */
const LENGTH_CHARACTERS = 100;

/** A plain or absolute length in user units; percentages say nothing, nor does what is no length. */
function units(length = ''): number | null {
  if (length.length > LENGTH_CHARACTERS) return null;
  const parts = /^\s*(\d+(?:\.\d+)?)\s*(px|pt|in|cm|mm)?\s*$/.exec(length);
  const factor = { px: 1, pt: 4 / 3, in: 96, cm: 96 / 2.54, mm: 9.6 / 2.54 }[parts?.[2] ?? 'px'] ?? 1;
  return parts?.[1] === undefined ? null : Math.round(Number(parts[1]) * factor);
}

function sized(format: ImageHeader['format'], width: number, height: number): ImageHeader | null {
  return width > 0 && height > 0 ? { format, width, height } : null;
}
