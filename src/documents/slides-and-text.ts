/** Slides and OpenDocument texts: their paragraphs in order, without their form. */
import type { Text } from './types.ts';
import { unpack } from './zip.ts';

const MOST_UNPACKED = 64 * 1024 ** 2;

const SLIDES = /^ppt\/(?:slides\/slide\d+\.xml|notesSlides\/(?:_rels\/)?\w+\.xml(?:\.rels)?)$/;

/** The slides of a PowerPoint document by their numbers, with the speaker's notes. @throws BadArchive */
export function slidesToText(bytes: Buffer): Text {
  const parts = unpack(bytes, (name) => SLIDES.test(name), MOST_UNPACKED);
  const xmlOf = (name: string) => parts.get(name)?.toString('utf8') ?? '';
  const notesOf = new Map<number, string[]>();
  for (const [name, relations] of parts) {
    const notes = /^ppt\/notesSlides\/_rels\/(\w+\.xml)\.rels$/.exec(name)?.[1];
    const slide = /slides\/slide(\d+)\.xml/.exec(relations.toString('utf8'))?.[1];
    if (notes === undefined || slide === undefined) continue;
    const lines = paragraphs(xmlOf(`ppt/notesSlides/${notes}`), 'a:p', 'a:t');
    notesOf.set(
      Number(slide),
      lines.filter((line) => !/^\d+$/.test(line)),
    );
  }
  const numbers = [...parts.keys()]
    .flatMap((name) => /^ppt\/slides\/slide(\d+)\.xml$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
  const slides = numbers.map((number, n) => {
    const notes = notesOf.get(number) ?? [];
    const said = notes.length === 0 ? [] : ['(notes)', ...notes];
    return [
      `--- slide ${n + 1} of ${numbers.length} ---`,
      ...paragraphs(xmlOf(`ppt/slides/slide${number}.xml`), 'a:p', 'a:t'),
      ...said,
    ].join('\n');
  });
  return slides.length === 0
    ? { problem: 'this presentation has no slides.' }
    : { chunks: [slides.join('\n\n')] };
}

/** The headings and paragraphs of an OpenDocument text. @throws BadArchive */
export function openTextToText(bytes: Buffer): Text {
  const content = unpack(bytes, (name) => name === 'content.xml', MOST_UNPACKED).get('content.xml');
  const lines = paragraphs(content?.toString('utf8') ?? '', 'text:(?:p|h)', null);
  return lines.length === 0
    ? { problem: 'this document has no text in it.' }
    : { chunks: [lines.join('\n')] };
}

/** The text of each paragraph: of the elements named `run` in it, or all of it. */
function paragraphs(xml: string, name: string, run: string | null): string[] {
  const found = xml.split(new RegExp(`<${name}(?=[\\s>])[^>]*>`)).slice(1);
  return found.flatMap((paragraph) => {
    const [inside = ''] = paragraph.split(new RegExp(`</${name}>`), 1);
    const texts =
      run === null
        ? [inside]
        : inside
            .split(`<${run}>`)
            .slice(1)
            .map((text) => text.split('<', 1)[0] ?? '');
    const text = unescaped(
      texts
        .join('')
        .replace(/<text:(?:tab|s|line-break)[^>]*>/g, ' ')
        .replace(/<[^>]*>/g, ''),
    );
    return text.trim() === '' ? [] : [text.trim()];
  });
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity] ?? entity);
}
