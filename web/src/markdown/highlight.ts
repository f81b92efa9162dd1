/** Shiki with the two languages that the page shows, loaded when the first finished code is to be shown. */
import type { HighlighterCore } from 'shiki/core';

export type Language = 'python' | 'markdown';

let loading: Promise<HighlighterCore> | null = null;

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

/** Highlighted code as HTML (made of escaped text only) with both themes in it; the page's class picks one. */
export async function highlight(code: string, lang: Language): Promise<string> {
  loading ??= load();
  try {
    const highlighter = await loading;
    return highlighter.codeToHtml(code, {
      lang,
      themes: { light: 'github-light-default', dark: 'github-dark-default' },
      defaultColor: false,
      // The box around it is what scrolls and takes the focus.
      tabindex: false,
    });
  } catch (error) {
    loading = null;
    throw error;
  }
}
