/** Documents made by hand, for tests that read them. */
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { packStored } from '../../../src/documents/zip.ts';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook with one sheet; strings stand inline, numbers as they are. */
export function xlsxBytes(sheet: string, rows: (string | number)[][]): Buffer {
  const cells = (row: (string | number)[], n: number) =>
    row
      .map((value, column) => {
        const place = `r="${String.fromCharCode(65 + column)}${n + 1}"`;
        return typeof value === 'number'
          ? `<c ${place}><v>${value}</v></c>`
          : `<c ${place} t="inlineStr"><is><t>${value}</t></is></c>`;
      })
      .join('');
  const data = rows.map((row, n) => `<row r="${n + 1}">${cells(row, n)}</row>`).join('');
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  return zipped({
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    '_rels/.rels': `${XML}<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${XML}<workbook xmlns="${main}" xmlns:r="${OFFICE}"><sheets><sheet name="${sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `${XML}<worksheet xmlns="${main}"><sheetData>${data}</sheetData></worksheet>`,
  });
}

/** A Word document with this as the content of its body. */
export function docxBytes(body: string): Buffer {
  const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  return zipped({
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': `${XML}<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `${XML}<w:document xmlns:w="${word}"><w:body>${body}</w:body></w:document>`,
  });
}

export function paragraph(text: string, style = ''): string {
  const properties = style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
  return `<w:p>${properties}<w:r><w:t>${text}</w:t></w:r></w:p>`;
}

/** An archive of these texts, compressed. */
export function zipped(texts: Record<string, string | Buffer>): Buffer {
  const contents = new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
  const stored = packStored(contents);
  const places = [...contents].map(([name, content]) => ({ name, content, packed: deflateRawSync(content) }));
  return deflated(stored, places);
}

/** The stored archive's headers, with the contents compressed and the sizes and offsets set to that. */
function deflated(stored: Buffer, entries: { name: string; content: Buffer; packed: Buffer }[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, packed } of entries) {
    const one = packStored(new Map([[name, content]]));
    const length = 30 + Buffer.byteLength(name);
    const header = Buffer.from(one.subarray(0, length));
    header.writeUInt16LE(8, 8);
    header.writeUInt32LE(packed.length, 18);
    local.push(header, packed);
    const entry = Buffer.from(one.subarray(length + content.length, one.length - 22));
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc32(content), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(offset, 42);
    central.push(entry);
    offset += length + packed.length;
  }
  const end = Buffer.from(stored.subarray(stored.length - 22));
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, ...central, end]);
}

