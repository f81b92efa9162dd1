/** Marks found words where they are drawn, without touching what is drawn (CSS custom highlights). */
import { placesOf } from './found-messages.ts';

/** `::highlight(…)` in style.css. */
const FOUND = 'found';

/** Where the words stand in an element's text, over whatever elements they run. */
export function rangesIn(element: Element, words: string): Range[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: { node: Text; begin: number }[] = [];
  let text = '';
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    nodes.push({ node: node as Text, begin: text.length });
    text += (node as Text).data;
  }
  const point = (at: number, isEnd: boolean) => {
    const holder = nodes.findLast(({ begin }) => (isEnd ? begin < at : begin <= at));
    return holder === undefined ? null : ([holder.node, at - holder.begin] as const);
  };
  return placesOf(text, words).flatMap(([begin, end]) => {
    const [from, to] = [point(begin, false), point(end, true)];
    if (from === null || to === null) return [];
    const range = document.createRange();
    range.setStart(...from);
    range.setEnd(...to);
    return [range];
  });
}

/** Marks these, and nothing else; a browser that cannot goes without. */
export function markFound(ranges: readonly Range[]): void {
  if (typeof Highlight === 'undefined') return;
  if (ranges.length === 0) CSS.highlights.delete(FOUND);
  else CSS.highlights.set(FOUND, new Highlight(...ranges));
}
