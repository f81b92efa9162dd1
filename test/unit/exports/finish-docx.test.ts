/** What is done to a Word document behind pandoc (O4). */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { ZipFile } from 'yazl';
import { unpack } from '../../../src/documents/zip.ts';
import { finishDocx } from '../../../src/exports/program/finish-docx.ts';

const mark = (what: string) => `<w:p><w:pPr><w:pStyle w:val="TableFit-${what}" /></w:pPr></w:p>`;

async function finished(document: string): Promise<(name: string) => string> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(document), 'word/document.xml');
  zip.addBuffer(Buffer.from('<Types></Types>'), '[Content_Types].xml');
  zip.addBuffer(Buffer.from('<Relationships></Relationships>'), 'word/_rels/document.xml.rels');
  zip.end();
  const bytes = await finishDocx(await buffer(zip.outputStream), {
    latex: { paper: 'letter', margin: '1in', fontSize: '12pt' },
    title: 'A paper',
    authors: [],
    centresHeadings: false,
    runningHead: { text: 'Team # 1', countsPages: true },
  });
  const files = unpack(bytes, () => true, 100_000);
  return (name) => files.get(name)?.toString('utf8') ?? '';
}

test('O4: the page number at the top ends where the text does, on upright pages and on those that lie across', async () => {
  const table = `${mark('100-across')}<w:tbl></w:tbl>${mark('end')}`;
  const file = await finished(`<w:p>Text.</w:p>${table}<w:sectPr><w:pgSz w:w="1"/></w:sectPr>`);
  const sections = file('word/document.xml').match(/<w:sectPr>.*?<\/w:sectPr>/gs) ?? [];
  const targets = sections.map((section) => {
    const id = /r:id="(\w+)"/.exec(section)?.[1];
    const name = new RegExp(`Id="${id}"[^>]*Target="([^"]+)"`).exec(
      file('word/_rels/document.xml.rels'),
    )?.[1];
    expect(file('[Content_Types].xml')).toContain(`/word/${name}"`);
    return /w:val="right" w:pos="(\d+)"/.exec(file(`word/${name}`))?.[1];
  });
  expect(targets).toEqual(['9360', '12960', '9360']);
});

test.each(['en', 'zh'])('O2: a table does not touch the caption of the next one (%s)', (language) => {
  const path = `src/exports/styles/shared/reference-${language}.docx`;
  const styles = unpack(readFileSync(path), () => true, 1_000_000)
    .get('word/styles.xml')
    ?.toString('utf8');
  expect(styles).toMatch(/w:styleId="TableCaption"(?:(?!<\/w:style>).)*<w:spacing w:before="160"\/>/s);
});
