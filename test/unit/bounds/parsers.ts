/**
 * Every parser of texts that a model, a file or a person wrote. Whoever writes another adds a line here: what it is
 * given, and what stands before and behind the part that grows.
 */
import type { Context } from 'hono';
import { readArguments } from '../../../src/activities/mending/mend-arguments.ts';
import { mendText } from '../../../src/activities/mending/mend-text.ts';
import { changeDocument } from '../../../src/activities/tools/document-changes.ts';
import { cleanPath } from '../../../src/activities/tools/markdown-text.ts';
import { addNewSection, changeSection, changeTitle } from '../../../src/activities/tools/section-changes.ts';
import { describeOutline, readSection } from '../../../src/activities/tools/section-texts.ts';
import { parseArguments } from '../../../src/agents/tool-definitions.ts';
import { parseRange } from '../../../src/api/files/range.ts';
import { cleanName } from '../../../src/api/files/upload.ts';
import { decodeCursor } from '../../../src/api/works/list-cursor.ts';
import { preferredLanguage } from '../../../src/api/works/new-work.ts';
import { readWindow } from '../../../src/documents/line-window.ts';
import { tableFormatOf } from '../../../src/documents/table-format.ts';
import { encodingOf } from '../../../src/documents/text-encoding.ts';
import { yamlFields } from '../../../src/documents/yaml-fields.ts';
import { controlCharacterIn } from '../../../src/domain/control-characters.ts';
import { isTooNested } from '../../../src/domain/json-nesting.ts';
import { filesShownBy } from '../../../src/domain/markdown/files-shown.ts';
import { findSection } from '../../../src/domain/markdown/find-section.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { collapse, plainText } from '../../../src/domain/markdown/plain-text.ts';
import { forKatex, macrosOf } from '../../../src/domain/markdown/tex.ts';
import { UnreadableMarkdown } from '../../../src/domain/markdown/unreadable.ts';
import { withNumbers } from '../../../src/domain/markdown/with-numbers.ts';
import { workspacePath } from '../../../src/domain/markdown/workspace-path.ts';
import { wordsOfName } from '../../../src/domain/provenance/name-words.ts';
import { numbersOf } from '../../../src/domain/provenance/paper-numbers.ts';
import { literalsOf } from '../../../src/domain/provenance/script-literals.ts';
import { addReferences } from '../../../src/domain/references/add-reference.ts';
import { readBibtex } from '../../../src/domain/references/bibtex.ts';
import { peopleOf, plainValue } from '../../../src/domain/references/plain-text.ts';
import { withCitations } from '../../../src/domain/references/with-citations.ts';
import { titleFrom } from '../../../src/domain/work-title.ts';
import { parseBounded } from '../../../src/llm/answers/bounded-json.ts';
import { callsInText } from '../../../src/llm/answers/calls-in-text.ts';
import { createJsonScan } from '../../../src/llm/answers/json-scan.ts';
import { partAtClosingTag } from '../../../src/llm/answers/think-tags.ts';
import { safeToolName } from '../../../src/llm/safe-tool-name.ts';
import { readWords } from '../../../src/llm/vendor-words.ts';
import { numbersOfFigures } from '../../../src/paper-check/rules/figures.ts';
import { placeholders } from '../../../src/paper-check/rules/placeholders.ts';
import { repeatedParagraphs } from '../../../src/paper-check/rules/repeats.ts';
import { readSkillFile } from '../../../src/skills/skill-file.ts';
import { imageHeader } from '../../../src/workspace/image-header.ts';
import { mustBePortable } from '../../../src/workspace/portable-path.ts';
import { segmentsOf } from '../../../src/workspace/relative-path.ts';
import { printable } from '../../../src/workspace/tree.ts';

export interface Parser {
  parse: (text: string) => unknown;
  /** What the text that grows stands between; each pair is tried. */
  around?: [before: string, behind: string][];
}

const SECTIONS = outline('# a\n## b > c\n# a\n');
const PAPER = '# a\n\nb\n';

