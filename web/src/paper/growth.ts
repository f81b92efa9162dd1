/**
 * The paper with what the agent is writing at its place, before any of it is stored (V5). The calls are read as the
 * tools will read them (src/domain/markdown), as far as the model has written them. Pure.
 */
import { addSection } from '../../../src/domain/markdown/add-section.ts';
import { appendToDocument, prependToDocument } from '../../../src/domain/markdown/document.ts';
import { updateFound } from '../../../src/domain/markdown/edit-section.ts';
import { findSection } from '../../../src/domain/markdown/find-section.ts';
import { guidedOutline } from '../../../src/domain/markdown/guidance.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { withoutOwnHeading } from '../../../src/domain/markdown/own-heading.ts';
import { renameSection } from '../../../src/domain/markdown/rename-section.ts';
import type { Edited } from '../../../src/domain/markdown/splice.ts';
import { UnreadableMarkdown } from '../../../src/domain/markdown/unreadable.ts';
import { numberArgument, stringArgument } from '../conversation/draft.ts';
import type { PaperCall } from './paper-calls.ts';

/** A call that cannot be carried out, or says too little yet, leaves the text as it is. */
export function grown(text: string, calls: readonly PaperCall[]): string {
  try {
    return calls.reduce(withCall, text);
  } catch (error) {
    // The tool will say so, to the model and in the conversation.
    if (error instanceof UnreadableMarkdown) return text;
    throw error;
  }
}

function withCall(source: string, call: PaperCall): string {
  const edited = editOf(source, call);
  if (typeof edited === 'string') return edited;
  return edited?.ok ? edited.source : source;
}

function editOf(source: string, { name, arguments: args }: PaperCall): Edited | string | null {
  const given = (argument: string) => stringArgument(args, argument);
  if (name === 'rename_section_title') {
    const [section, title] = [given('section'), given('new_title')];
    return section === undefined || title === undefined ? null : renameSection(source, section, title);
  }
  const written = given('content');
  if (written === undefined) return null;
  const content = closed(written);
  if (name === 'writemd') return withDocument(source, content, given('mode'));
  if (name === 'add_section') {
    const [title, level] = [given('title'), numberArgument(args, 'level')];
    if (title === undefined || level === undefined) return null;
    const own = withoutOwnHeading(content, title, level);
    return addSection(source, { title, level, content: own, after: given('after') });
  }
  return withSection(source, content, given('section'), given('mode'));
}

/** Models say how a text is to be put in after the text: until then nothing that a person can read goes away. */
function withDocument(source: string, content: string, mode: string | undefined): string {
  if (mode === 'prepend') return prependToDocument(source, content);
  if (mode === 'append') return appendToDocument(source, content);
  const sections = guidedOutline(source);
  const empty = sections.length === 0 ? source.trim() === '' : sections.every(({ written }) => written === 0);
  return mode === 'write' || empty ? content : appendToDocument(source, content);
}

function withSection(
  source: string,
  content: string,
  reference: string | undefined,
  mode: string | undefined,
): Edited | null {
  if (reference === undefined) return null;
  const sections = outline(source);
  const found = findSection(sections, reference);
  if (!found.ok) return null;
  const { section } = found;
  const own = withoutOwnHeading(content, section.title, section.level);
  if (mode === 'append' || mode === 'prepend' || mode === 'replace') {
    return updateFound(source, { sections, section }, own, mode);
  }
  const empty = guidedOutline(source).every(
    ({ section: other, written }) =>
      written === 0 || other.start < section.start || other.start >= section.end,
  );
  return updateFound(source, { sections, section }, own, empty ? 'replace' : 'append');
}

/** The text with what it leaves open closed: half a fence or comment would take what follows it along. */
function closed(content: string): string {
  let fence: string | null = null;
  let formula = false;
  for (const line of content.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && fence === null) fence = mark;
    else if (mark !== undefined && fence !== null && mark.startsWith(fence)) fence = null;
    else if (fence === null && (line.split('$$').length - 1) % 2 === 1) formula = !formula;
  }
  if (fence !== null) return `${content}\n${fence}`;
  if (formula) return `${content}\n$$`;
  return content.lastIndexOf('<!--') > content.lastIndexOf('-->') ? `${content} -->` : content;
}
