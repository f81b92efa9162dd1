/** Shiki with the two languages that the page shows, loaded when the first finished code is to be shown. */
import type { GrammarState, HighlighterCore } from 'shiki/core';

export type Language = 'python' | 'markdown';

let loading: Promise<HighlighterCore> | null = null;
const THEMES = { light: 'github-light-default', dark: 'github-dark-default' };

async function load(): Promise<HighlighterCore> {
  const [{ createHighlighterCore }, { createJavaScriptRegexEngine }, ...parts] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
    import('shiki/langs/python.mjs'),
    import('shiki/langs/markdown.mjs'),
    import('shiki/themes/github-light-default.mjs'),
    import('shiki/themes/github-dark-default.mjs'),
  ]);
  const [python, markdown, light, dark] = parts;
  return createHighlighterCore({
    langs: [python.default, markdown.default],
    themes: [light.default, dark.default],
    // Written in JavaScript: the page's policy allows no WebAssembly.
    engine: createJavaScriptRegexEngine(),
  });
}

async function highlighter(): Promise<HighlighterCore> {
  loading ??= load();
  try {
    return await loading;
  } catch (error) {
    // It may have been the network: the next code tries again.
    loading = null;
    throw error;
  }
}

/** Highlighted code as HTML (made of escaped text only) with both themes in it; the page's class picks one. */
export async function highlight(code: string, lang: Language): Promise<string> {
  return (await highlighter()).codeToHtml(code, {
    lang,
    themes: THEMES,
    defaultColor: false,
    // The box around it is what scrolls and takes the focus.
    tabindex: false,
  });
}

/** Code that grows, as far as it is coloured: its whole lines, in pieces of HTML that do not change any more. */
export interface GrowingCode {
  pieces: readonly string[];
  /** How much of the code they are, in UTF-16 code units. */
  length: number;
}

/**
 * Colours code while it is being written. Each line is looked at once, when it is whole, so that a long one costs no
 * more at its end than at its beginning (V26).
 */
export async function createGrowingHighlight(lang: Language): Promise<(code: string) => GrowingCode> {
  const shiki = await highlighter();
  let done = '';
  let state: GrammarState | undefined;
  let pieces: readonly string[] = [];
  return (code) => {
    if (!code.startsWith(done)) {
      // Not the same code any more.
      done = '';
      state = undefined;
      pieces = [];
    }
    const whole = code.slice(0, code.lastIndexOf('\n') + 1);
    if (whole.length > done.length) {
      const { tokens, grammarState } = shiki.codeToTokens(whole.slice(done.length, -1), {
        lang,
        themes: THEMES,
        defaultColor: false,
        ...(state ? { grammarState: state } : {}),
      });
      state = grammarState;
      pieces = [...pieces, tokens.map((line) => `${line.map(spanOf).join('')}\n`).join('')];
      done = whole;
    }
    return { pieces, length: done.length };
  };
}

function spanOf({
  content,
  htmlStyle = {},
}: {
  content: string;
  htmlStyle?: Record<string, string>;
}): string {
  const style = Object.entries(htmlStyle).map(([name, value]) => `${name}:${value}`);
  return `<span style="${style.join(';')}">${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</span>`;
}
