/** CodeMirror as the page uses it, for Markdown. Loaded when a paper is first edited or compared. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { markdown, markdownLanguage } from '@codemirror/lang-markdown';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension, Transaction } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, keymap, MatchDecorator, ViewPlugin } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { diffIndices } from 'node-diff3';
import { linesOver, plainLine } from './lines.ts';

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: '650', color: 'var(--ui-text-highlighted)' },
  { tag: tags.strong, fontWeight: '650' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  // Not what stands in brackets: an interval is no link.
  { tag: tags.url, color: 'var(--ui-primary)' },
  { tag: tags.monospace, fontFamily: 'var(--font-mono)', fontSize: '0.92em' },
  { tag: tags.quote, color: 'var(--ui-text-muted)' },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.comment], color: 'var(--ui-text-dimmed)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--ui-text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-sans)',
    fontSize: '0.9375rem',
    lineHeight: '1.7',
    fontFeatureSettings: '"calt" 0',
  },
  '.cm-content': { padding: '1.25rem 0', caretColor: 'var(--ui-primary)' },
  '.cm-line': { padding: '0 1.25rem' },
  '.cm-cursor': { borderLeftColor: 'var(--ui-primary)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--ui-primary) 22%, transparent)',
  },
  '.cm-formula': { color: 'var(--ui-success)' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none' },
  '.cm-panels': { backgroundColor: 'var(--ui-bg-elevated)', color: 'var(--ui-text)' },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--ui-bg)',
    backgroundImage: 'none',
    border: '1px solid var(--ui-border-accented)',
    borderRadius: '0.25rem',
    color: 'var(--ui-text)',
  },
  '.cm-changedLine, &.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': {
    backgroundColor: 'color-mix(in oklab, var(--ui-success) 12%, transparent)',
  },
  '&.cm-merge-b .cm-changedText, .cm-changedText': {
    background: 'color-mix(in oklab, var(--ui-success) 26%, transparent)',
  },
  '.cm-deletedChunk, & .cm-deletedChunk': {
    backgroundColor: 'color-mix(in oklab, var(--ui-error) 10%, transparent)',
    padding: '0 1.25rem',
  },
  // On red, the pale colours of comments and marks could not be read.
  '& .cm-deletedChunk *': { color: 'var(--ui-text)' },
  '& .cm-deletedChunk .cm-deletedText, .cm-deletedText': {
    background: 'color-mix(in oklab, var(--ui-error) 24%, transparent)',
  },
  '& .cm-collapsedLines': {
    background: 'var(--ui-bg-elevated)',
    color: 'var(--ui-text-muted)',
    padding: '0.25rem 1.25rem',
    fontSize: '0.75rem',
  },
});

/** Formulas, as far as they stand on one line; Markdown itself knows none. */
const FORMULAS = new MatchDecorator({
  regexp: /\$\$[^$]+\$\$|\$[^$\s](?:[^$]*[^$\s])?\$/g,
  decoration: Decoration.mark({ class: 'cm-formula' }),
});
const formulas = ViewPlugin.define(
  (view) => ({
    decorations: FORMULAS.createDeco(view),
    update(update) {
      this.decorations = FORMULAS.updateDeco(update, this.decorations);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

export interface EditorWords {
  label: string;
  /** CodeMirror's own sentences by the English ones (EditorState.phrases). */
  phrases: Record<string, string>;
}

/** An editor of Markdown over what the caller adds. */
export function markdownEditor(
  parent: HTMLElement,
  doc: string,
  words: EditorWords,
  more: Extension,
): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc,
      extensions: [
        // Before the default keys, so that a caller's own go first.
        more,
        history(),
        drawSelection(),
        highlightSelectionMatches(),
        EditorView.lineWrapping,
        markdown({ base: markdownLanguage, addKeymap: true }),
        syntaxHighlighting(colours),
        formulas,
        look,
        // Tab stays the browser's: it leads out of the editor (WCAG 2.1.2).
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
        EditorState.phrases.of(words.phrases),
        EditorView.contentAttributes.of({ 'aria-label': words.label, spellcheck: 'true' }),
      ],
    }),
  });
}

/**
 * Makes the editor's text `text`, touching only the lines that differ, so that the cursor stays where it is. With
 * `foreign` it is no step of the person's: undoing their own does not take away what the agent wrote.
 */
export function replaceText(view: EditorView, text: string, { foreign }: { foreign: boolean }): void {
  const { doc } = view.state;
  const old = doc.toString();
  if (old === text) return;
  const linesOf = linesOver(old);
  const changes = diffIndices(linesOf(old), linesOf(text)).map((hunk) => {
    const [line, gone] = hunk.buffer1;
    const insert = hunk.buffer2Content.map(plainLine).join('\n');
    // At the end there is no line after the change whose start could bound it: the break before it is part of it.
    if (line + gone >= doc.lines) {
      const from = line === 0 ? 0 : doc.line(line).to;
      return { from, to: doc.length, insert: line > 0 && hunk.buffer2[1] > 0 ? `\n${insert}` : insert };
    }
    const from = doc.line(line + 1).from;
    return { from, to: doc.line(line + gone + 1).from, insert: hunk.buffer2[1] > 0 ? `${insert}\n` : '' };
  });
  view.dispatch({ changes, annotations: Transaction.addToHistory.of(!foreign) });
}
