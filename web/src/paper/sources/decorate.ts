/** Puts marks around the numbers of a block that has been drawn, and badges under its figures. */
import type { Decorate } from '../../markdown/decorate.ts';
import { BEGIN, END, MARKS, markAt } from './marks.ts';

/** How a mark or a badge looks and what is read out of it. */
export interface Look {
  state: string;
  label: string;
}

export interface Marking {
  mark(index: number): Look | null;
  figure(path: string): (Look & { words: string }) | null;
  choose(what: { mark: number } | { figure: string }): void;
}

export function createDecorate(marking: Marking): Decorate {
  function mark(block: HTMLElement): void {
    wrapAll(block);
    for (const span of block.querySelectorAll<HTMLElement>('.source-mark')) {
      const index = Number(span.dataset.mark);
      look(span, marking.mark(index), () => marking.choose({ mark: index }));
    }
    for (const image of block.querySelectorAll<HTMLImageElement>('img')) {
      image.alt = image.alt.replace(MARKS, '');
      badge(image);
    }
  }

  function badge(image: HTMLImageElement): void {
    const path = image.dataset.path;
    const place = image.closest('p') ?? image;
    const next = place.nextElementSibling;
    const there = next?.classList.contains('source-badge') ? (next as HTMLElement) : null;
    const figure = path === undefined ? null : marking.figure(path);
    if (figure === null || path === undefined) {
      there?.remove();
      return;
    }
    const made = there ?? document.createElement('span');
    made.className = 'source-badge';
    made.textContent = figure.words;
    look(made, figure, () => marking.choose({ figure: path }));
    if (there === null) place.after(made);
  }

  return {
    mark,
    clear(block) {
      for (const made of block.querySelectorAll('.source-badge')) made.remove();
      // The elements stay: a block that says the same when sources are shown again is not drawn anew.
      for (const span of block.querySelectorAll<HTMLElement>('.source-mark')) look(span, null, () => {});
    },
  };
}

function look(element: HTMLElement, how: Look | null, choose: () => void): void {
  element.dataset.source = how?.state ?? '';
  if (how === null) {
    element.removeAttribute('role');
    element.removeAttribute('tabindex');
    return;
  }
  element.setAttribute('role', 'button');
  element.tabIndex = 0;
  element.setAttribute('aria-label', how.label);
  element.title = how.label;
  element.onclick = choose;
  element.onkeydown = (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
}

/** Each mark becomes an element around what stands in it; its characters go. */
function wrapAll(block: HTMLElement): void {
  const texts: Text[] = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode as Text;
    if (text.data.includes(BEGIN) || text.data.includes(END)) texts.push(text);
  }
  let open: { text: Text; at: number; index: number } | null = null;
  for (let text = texts.shift(); text !== undefined; text = texts.shift()) {
    for (
      let at = text.data.search(/[\u{FDD4}\u{FDD5}]/u);
      at >= 0;
      at = text.data.search(/[\u{FDD4}\u{FDD5}]/u)
    ) {
      if (text.data[at] === BEGIN) {
        const { index, length } = markAt(text.data, at);
        text.deleteData(at, length);
        open = { text, at, index };
        continue;
      }
      text.deleteData(at, 1);
      if (open === null) continue;
      text = wrap(open, { text, at });
      open = null;
    }
  }
}

/** @returns the text behind what was wrapped, where further marks may stand */
function wrap(from: { text: Text; at: number; index: number }, to: { text: Text; at: number }): Text {
  if (from.text.parentNode !== to.text.parentNode) return to.text;
  const behind = to.text.splitText(to.at);
  const range = document.createRange();
  range.setStart(from.text, from.at);
  range.setEndBefore(behind);
  const span = document.createElement('span');
  span.className = 'source-mark';
  span.dataset.mark = String(from.index);
  span.append(range.extractContents());
  behind.before(span);
  return behind;
}
