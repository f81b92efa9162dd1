/**
 * HTML from a model or a file is untrusted (A8): no scripts, no styles, no classes but ours, nothing remote.
 * An image of the workspace loses its `src` for `data-path`; who shows it fetches it with the token.
 */
import DOMPurify from 'dompurify';
import { workspacePath } from './workspace-path.ts';

const purify = DOMPurify(window);

// Said once: taking it in costs twice as much as the work on a block.
purify.setConfig({
  USE_PROFILES: { html: true },
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'select',
    'textarea',
    'video',
    'audio',
    'source',
    'picture',
  ],
  FORBID_ATTR: ['style', 'id', 'name', 'srcset'],
  ALLOW_DATA_ATTR: false,
});

purify.addHook('afterSanitizeAttributes', (node) => {
  const classes = [...node.classList].filter((name) => /^(?:language-[\w-]+|math|math-block)$/.test(name));
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
  if (!/^(?:https?:|mailto:)/i.test(link.getAttribute('href') ?? '')) {
    link.removeAttribute('href');
    return;
  }
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
}
