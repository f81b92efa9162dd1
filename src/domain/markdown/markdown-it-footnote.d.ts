/** The package has no types of its own. */
declare module 'markdown-it-footnote' {
  import type { MarkdownIt } from 'markdown-it';

  /** `[^1]` with `[^1]: …` anywhere, and `^[…]` in place: `env.footnotes` once there are any. */
  export default function footnotes(markdown: MarkdownIt): void;
}