/** A PDF with one line of text a page. */
export function pdfBytes(pages: string[]): Buffer {
  const font = 3 + 2 * pages.length;
  const kids = pages.map((_, n) => `${3 + 2 * n} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    ...pages.flatMap((text, n) => {
      const content = text === '' ? '' : `BT /F1 12 Tf 20 100 Td (${text}) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents ${4 + 2 * n} 0 R /Resources << /Font << /F1 ${font} 0 R >> >> >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, n) => {
    const offset = text.length;
    text += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  text += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

/** A PDF of about a kilobyte whose one page is so many bytes of blanks, packed as often as `times` says. */
export function pdfBomb(bytes: number, times: number): Buffer {
  let packed: Buffer = Buffer.alloc(bytes, ' ');
  for (let n = 0; n < times; n += 1) packed = deflateSync(packed, { level: 9 });
  const filters = Array.from({ length: times }, () => '/FlateDecode').join(' ');
  const plain = pdfBytes(['x']).toString('latin1');
  const stream = `<< /Length ${packed.length} /Filter [${filters}] >>\nstream\n${packed.toString('latin1')}\nendstream`;
  // Its table of objects does not fit any more; readers look for the objects then.
  return Buffer.from(
    plain.replace(/<< \/Length \d+ >>\nstream[\s\S]*?endstream/, () => stream),
    'latin1',
  );
}

/** A PDF of one page of 200 x 100 points, which is a picture of 2 x 1 pixels: one black, one white. */
export function scannedPdf(): Buffer {
  const dictionary = '/Width 2 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8';
  return pdfOfPicture({ dictionary, data: '\x00\xff' });
}

/** A PDF of one page of 200 x 100 points, on which `draw` draws the picture /Im: by default over all of it. */
export function pdfOfPicture({
  dictionary,
  data,
  draw = 'q 200 0 0 100 0 0 cm /Im Do Q',
}: {
  dictionary: string;
  data: string;
  draw?: string;
}): Buffer {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Resources << /XObject << /Im 5 0 R >> >> /Contents 4 0 R >>',
    `<< /Length ${draw.length} >>\nstream\n${draw}\nendstream`,
    `<< /Type /XObject /Subtype /Image ${dictionary} /Length ${data.length} >>\nstream\n${data}\nendstream`,
  ];
  const body = objects.map((object, n) => `${n + 1} 0 obj\n${object}\nendobj\n`).join('');
  return Buffer.from(`%PDF-1.4\n${body}trailer << /Size 6 /Root 1 0 R >>\n%%EOF\n`, 'latin1');
}

/** "Hello" behind a password, written by pypdf. */
export const encryptedPdf = Buffer.from(
  'JVBERi0xLjMKJeLjz9MKMSAwIG9iago8PAovVHlwZSAvQ2F0YWxvZwovUGFnZXMgMiAwIFIKPj4KZW5kb2JqCjIgMCBvYmoKPDwK' +
    'L1R5cGUgL1BhZ2VzCi9LaWRzIFsgMyAwIFIgXQovQ291bnQgMQo+PgplbmRvYmoKMyAwIG9iago8PAovVHlwZSAvUGFnZQovUGFy' +
    'ZW50IDIgMCBSCi9NZWRpYUJveCBbIDAgMCAyMDAgMjAwIF0KL0NvbnRlbnRzIDQgMCBSCi9SZXNvdXJjZXMgPDwKL0ZvbnQgPDwK' +
    'L0YxIDUgMCBSCj4+Cj4+Cj4+CmVuZG9iago0IDAgb2JqCjw8Ci9MZW5ndGggMzYKPj4Kc3RyZWFtCmd4zd4rMy0eQAybqOmCnPyk' +
    'lQJbmVWKtDHiRxaJsfuFKwVHXQplbmRzdHJlYW0KZW5kb2JqCjUgMCBvYmoKPDwKL1R5cGUgL0ZvbnQKL1N1YnR5cGUgL1R5cGUx' +
    'Ci9CYXNlRm9udCAvSGVsdmV0aWNhCj4+CmVuZG9iago2IDAgb2JqCjw8Ci9WIDIKL1IgMwovTGVuZ3RoIDEyOAovUCA0Mjk0OTY3' +
    'MjkyCi9GaWx0ZXIgL1N0YW5kYXJkCi9PIDwwZTUyMjkyNWEzZTRlODc0YzNjZmFjYmVmNTExYTczYWM0ZWMyYmQ4NjVkY2QzZDQ2' +
    'Mjc2MTQ5MTdhYmZkN2U0PgovVSA8MWI5ODZmMGQ5YjJiZjFlMzM5NzcyNWNiMTQ0Mzk1NjEyOGJmNGU1ZTRlNzU4YTQxNjQwMDRl' +
    'NTZmZmZhMDEwOD4KPj4KZW5kb2JqCnhyZWYKMCA3CjAwMDAwMDAwMDAgNjU1MzUgZiAKMDAwMDAwMDAxNSAwMDAwMCBuIAowMDAw' +
    'MDAwMDY0IDAwMDAwIG4gCjAwMDAwMDAxMjMgMDAwMDAgbiAKMDAwMDAwMDI1MSAwMDAwMCBuIAowMDAwMDAwMzM3IDAwMDAwIG4g' +
    'CjAwMDAwMDA0MDcgMDAwMDAgbiAKdHJhaWxlcgo8PAovU2l6ZSA3Ci9Sb290IDEgMCBSCi9JRCBbIDxkOTFhNzg5ZWVmMDQ2ZTRm' +
    'NzliYTBhZjdiNjlkNmIzMT4gPGQ5MWE3ODllZWYwNDZlNGY3OWJhMGFmN2I2OWQ2YjMxPiBdCi9FbmNyeXB0IDYgMCBSCj4+CnN0' +
    'YXJ0eHJlZgo2MjIKJSVFT0YK',
  'base64',
);
