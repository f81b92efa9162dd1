import { expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { openDecoder } from '../../../src/documents/text-decoder.ts';
import { encodingOf } from '../../../src/documents/text-encoding.ts';
import { texts } from './texts.ts';

async function* pieces(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The text as it is read, and Python's name of what it was read as. */
async function read(bytes: Uint8Array, size?: number): Promise<[string, string] | null> {
  const encoding = await encodingOf(pieces(bytes, size));
  if (encoding === null) return null;
  const decoder = openDecoder(encoding.label);
  return [decoder.write(bytes) + decoder.end(), encoding.python];
}

test('W7: texts of many languages are read by the encoding that they are written in, short as they are', async () => {
  const misread: string[] = [];
  for (const [encodings, text] of texts) {
    for (const encoding of [...encodings, 'utf-8']) {
      const found = await read(iconv.encode(text, encoding));
      if (found?.[0] !== text) misread.push(`${text} in ${encoding}: ${found}`);
    }
  }
  expect(misread).toEqual([]);
});

test('W7: many lines of plain ASCII behind a few letters do not change what these say, nor does how the file comes in pieces', async () => {
  const rows = Array.from({ length: 300 }, (_, n) => `${2000 + n},${(n * 1.37).toFixed(2)},x\r\n`).join('');
  const misread: string[] = [];
  for (const [[encoding = ''], text] of texts.filter((_, n) => n % 4 === 0)) {
    const whole = rows + text + rows;
    for (const size of [7, 4096]) {
      const found = await read(iconv.encode(whole, encoding), size);
      if (found?.[0] !== whole) misread.push(`${text} in ${encoding}: ${found?.[1]}`);
    }
  }
  expect(misread).toEqual([]);
});

test.each([
  [
    'gbk',
    '北京 上海 天津 重庆 广州 深圳 电压 温度 时间 数量 姓名 年份 合计 总计 密度 误差 样本 地区 收入 车 男 是 否',
  ],
  ['big5', '臺北 溫度 時間 價格 數量 姓名 年份 車'],
  ['shift_jis', '東京 大阪 温度 時間 数量 データ りんご'],
  ['euc-kr', '서울 부산 온도 시간 가격'],
  ['windows-1251', 'Москва время да нет'],
  ['windows-1252', 'año señal Größe été'],
])('W7: a table in %s that says the same word in each line is read as it is', async (encoding, words) => {
  const misread: string[] = [];
  for (const word of words.split(' ')) {
    const table = Array.from({ length: 200 }, (_, n) => `${n},${word},12.5,${word}\n`).join('');
    const found = await read(iconv.encode(table, encoding));
    if (found?.[0] !== table) misread.push(`${word}: ${found?.[1]}`);
  }
  expect(misread).toEqual([]);
});

test('W7: a letter far behind the beginning still decides', async () => {
  const long = 'a,b\n'.repeat(500_000);
  expect((await read(iconv.encode(`${long}año\n`, 'windows-1252')))?.[1]).toBe('cp1252');
  expect((await read(Buffer.from(`${long}año\n`)))?.[1]).toBe('utf-8');
});

test.each([
  ['utf-16le with a mark', Buffer.from('\uFEFFa,é\n', 'utf16le'), 'utf-16'],
  ['utf-16be with a mark', Buffer.from('\uFEFFa,é\n', 'utf16le').swap16(), 'utf-16'],
  ['utf-16le without one', Buffer.from('日期,数值\r\n1,2\r\n', 'utf16le'), 'utf-16-le'],
  ['utf-16be without one', Buffer.from('año,x\n1,2\n', 'utf16le').swap16(), 'utf-16-be'],
  ['UTF-8 with a mark', Buffer.from('\uFEFFa,é\n'), 'utf-8-sig'],
  ['plain ASCII', Buffer.from('a,b\n'), 'utf-8'],
  ['nothing at all', Buffer.alloc(0), 'utf-8'],
  [
    'UTF-8 with one broken character',
    Buffer.concat([Buffer.from('été,Zürich,中文\n'.repeat(9)), Buffer.from([0xff, 0x0a])]),
    'utf-8',
  ],
  ['a text that ends in NULs', Buffer.concat([Buffer.from('t,v\n1,2\n'), Buffer.alloc(4000)]), 'utf-8'],
  ['a text with a NUL here and there', Buffer.from('t,v\n1,2\n\0\n3,4\n5,6\n7,8\n'), 'utf-8'],
])('W7: %s is told by its bytes', async (_what, bytes, python) => {
  expect((await read(bytes))?.[1]).toBe(python);
});

test('numbers, pictures and blanks of a disk are no text', async () => {
  for (const bytes of [
    Buffer.from(new Float64Array([1, 2.5, 3.25, 1e10]).buffer),
    Buffer.from(Int16Array.from({ length: 50 }, (_, n) => n * 77).buffer),
    Buffer.alloc(100),
  ]) {
    expect(await read(bytes)).toBeNull();
  }
});

test('W7: no bytes take long to judge', async () => {
  for (const unit of ['a', 'é', '\xb0', '\xc4\xe3', 'e\xe9']) {
    const started = performance.now();
    await read(Buffer.from(`${unit.repeat(4_000_000 / unit.length)}\xff`, 'latin1'));
    expect(performance.now() - started).toBeLessThan(5_000);
  }
});
