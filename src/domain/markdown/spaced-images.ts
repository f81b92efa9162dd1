/**
 * Images whose names have blanks, as people name files and models write them: `![A plot](figures/my plot (2).png)`.
 * CommonMark wants such an address in angle brackets or with `%20`; nobody writes it so (W13).
 */
import type { MarkdownIt, StateInline } from 'markdown-it';

/** A path with blanks that ends like an image, and perhaps a title in quotes. */
const SPACED =
  /^\([ \t]*((?:[^()<>"\n]|\([^()\n]*\))*[ \t](?:[^()<>"\n]|\([^()\n]*\))*\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|pdf))(?:[ \t]+"([^"\n]*)")?[ \t]*\)/i;

/** As long as a path can be, with a title. */
const MOST_CHARACTERS = 1_000;

export function spacedImages(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('image', 'spaced_image', (state, silent) => {
    if (!state.src.startsWith('![', state.pos)) return false;
    const labelEnd = markdown.helpers.parseLinkLabel(state, state.pos + 1, false);
    if (labelEnd < 0) return false;
    const rest = state.src.slice(labelEnd + 1, Math.min(state.posMax, labelEnd + 1 + MOST_CHARACTERS));
    const [all, path, title] = SPACED.exec(rest) ?? [];
    if (all === undefined || path === undefined) return false;
    const src = markdown.normalizeLink(path.trim());
    if (!markdown.validateLink(src)) return false;
    if (!silent) pushImage(state, state.src.slice(state.pos + 2, labelEnd), src, title);
    state.pos = labelEnd + 1 + all.length;
    return true;
  });
}

function pushImage(state: StateInline, label: string, src: string, title: string | undefined): void {
  const token = state.push('image', 'img', 0);
  token.attrs = [
    ['src', src],
    ['alt', ''],
  ];
  if (title !== undefined) token.attrs.push(['title', title]);
  token.content = label;
  token.children = [];
  state.md.inline.parse(label, state.md, state.env, token.children);
}
