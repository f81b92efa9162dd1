/** What pandoc leaves to do in a Word document: the style's page, its running head, tables as they are printed. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { unpack } from '../../documents/zip.ts';
import { MOST_DOCUMENT_BYTES } from '../job.ts';
import type { Style } from '../style.ts';
import { withMatrices } from './equation-arrays.ts';
import { type Page, pageOf, textWidths, withFittedTables, withTableTypes } from './fit-tables.ts';

export interface Finish {
  latex: Pick<Style['latex'], 'paper' | 'margin' | 'fontSize'>;
  /** Stands in the file's properties. */
  title: string;
  authors: readonly string[];
  /** Headings of sections stand in the middle. */
  centresHeadings: boolean;
  /** At the top of every page but the first; `countsPages`: with the page's number, which else stands at the bottom. */
  runningHead: { text: string; countsPages: boolean } | null;
}

/** The same paper makes the same bytes. */
const WRITTEN = new Date(Date.UTC(2000, 0, 1));
const DOCUMENT = 'word/document.xml';
/** Running heads: that of upright pages, and that of pages that lie across, whose text is wider. */
const HEAD = { name: 'header-of-style.xml', id: 'rIdHead' };
const HEAD_ACROSS = { name: 'header-of-style-across.xml', id: 'rIdHeadAcross' };

export async function finishDocx(bytes: Uint8Array, finish: Finish): Promise<Buffer> {
  const files = unpack(Buffer.from(bytes), () => true, MOST_DOCUMENT_BYTES);
  const change = (name: string, how: (xml: string) => string) => {
    const file = files.get(name);
    if (file !== undefined) files.set(name, Buffer.from(how(file.toString('utf8'))));
  };
  let percents: number[] = [];
  change(DOCUMENT, (xml) => {
    const whole = withPage(withTables(withCases(withMatrices(xml))), finish);
    const fitted = withFittedTables(whole, finish.latex);
    percents = fitted.percents;
    return withHeadsAcross(fitted.xml);
  });
  change('word/styles.xml', (xml) => withTypeSize(withTableTypes(xml, percents), finish.latex.fontSize));
  if (finish.centresHeadings)
    change('word/styles.xml', (xml) =>
      xml.replace(/w:styleId="Heading1"(?:(?!<w:outlineLvl).)*/s, '$&<w:jc w:val="center"/>'),
    );
  change('docProps/core.xml', (xml) => withProperties(xml, finish));
  if (finish.runningHead !== null) {
    const heads = headsOf(finish.runningHead, finish.latex);
    for (const { name, xml } of heads) files.set(`word/${name}`, Buffer.from(xml));
    const types = heads.map(
      ({ name }) =>
        `<Override PartName="/word/${name}" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>`,
    );
    change('[Content_Types].xml', (xml) => withInside(xml, 'Types', types));
    const relations = heads.map(
      ({ name, id }) =>
        `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="${name}"/>`,
    );
    change('word/_rels/document.xml.rels', (xml) => withInside(xml, 'Relationships', relations));
  }
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(content, name, { mtime: WRITTEN });
  zip.end();
  return await buffer(zip.outputStream);
}

function withInside(xml: string, element: string, more: readonly string[]): string {
  return xml.replace(`</${element}>`, `${more.join('')}</${element}>`);
}

/** What the reference documents are set in, in points; 11 is what LaTeX has for it. */
const USUAL_TYPE = 10.5;

