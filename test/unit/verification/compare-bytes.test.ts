import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { createCanvas } from '@napi-rs/canvas';
import { compareBytes } from '../../../src/verification/compare-bytes.ts';
import { zipped } from '../tools/documents.ts';

const text = (content: string) => Buffer.from(content);

function drawn(colour: string, line = colour) {
  const canvas = createCanvas(100, 80);
  const context = canvas.getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 100, 80);
  context.fillStyle = line;
  context.fillRect(0, 0, 60, 2);
  return canvas.toBuffer('image/png');
}

test.each([
  ['the same bytes', text('a=1'), text('a=1'), 'same_bytes'],
  ['the last digit of a double', text('x,y\n0.30000000000000004,2\n'), text('x,y\n0.3,2\n'), 'same_value'],
  ['six digits', text('x\n1.000000\n'), text('x\n1.0000005\n'), 'same_value'],
  ['the fifth digit', text('x\n1.00000\n'), text('x\n1.00002\n'), 'differs'],
  ['words', text('mean 3'), text('median 3'), 'differs'],
  ['how many numbers there are', text('1,2'), text('1,2,3'), 'differs'],
  [
    'when it was packed',
    gzipSync('a,b\n1,2\n', { level: 1 }),
    gzipSync('a,b\n1,2\n', { level: 9 }),
    'same_bytes|same_value',
  ],
  ['what is packed', gzipSync('a\n1\n'), gzipSync('a\n2\n'), 'differs'],
  ['bytes of no known kind', Buffer.from([0, 1, 2, 255]), Buffer.from([0, 1, 3, 255]), 'differs'],
  ['a picture drawn a shade darker', drawn('#808080'), drawn('#828282'), 'looks_same'],
  ['a picture of another colour', drawn('#808080'), drawn('#ff0000'), 'differs'],
  ['a line in a picture', drawn('#ffffff'), drawn('#ffffff', '#000000'), 'differs'],
] as const)('T13: files that differ in %s', async (_what, expected, got, result) => {
  expect((await compareBytes(expected, got)).result).toMatch(new RegExp(`^(?:${result})$`));
});

test('T13: workbooks are unpacked, and who saved them when is no difference', async () => {
  const book = (value: string, at: string) =>
    zipped({
      'xl/worksheets/sheet1.xml': `<v>${value}</v>`,
      'docProps/core.xml': `<modified>${at}</modified>`,
    });
  expect(await compareBytes(book('3.5', '10:00'), book('3.5', '11:00'))).toMatchObject({
    result: 'same_value',
  });
  expect(await compareBytes(book('3.5', '10:00'), book('3.6', '10:00'))).toMatchObject({ result: 'differs' });
});

test('T13: an archive that says wrong things of itself is bytes like others', async () => {
  const good = zipped({ 'a.txt': 'one' });
  for (let at = 0; at < good.length; at += 1) {
    const broken = Buffer.from(good);
    broken[at] = (broken[at] ?? 0) ^ 0xff;
    expect(['differs', 'same_value']).toContain((await compareBytes(good, broken)).result);
  }
});
