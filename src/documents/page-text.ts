/** The order in which a page's pieces of text are read. */

/** A piece of text where it stands; `x` and `width` from the left, `y` from below, in points. */
export interface Piece {
  text: string;
  endsLine: boolean;
  x: number;
  y: number;
  width: number;
}

/** Lines of a column at least, and how much of its width they fill: cells of a table are shorter. */
const COLUMN_LINES = 5;
const COLUMN_FILLED = 0.6;
/** How far apart pieces of one line stand, in points: indices hang a little. */
const SAME_LINE = 3;
/** Pieces of a page in which columns are looked for: what has more is a drawing, or means harm. */
const MOST_PIECES = 20_000;

/**
 * The pieces as text. A page with two columns of running text is read column by column, between what goes over both;
 * every other page in the order of the file, which is its writer's.
 */
export function pageText(pieces: Piece[]): string {
  const gap = gapBetweenColumns(pieces);
  if (gap === null) return pieces.map(({ text, endsLine }) => text + (endsLine ? '\n' : '')).join('');
  const lines = linesOf(pieces.filter(isSeen), gap);
  const out: string[] = [];
  let left: string[] = [];
  let right: string[] = [];
  const endColumns = () => {
    out.push(...left, ...right);
    left = [];
    right = [];
  };
  for (const line of lines) {
    if (line.side === 'left') left.push(line.text);
    else if (line.side === 'right') right.push(line.text);
    else {
      endColumns();
      out.push(line.text);
    }
  }
  endColumns();
  return out.join('\n');
}

interface Line {
  side: 'left' | 'right' | 'both';
  text: string;
  y: number;
  x: number;
  end: number;
}

/** From above, each side of the gap a line of its own. */
function linesOf(pieces: Piece[], gap: number): Line[] {
  const lines: Line[] = [];
  const open = new Map<Line['side'], Line>();
  for (const piece of pieces.toSorted((a, b) => b.y - a.y || a.x - b.x)) {
    const side = sideOf(piece, gap);
    const end = piece.x + piece.width;
    const line = open.get(side);
    if (line !== undefined && line.y - piece.y < SAME_LINE) {
      line.text += (piece.x - line.end > 1 && !line.text.endsWith(' ') ? ' ' : '') + piece.text;
      line.end = Math.max(line.end, end);
      continue;
    }
    const begun = { side, text: piece.text, y: piece.y, x: piece.x, end };
    open.set(side, begun);
    lines.push(begun);
  }
  return lines;
}

function isSeen({ text }: Piece): boolean {
  return text.trim() !== '';
}

function sideOf({ x, width }: Piece, gap: number): Line['side'] {
  if (x + width <= gap) return 'left';
  return x >= gap ? 'right' : 'both';
}

/** The middle of the white between two columns of text, or null where the page has no such two. */
function gapBetweenColumns(pieces: Piece[]): number | null {
  const seen = pieces.filter(isSeen);
  if (seen.length < 2 * COLUMN_LINES || seen.length > MOST_PIECES) return null;
  const from = Math.min(...seen.map(({ x }) => x));
  const to = Math.max(...seen.map(({ x, width }) => x + width));
  for (let step = 0; step <= 20; step += 1) {
    // From the middle outwards, to a fifth of the page's text on either side.
    const shift = (step % 2 === 0 ? 1 : -1) * Math.ceil(step / 2) * 0.03;
    const gap = from + (to - from) * (0.5 + shift);
    if (areColumns(linesOf(seen, gap), from, gap, to)) return gap;
  }
  return null;
}

function areColumns(lines: Line[], from: number, gap: number, to: number): boolean {
  const over = lines.filter(({ side }) => side === 'both').length;
  return (
    over <= 0.2 * lines.length &&
    isColumn(
      lines.filter(({ side }) => side === 'left'),
      gap - from,
    ) &&
    isColumn(
      lines.filter(({ side }) => side === 'right'),
      to - gap,
    )
  );
}

function isColumn(lines: Line[], width: number): boolean {
  const filled = lines.filter((line) => line.end - line.x >= COLUMN_FILLED * width).length;
  return lines.length >= COLUMN_LINES && filled >= 0.6 * lines.length;
}