export const PARSERS: Record<string, Parser> = {
  // A model's arguments and answers.
  readArguments: {
    parse: (text) => readArguments('writemd', text),
    around: [
      ['', ''],
      ['{"file":"a.md","content":"', '"}'],
      ['{"file":"a.md","content":"', ''],
    ],
  },
  parseArguments: {
    parse: (text) => parseArguments('writemd', text),
    around: [
      ['{', '}'],
      ['{"file":"', '"}'],
    ],
  },
  'mendText of Markdown': {
    parse: (text) => mendText(text, 'markdown'),
    around: [
      ['', 'x'],
      ['```md\n', '\n```'],
    ],
  },
  'mendText of code': {
    parse: (text) => mendText(text, 'code'),
    around: [
      ['', 'x'],
      ['```\n', '\n```'],
    ],
  },
  'mendText of words': {
    parse: (text) => mendText(text, 'words'),
    around: [
      ['', 'x'],
      ['$', '$'],
    ],
  },
  controlCharacterIn: {
    parse: (text) => controlCharacterIn(text, 'at line beginnings'),
    around: [['', 'x\t']],
  },
  cleanPath: { parse: cleanPath, around: [['', 'x']] },
  isTooNested: { parse: isTooNested },
  parseBounded: {
    parse: parseBounded,
    around: [
      ['', ''],
      ['{"a":', '}'],
    ],
  },
  createJsonScan: {
    parse: (text) => {
      const scan = createJsonScan();
      for (let at = 0; at < text.length; at += 7) scan.feed(text.slice(at, at + 7));
      return scan;
    },
    around: [['{"a":"', '"}']],
  },
  callsInText: {
    parse: (text) => {
      const calls = callsInText(text, () => true);
      return calls;
    },
    around: [
      ['', ''],
      ['<tool_call>', '</tool_call>'],
      ['<function=a>', ''],
    ],
  },
  partAtClosingTag: {
    parse: partAtClosingTag,
    around: [
      ['', ''],
      ['', '</think>'],
      ['<think>', ''],
    ],
  },
  safeToolName: { parse: safeToolName, around: [['', 'x']] },
  readWords: {
    parse: readWords,
    around: [
      ['', ''],
      ['<html>', ''],
      ['{"error":{"message":"', '"}}'],
    ],
  },

  // First lines of papers and skills.
  yamlFields: {
    parse: yamlFields,
    around: [
      ['', ''],
      ['x: [', ''],
      ['x: {', '}'],
      ['"', ''],
    ],
  },
  readSkillFile: {
    parse: readSkillFile,
    around: [
      ['---\nname: a\ndescription: ', '\n---\n'],
      ['---\nx: [', '\n---\n'],
    ],
  },

  // Markdown.
  describeOutline: {
    parse: (text) => describeOutline('a.md', text),
    around: [
      ['', ''],
      ['# a\n', 'x'],
      ['---\n', '\n---'],
    ],
  },
  'outline of a title': {
    parse: (text) => describeOutline('a.md', `# ${text.replaceAll('\n', ' ')}\n`.slice(0, 1_000)),
  },
  readSection: { parse: (text) => readSection('a.md', `# a\n${text}`, 'a'), around: [['', 'x']] },
  changeSection: {
    parse: (text) => changeSection('a.md', PAPER, { section: 'a', content: text, mode: 'append' }),
    around: [['', 'x']],
  },
  addNewSection: {
    parse: (content) => addNewSection('a.md', PAPER, { title: 'b', level: 2, content, after: undefined }),
    around: [['', 'x']],
  },
  changeTitle: {
    parse: (text) => changeTitle('a.md', PAPER, { section: 'a', new_title: text }),
    around: [['', 'x']],
  },
  'changeDocument, to its end': {
    parse: (text) => changeDocument('a.md', text, { content: text, mode: 'append' }),
    around: [
      ['', 'x'],
      ['x', ''],
    ],
  },
  'changeDocument, to its beginning': {
    parse: (text) => changeDocument('a.md', text, { content: text, mode: 'prepend' }),
    around: [
      ['', 'x'],
      ['---\n', ''],
    ],
  },
  findSection: {
    parse: (text) => findSection(SECTIONS, text),
    around: [
      ['', 'a'],
      ['a', ''],
    ],
  },
  collapse: { parse: collapse, around: [['', 'x']] },
  plainText: { parse: plainText, around: [['', 'x']] },
  macrosOf: {
    parse: macrosOf,
    around: [
      ['\\newcommand', ''],
      ['\\def\\a{', '}'],
      ['```\n\\def', ''],
    ],
  },
  forKatex: {
    parse: (text) => forKatex(text, true),
    around: [
      ['\\def', ''],
      ['\\begin{align', '}'],
    ],
  },
  workspacePath: { parse: workspacePath, around: [['', 'x']] },
  filesShownBy: {
    parse: filesShownBy,
    around: [
      ['', ''],
      ['<img ', ' src=a.png>'],
      ['<p><img src="', '">'],
      ['<!-- ', ''],
    ],
  },
  numbersOf: {
    parse: numbersOf,
    around: [
      ['', ''],
      ['12', 'x'],
    ],
  },
  literalsOf: {
    parse: (text) => literalsOf(text, { run: 1, path: 'code/a.py' }),
    around: [
      ['', ''],
      ['"""', ''],
      ['a, b', ' = 1'],
    ],
  },
  placeholders: {
    parse: (text) => placeholders([{ kind: 'paragraph', text, line: 1 }]),
    around: [['', 'x']],
  },
  repeatedParagraphs: {
    parse: (text) => repeatedParagraphs(text.split('\n').map((line) => ({ kind: 'paragraph', text: line }))),
  },
  numbersOfFigures: {
    parse: numbersOfFigures,
    around: [
      ['', ''],
      ['Figure 1', 'x'],
    ],
  },
  readBibtex: {
    parse: readBibtex,
    around: [
      ['', ''],
      ['@a{b, c = {', ''],
      ['@a{b, c = "', '"}'],
      ['@a{b, c = d #', ''],
      ['@a{', ',}'],
    ],
  },
  withNumbers: {
    parse: withNumbers,
    around: [
      ['', ''],
      ['![', '](images/a.png){#fig:a}'],
      ['![a](images/a.png){', '}'],
      ['| a |\n|---|\n\nTable: ', '{#tbl:a}'],
      ['$$', '$$ {#eq:a}'],
      ['# ', '{#sec:a}'],
      ['@fig:', ''],
    ],
  },
  withCitations: {
    parse: (text) => withCitations(text, '@misc{a, title={A title}}'),
    around: [
      ['', ''],
      ['[', ']'],
      ['[@', ''],
    ],
  },
  plainValue: {
    parse: plainValue,
    around: [
      ['', 'x'],
      ['\\', '}'],
    ],
  },
  peopleOf: { parse: peopleOf, around: [['a', 'b']] },
  addReferences: {
    parse: (text) => addReferences(text, '@misc{a, title={A title}}'),
    around: [
      ['', ''],
      ['@misc{b, title={', '}}'],
    ],
  },
  wordsOfName: { parse: wordsOfName, around: [['', 'x']] },

  // Files and their names.
  readWindow: {
    parse: (text) => readWindow([text], {}),
    around: [
      ['', ''],
      ['x', 'x'],
    ],
  },
  'readWindow, in pieces': { parse: (text) => readWindow(text.match(/[\s\S]{1,100}/g) ?? [], {}) },
  encodingOf: {
    parse: async (text) => {
      return await encodingOf(
        (async function* pieces() {
          yield Buffer.from(text, 'latin1');
        })(),
      );
    },
    around: [['\xe9', '']],
  },
  tableFormatOf: {
    parse: tableFormatOf,
    around: [
      ['', ''],
      ['a,b\n', ''],
    ],
  },
  imageHeader: {
    parse: (text) => imageHeader(Buffer.from(text)),
    around: [
      ['<svg width="1', 'x">'],
      ['<svg ', '>'],
      ['<?xml ', '<svg>'],
      ['', '<svg>'],
    ],
  },
  cleanName: {
    parse: cleanName,
    around: [
      ['', '.txt'],
      ['a.', ''],
    ],
  },
  mustBePortable: { parse: mustBePortable, around: [['', 'x']] },
  segmentsOf: { parse: segmentsOf, around: [['', 'x']] },
  printable: { parse: printable, around: [['', 'x']] },

  // Requests.
  titleFrom: { parse: titleFrom, around: [['', 'x']] },
  decodeCursor: { parse: decodeCursor },
  preferredLanguage: {
    parse: (text) => preferredLanguage({ req: { header: () => text } } as unknown as Context),
    around: [
      ['', ''],
      ['en;q=', ''],
    ],
  },
  parseRange: { parse: (text) => parseRange(text, 1_000), around: [['bytes=', '']] },
};

/** What a parser throws for bad input; anything else is a fault. */
export function isRefusal(error: unknown): boolean {
  return error instanceof UnreadableMarkdown || (error instanceof Error && error.constructor !== Error);
}
