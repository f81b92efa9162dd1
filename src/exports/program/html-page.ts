/** An HTML document in one file, whoever wrote its parts: no script, nothing fetched (O10). */
import type { Block } from '../paper/ast.ts';
import type { Picture } from './pictures.ts';
import { mapNodes } from './walk.ts';

const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const CSS = `
:root { color-scheme: light; }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1.25rem; color: #1a1a1a; background: #fff; overflow-wrap: break-word;
  font: 1.0625rem/1.6 "Source Serif 4", "Noto Serif", Georgia, "Times New Roman", "Songti SC", "Noto Serif CJK SC", SimSun, serif; }
html[lang="zh-CN"] body { line-height: 1.8; }
html[lang="zh-CN"] p { text-indent: 2em; }
h1, h2, h3, h4, h5, h6 { line-height: 1.3; margin: 2em 0 .6em; }
html[lang="zh-CN"] :is(h1, h2, h3, h4) { font-family: "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", SimHei, sans-serif; }
header { text-align: center; margin-bottom: 2rem; } header h1 { font-size: 1.75rem; margin: 0 0 .5rem; }
header p, .abstract p, figcaption, caption, td p, th p, li p { text-indent: 0 !important; }
.abstract { margin: 0 2rem 2rem; font-size: .95em; } .abstract h2 { font-size: 1em; text-align: center; margin: 0 0 .5em; }
figure, .picture { margin: 1.75rem 0; text-align: center; } img { max-width: 100%; max-height: 90vh; height: auto; object-fit: contain; }
figcaption, caption { font-size: .92em; margin: .5rem 0; } caption { caption-side: top; }
.table { overflow-x: auto; margin: 1.75rem 0; } table { border-collapse: collapse; margin: 0 auto; border-top: 1.5px solid; border-bottom: 1.5px solid; font-size: .95em; }
th, td { padding: .3em .8em; vertical-align: top; } thead th { border-bottom: 1px solid; } td > p, th > p { margin: 0; }
.equation { display: flex; align-items: center; gap: .75em; margin: 1.2em 0; } .equation > math { flex: 1; min-width: 0; margin: 0; } mtd[style*="padding-"] { math-style: normal; } .equation > span:last-child { flex: none; }
mtd:has(mstyle[displaystyle="true"]) { padding-block: .5em; }
mtable[columnalign^="left"] > mtr > mtd, mtable[columnalign^="right left"] > mtr > mtd:nth-child(even) { text-align: left; }
mtable[columnalign^="right left"] > mtr > mtd:nth-child(odd) { text-align: right; }
math[display="block"] { margin: 1em 0; overflow-x: auto; overflow-y: hidden; }
pre { background: #f5f5f4; padding: .8em 1em; overflow-x: auto; font-size: .875em; line-height: 1.45; } code { font-size: .92em; }
blockquote { margin: 1em 2em; color: #444; } a, code { overflow-wrap: anywhere; } pre code { overflow-wrap: normal; } a { color: #1a4b8c; text-decoration: none; } a:hover { text-decoration: underline; }
.csl-entry { margin: .5em 0; padding-left: 2.2em; text-indent: -2.2em; } .csl-left-margin { display: inline-block; min-width: 2.2em; text-indent: 0; }
.csl-right-inline { display: inline; } .header-section-number { margin-right: .5em; }
/* Chinese breaks anywhere, so that its columns would end as one character each: such a table is rolled instead. */
@media (max-width: 40rem) { th, td { padding: .3em .5em; } html[lang="zh-CN"] :is(th, td) { min-width: 4em; } }
@page across { size: landscape; }
@media print { .across { page: across; } pre { white-space: pre-wrap; } pre code { overflow-wrap: anywhere; } html[lang="zh-CN"] :is(th, td) { min-width: 0; } body { max-width: none; margin: 0; font-size: 10.5pt; } figure, table, .equation { break-inside: avoid; } h1, h2, h3 { break-after: avoid; } }
`;

export interface HtmlParts {
  language: 'en' | 'zh';
  plainTitle: string;
  authors: readonly string[];
  date: string;
  /** HTML, each of them; empty where the paper has none. */
  title: string;
  abstract: string;
  keywords: readonly string[];
  body: string;
}

export function htmlPage({ language, title, plainTitle, authors, date, ...parts }: HtmlParts): string {
  const isChinese = language === 'zh';
  const keywords = parts.keywords.join(isChinese ? '；' : '; ');
  const front = [
    ...(parts.abstract === '' ? [] : [`<h2>${isChinese ? '摘要' : 'Abstract'}</h2>`, parts.abstract]),
    ...(keywords === ''
      ? []
      : [`<p><strong>${isChinese ? '关键词：' : 'Keywords: '}</strong>${keywords}</p>`]),
  ];
  return `<!DOCTYPE html>
<html lang="${isChinese ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapedHtml(plainTitle)}</title>
<style>${CSS}</style>
</head>
<body>
<header><h1>${title}</h1>${lineOf(authors.join(isChinese ? '，' : ', '))}${lineOf(date)}</header>
${front.length === 0 ? '' : `<section class="abstract">${front.join('\n')}</section>`}
<main>
${parts.body}
</main>
</body>
</html>
`;
}

/** Pictures as addresses that hold their bytes. */
export function withPictures(blocks: Block[], pictures: readonly Picture[]): Block[] {
  const addresses = new Map(
    pictures.map(({ name, mime, bytes }) => [name, `data:${mime};base64,${bytes.toString('base64')}`]),
  );
  return mapNodes(blocks, (node) => {
    if (node.t !== 'Image') return node;
    const [attributes, text, [name]] = node.c as [unknown, unknown, [string, string]];
    return { t: 'Image', c: [attributes, text, [addresses.get(name) ?? '', '']] };
  });
}

function lineOf(text: string): string {
  return text === '' ? '' : `<p>${escapedHtml(text)}</p>`;
}

export function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
