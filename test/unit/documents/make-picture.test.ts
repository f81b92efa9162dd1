import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { makePicture } from '../../../src/documents/make-picture.ts';
import { MOST_BYTES, type Scaled } from '../../../src/documents/scale-picture.ts';
import { noTextInIt, pagesToShow } from '../../../src/documents/scanned-pages.ts';
import { imageHeader } from '../../../src/workspace/image-header.ts';
import { smallPng } from '../../support/small-png.ts';
import { encryptedPdf, pdfBomb, pdfOfPicture, scannedPdf } from '../tools/documents.ts';

const person = { id: 'p', guest: false };
const make = (file: Buffer) => makePicture(file, { person, signal: AbortSignal.timeout(110_000) });
const bytesOf = (made: Scaled) => Buffer.from(made.ok ? made.data : '', 'base64');

/** A PNG that says it is of this size, whatever it holds. */
function claiming(width: number, height: number): Buffer {
  const png = smallPng(40, 40);
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

test('W10: a picture within the bounds keeps its size, one beyond them is scaled, the same bytes each time', async () => {
  const small = await make(smallPng(300, 200));
  expect(small).toMatchObject({ ok: true, mediaType: 'image/png', width: 300, height: 200 });
  expect(imageHeader(bytesOf(small))).toEqual({ format: 'png', width: 300, height: 200 });
  const large = smallPng(4_000, 1_000);
  const scaled = await make(large);
  expect(imageHeader(bytesOf(scaled))).toEqual({ format: 'png', width: 1_568, height: 392 });
  expect(await make(large)).toEqual(scaled);
});

test('W10: a photograph that no PNG holds within a megabyte goes as a JPEG that does', async () => {
  const { createCanvas } = await import('@napi-rs/canvas');
  const canvas = createCanvas(1_400, 1_400);
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(1_400, 1_400);
  for (let at = 0, seed = 1; at < pixels.data.length; at += 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    pixels.data[at] = at % 4 === 3 ? 255 : seed & 255;
  }
  context.putImageData(pixels, 0, 0);
  const made = await make(canvas.toBuffer('image/png'));
  expect(made).toMatchObject({ ok: true, mediaType: 'image/jpeg', width: 1_400 });
  expect(bytesOf(made).length).toBeLessThanOrEqual(MOST_BYTES);
});

test('W10: a picture that cannot be unpacked, one of too many pixels and what is none are a sentence each', async () => {
  expect(await make(smallPng(200, 200).subarray(0, 33))).toMatchObject({ ok: false });
  const bomb = await make(claiming(60_000, 60_000));
  expect(bomb).toMatchObject({ ok: false, problem: expect.stringMatching(/million pixels/) });
  const none = await make(Buffer.from('no picture'));
  expect(none).toEqual({ ok: false, problem: 'it is no PNG, JPEG, GIF or WebP' });
});

const makePage = (file: Buffer, page: number) =>
  makePicture(file, { person, signal: AbortSignal.timeout(110_000) }, page);

test('W10: a scanned page is drawn as large as a model looks at, and a page that is not there is a sentence', async () => {
  const made = await makePage(scannedPdf(), 1);
  expect(made).toMatchObject({ ok: true, mediaType: 'image/png', width: 1_568, height: 784 });
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const context = createCanvas(1_568, 784).getContext('2d');
  context.drawImage(await loadImage(bytesOf(made)), 0, 0);
  const grey = (x: number) => context.getImageData(x, 400, 1, 1).data[0];
  expect([grey(100), grey(1_450)]).toEqual([0, 255]);
  expect(await makePage(scannedPdf(), 2)).toEqual({ ok: false, problem: 'it has 1 pages' });
  expect(await makePage(Buffer.from('no PDF'), 1)).toEqual({ ok: false, problem: 'it is damaged' });
  expect(await makePage(encryptedPdf, 1)).toEqual({ ok: false, problem: 'it is protected by a password' });
});

test('W10: pages scanned as JBIG2, by itself and with symbols that pages share, and as JPEG 2000, grey and coloured, are drawn', async () => {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const scanned = await readFile(new URL('../tools/files/scanned.pdf', import.meta.url));
  const seen = await Promise.all(
    [1, 2, 3, 4].map(async (page) => {
      const context = createCanvas(1_568, 784).getContext('2d');
      context.drawImage(await loadImage(bytesOf(await makePage(scanned, page))), 0, 0);
      return [100, 1_540].map((x) =>
        (context.getImageData(x, 20, 1, 1).data[0] ?? 0) < 128 ? 'black' : 'white',
      );
    }),
  );
  // The library's way of saying that it could not unpack one is a page that stays white.
  expect(seen).toEqual(Array.from({ length: 4 }, () => ['black', 'white']));
});

/** With zeros in place of the picture number `n` of a document whose streams are not compressed. */
function withDamage(pdf: Buffer, n: number): Buffer {
  const pictures = [
    ...pdf.toString('latin1').matchAll(/\/(?:JBIG2|JPX|DCT)Decode\b.*?\nstream\n(.*?)endstream/gs),
  ];
  const [whole = '', inside = ''] = pictures[n - 1] ?? [];
  const start = (pictures[n - 1]?.index ?? 0) + whole.length - 'endstream'.length - inside.length;
  return Buffer.from(pdf).fill(0, start, start + inside.length);
}

test('W10: a picture on a page that cannot be unpacked, JBIG2 or JPEG 2000, is said and not shown as white paper', async () => {
  const scanned = await readFile(new URL('../tools/files/scanned.pdf', import.meta.url));
  const damaged = [1, 2, 3, 4].map((page) => makePage(withDamage(scanned, page), page));
  expect(await Promise.all(damaged)).toEqual(
    Array(4).fill({ ok: false, problem: 'the picture on it is damaged and could not be unpacked' }),
  );
  // The others of that document are drawn.
  expect(await makePage(withDamage(scanned, 1), 2)).toMatchObject({ ok: true });
});

test('W10: of a page that has more than its damaged picture, what can be seen is shown, and what is missing said', async () => {
  const zeros = '\0'.repeat(100);
  const picture = pdfOfPicture({
    dictionary: '/Width 400 /Height 200 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode',
    data: zeros,
    draw: 'q 100 0 0 100 0 0 cm /Im Do Q 150 0 50 50 re f',
  });
  const made = await makePage(picture, 1);
  expect(made).toMatchObject({ ok: true, missing: 'a picture on it is damaged and is missing here' });
  expect(await makePage(scannedPdf(), 1)).not.toHaveProperty('missing');
});

test.each([
  [
    'is blank',
    { dictionary: '/Width 2 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8', data: 'ab', draw: '' },
  ],
  [
    'has a picture of too many pixels',
    { dictionary: '/Width 9000 /Height 9000 /ColorSpace /DeviceGray /BitsPerComponent 8', data: 'ab' },
  ],
  [
    'is a damaged mask',
    { dictionary: '/Width 400 /Height 200 /ImageMask true /Filter /JBIG2Decode', data: '\0'.repeat(99) },
  ],
])('W10: where a page %s, it is said that nothing can be seen', async (_, picture) => {
  expect(await makePage(pdfOfPicture(picture), 1)).toEqual({
    ok: false,
    problem: 'nothing can be seen on it: it is blank, or what is on it is damaged or too large',
  });
});

test('SR-H5, W10: a page that unpacks to gigabytes ends its process, and is a sentence', async () => {
  const bomb = await makePage(pdfBomb(900 * 1024 ** 2, 2), 1);
  expect(bomb).toEqual({ ok: false, problem: 'it could not be unpacked' });
}, 120_000);

test('W10: the pages that are shown are those without text in what was read, or from the offset on where none has any', () => {
  const read =
    '(2 of 4 pages are pictures, or blank, and have no text: 2, 4.)\n\n--- page 1 of 4 ---\nHello\n\n--- page 2 of 4 ---\n\n\n--- page 3 of 4 ---\nWorld\n\n--- page 4 of 4 ---\n';
  expect(pagesToShow(read, 1, 4)).toEqual([2, 4]);
  expect(pagesToShow('--- page 1 of 1 ---\nHello', 1, 4)).toEqual([]);
  const scanned = `attachments/scan.pdf: ${noTextInIt(12, 12)}`;
  expect(pagesToShow(scanned, 1, 4)).toEqual([1, 2, 3, 4]);
  expect(pagesToShow(scanned, 10, 4)).toEqual([10, 11, 12]);
  expect(pagesToShow(scanned, 13, 4)).toEqual([]);
});