/** Sizes and indents grow with that of the text; what is larger stays, for it is a heading's, and so do tables. */
function withTypeSize(styles: string, fontSize: string): string {
  const points = Number.parseFloat(fontSize);
  if (points === 11) return styles;
  const grown = (value: number) => Math.round((value * points) / USUAL_TYPE);
  const sized = (value: number) =>
    value <= 2 * USUAL_TYPE ? grown(value) : Math.max(value, Math.round(2 * points));
  const change = (xml: string, name: RegExp, how: (value: number) => number) =>
    xml.replace(name, (_, before: string, value: string) => before + how(Number(value)));
  return styles.replace(/<w:style .*?<\/w:style>/gs, (style) =>
    /w:styleId="TableText\d+"/.test(style)
      ? style
      : change(change(style, /(<w:sz(?:Cs)? w:val=")(\d+)/g, sized), /(<w:ind w:firstLine=")(\d+)/g, grown),
  );
}

/** Rows of a table that stays on one page. */
const ROWS_TOGETHER = 20;

function keptTogether(table: string): string {
  const rows = table.split('</w:tr>');
  if (table.includes('w:val="Equation"') || rows.length - 1 > ROWS_TOGETHER) return table;
  // The last row has nothing behind it to stay with.
  return rows
    .map((row, index) =>
      index < rows.length - 2 ? row.replace(/<w:pStyle w:val="Compact"\s*\/>/g, '$&<w:keepNext/>') : row,
    )
    .join('</w:tr>');
}

/** In the middle, their lines whole, without the number that pandoc's summary lacks. */
function withTables(xml: string): string {
  return xml
    .replace(/<w:tbl>.*?<\/w:tblPr>/gs, (head) => {
      const inMiddle = head.includes('<w:jc ') || !head.includes('w:val="Table"');
      const named = head.replace(/(<w:tblCaption w:val=")(?:Table|表)[\s\u00a0]*\.?[\s\u2002]*/, '$1');
      return inMiddle ? named : named.replace(/<w:tblW [^>]*\/>/, '$&<w:jc w:val="center"/>');
    })
    .replace(/<w:tr>(<w:trPr>)?/g, (_, has?: string) =>
      has === undefined ? '<w:tr><w:trPr><w:cantSplit/></w:trPr>' : '<w:tr><w:trPr><w:cantSplit/>',
    )
    .replace(/<w:tbl>.*?<\/w:tbl>/gs, keptTogether)
    .replace(/<w:tbl><w:tblPr><w:tblStyle w:val="Equation".*?<\/w:tbl>/gs, (table) =>
      table
        .replace(/<w:tcPr\s*\/>/g, '<w:tcPr></w:tcPr>')
        .replaceAll('</w:tcPr>', '<w:vAlign w:val="center"/></w:tcPr>'),
    );
}

/** Lines behind a brace begin below each other. */
function withCases(xml: string): string {
  return xml.replace(
    /<m:begChr m:val="\{"\s*\/>(?:<m:sepChr m:val=""\s*\/>)?<m:endChr m:val=""\s*\/>(?:<m:grow\s*\/>)?<\/m:dPr><m:e><m:m>(?:(?!<\/m:mcs>).)*/gs,
    (all) => all.replaceAll('<m:mcJc m:val="center"', '<m:mcJc m:val="left"'),
  );
}

function withPage(xml: string, { latex, runningHead }: Finish): string {
  const page = pageOf(latex);
  return xml.replace(/<w:sectPr[^>]*>.*?<\/w:sectPr>/gs, (section) => {
    const sized = section
      .replace(/<w:pgMar [^>]*\/>/, '')
      .replace(/<w:pgSz [^>]*\/>/, page)
      // Sections are pages that lie across: footnotes are counted through them.
      .replace(/<w:numRestart w:val="eachSect"\s*\/>/, '<w:numRestart w:val="continuous"/>');
    if (runningHead === null) return sized;
    return (runningHead.countsPages ? sized.replace(/<w:footerReference [^>]*\/>/g, '') : firstToo(sized))
      .replace(/^<w:sectPr[^>]*>/, `$&<w:headerReference w:type="default" r:id="${HEAD.id}"/>`)
      .replace('</w:sectPr>', '<w:titlePg/></w:sectPr>');
  });
}

function withHeadsAcross(xml: string): string {
  return xml.replace(/<w:sectPr[^>]*>.*?<\/w:sectPr>/gs, (section) =>
    section.includes('w:orient="landscape"')
      ? section.replace(`r:id="${HEAD.id}"`, `r:id="${HEAD_ACROSS.id}"`)
      : section,
  );
}

/** The first page, which has no running head, has the number at its bottom all the same. */
function firstToo(section: string): string {
  return section.replace(
    /<w:footerReference w:type="default"( [^>]*)\/>/,
    '$&<w:footerReference w:type="first"$1/>',
  );
}

function withProperties(xml: string, { title, authors }: Finish): string {
  return xml
    .replace(/<dc:title>.*?<\/dc:title>|<dc:title\s*\/>/s, `<dc:title>${escapedXml(title)}</dc:title>`)
    .replace(
      /<dc:creator>.*?<\/dc:creator>|<dc:creator\s*\/>/s,
      `<dc:creator>${escapedXml(authors.join('; '))}</dc:creator>`,
    );
}

function headsOf(head: NonNullable<Finish['runningHead']>, page: Page) {
  const { upright, across } = textWidths(page);
  return [
    { ...HEAD, xml: headerXml(head, upright) },
    { ...HEAD_ACROSS, xml: headerXml(head, across) },
  ];
}

/** `width` is that of the text below it, in twentieths of a point: where the page's number ends. */
function headerXml({ text, countsPages }: NonNullable<Finish['runningHead']>, width: number): string {
  const run = (content: string) => `<w:r><w:rPr><w:sz w:val="20"/></w:rPr>${content}</w:r>`;
  const words = (content: string) => run(`<w:t xml:space="preserve">${escapedXml(content)}</w:t>`);
  const field = (name: string) => `<w:fldSimple w:instr=" ${name} ">${run('<w:t>1</w:t>')}</w:fldSimple>`;
  const numbers = [run('<w:tab/>'), words('Page '), field('PAGE'), words(' of '), field('NUMPAGES')].join('');
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:tabs><w:tab w:val="right" w:pos="${width}"/></w:tabs></w:pPr>${words(text)}${countsPages ? numbers : ''}</w:p></w:hdr>`;
}

export function escapedXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
