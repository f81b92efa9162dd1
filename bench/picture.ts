/** The figures of PaperAgent beside its peers (B14) as a picture for the README: an SVG that follows the reader's theme. */
import type { Figure } from './measure.ts';

/** What is drawn, in this order, by the words of B14's figures. */
const PANELS = [
  'send → first token, p50',
  'chunk lag, p50',
  'chunk lag, p99',
  'chunk lag at 50 conversations, p99',
  'a turn of 8 no-op tools, p50',
  "processor time for 1,000 tokens, its servers' included",
  'kill -9 → next new token, p50',
];

const WIDTH = 760;
const NAMES = 190;
const VALUES = 90;
const BAR = 14;
const LINE = 20;
const HEAD = 34;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #3b3b3b }
  .head { font-weight: 600 } .own { font-weight: 600 } .value { font-variant-numeric: tabular-nums }
  .bar { fill: #b9bec6 } .bar.own { fill: #2f6fdb }
  @media (prefers-color-scheme: dark) {
    text { fill: #d4d4d4 } .bar { fill: #5b616b } .bar.own { fill: #6ea0f5 }
  }
`;

interface Bar {
  name: string;
  value: number;
  unit: string;
}

/** @returns undefined where nothing of it was measured; the first name in each panel is PaperAgent's */
export function pictureOf(figures: readonly Pick<Figure, 'what' | 'value' | 'unit'>[]): string | undefined {
  const panels = PANELS.map((title) => ({ title, bars: barsOf(figures, title) })).filter(
    ({ bars }) => bars.length > 1,
  );
  if (panels.length === 0) return undefined;
  let y = 0;
  const drawn = panels.map(({ title, bars }) => {
    const top = y;
    y += HEAD + bars.length * LINE;
    return panel(title, bars, top);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" role="img" aria-label="PaperAgent beside other durable agent runtimes">
<style>${STYLE}</style>
${drawn.join('\n')}
</svg>
`;
}

function barsOf(figures: readonly Pick<Figure, 'what' | 'value' | 'unit'>[], title: string): Bar[] {
  return figures.flatMap(({ what, value, unit }) =>
    what.endsWith(`: ${title}`) ? [{ name: what.slice(0, -title.length - 2), value, unit }] : [],
  );
}

function panel(title: string, bars: readonly Bar[], top: number): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ name, value, unit }, index) => {
    const y = top + HEAD + index * LINE;
    const own = index === 0 ? ' own' : '';
    const width = most > 0 ? ((WIDTH - NAMES - VALUES) * value) / most : 0;
    return `<text class="name${own}" x="${NAMES - 10}" y="${y + 11}" text-anchor="end">${escaped(name)}</text>
<rect class="bar${own}" x="${NAMES}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>
<text class="value${own}" x="${(NAMES + width + 6).toFixed(1)}" y="${y + 11}">${shown(value)} ${unit}</text>`;
  });
  return [
    `<text class="head" x="0" y="${top + 22}">${escaped(title)} (shorter is better)</text>`,
    ...lines,
  ].join('\n');
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);
}
