/**
 * HTML from a model or a file is untrusted (A8): no scripts, no styles, no classes but ours, nothing remote.
 * An image of the workspace loses its `src` for `data-path`; who shows it fetches it with the token.
 */
import DOMPurify from 'dompurify';
import { workspacePath } from '../../../src/domain/markdown/workspace-path.ts';

const purify = DOMPurify(window);

/** What a paper or an answer is made of. Whatever is not named here goes; its text stays. */
const TAGS =
  'a abbr article b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption ' +
  'figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup ' +
  'table tbody td tfoot th thead tr u ul var wbr';
/** Of these only `href` and `src` are addresses, and the hook below sees to both: nothing else can ask for anything. */
const ATTRIBUTES =
  'abbr align alt class colspan dir height href lang open reversed rowspan scope span src start title type width';

// Said once: taking it in costs twice as much as the work on a block.
purify.setConfig({
  ALLOWED_TAGS: TAGS.split(' '),
  ALLOWED_ATTR: ATTRIBUTES.split(' '),
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
});

// Addresses of unknown kinds are taken away next; this one is the workspace's own.
purify.addHook('beforeSanitizeAttributes', (node) => {
  if (!(node instanceof HTMLImageElement)) return;
  const path = workspacePath(node.getAttribute('src') ?? '');
  if (path !== null) node.setAttribute('src', encodeURI(`./${path}`).replace(/[?#]/g, encodeURIComponent));
});

const CLASSES = /^(?:language-[\w-]+|math|math-block|footnotes|footnote-ref|footnote-back|asked|caption)$/;

purify.addHook('afterSanitizeAttributes', (node) => {
  const classes = [...node.classList].filter((name) => CLASSES.test(name));
  if (classes.length > 0) node.className = classes.join(' ');
  else node.removeAttribute('class');
  if (node instanceof HTMLImageElement) localImage(node);
  if (node instanceof HTMLAnchorElement) outwardLink(node);
});

/** The safe form of a block of HTML. */
export function sanitise(html: string): string {
  return purify.sanitize(html);
}

function localImage(image: HTMLImageElement): void {
  const source = image.getAttribute('src') ?? '';
  if (/^data:image\/(?:png|jpeg|gif|webp);/i.test(source)) return;
  image.removeAttribute('src');
  const path = workspacePath(source);
  if (path !== null) image.setAttribute('data-path', path);
  else if (image.alt === '') image.alt = source;
}

function outwardLink(link: HTMLAnchorElement): void {
  if (/^footnote-/.test(link.className)) {
    link.removeAttribute('href');
    link.setAttribute('role', 'link');
    link.tabIndex = 0;
    return;
  }
  if (!/^(?:https?:|mailto:)/i.test(link.getAttribute('href') ?? '')) {
    link.removeAttribute('href');
    return;
  }
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
}
