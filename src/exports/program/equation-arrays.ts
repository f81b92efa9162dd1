/**
 * Equations under each other in Word's words, as matrices whose columns meet at the relation. Word's own equation arrays
 * mark these places with `&`, which every other program that reads such files prints as a character.
 */

const ARRAY = { open: '<m:eqArr>', close: '</m:eqArr>' };
const LINE = { open: '<m:e>', close: '</m:e>' };
const MARK =
  /<m:r>(?:<m:rPr>(?:(?!<\/m:rPr>).)*<\/m:rPr>)?<m:t(?: xml:space="preserve")?>&amp;<\/m:t><\/m:r>/y;
/** Word shows a dotted box where a cell is empty, others an error. */
const EMPTY = '<m:r><m:rPr><m:nor/></m:rPr><m:t xml:space="preserve"> </m:t></m:r>';
/** LibreOffice wants something on the left of a relation: what it is given there takes no room. */
const NOTHING = '<m:r><m:rPr><m:nor/></m:rPr><m:t>\u200b</m:t></m:r>';
const BEGINS_WITH_RELATION =
  /^<m:r>(?:<m:rPr>(?:(?!<\/m:rPr>).)*<\/m:rPr>)?<m:t(?: xml:space="preserve")?>(?:[=≤≥≈≡≠∼∝→⇒⇔∈]|&lt;|&gt;)/;
/** Between columns, in twentieths of a point: as between a formula's parts. */
const GAP = 40;

export function withMatrices(xml: string): string {
  const at = xml.lastIndexOf(ARRAY.open);
  // The last to open holds no other one.
  if (at < 0) return xml;
  const end = xml.indexOf(ARRAY.close, at);
  if (end < 0) return xml;
  const inside = xml.slice(at + ARRAY.open.length, end).replace(/^<m:eqArrPr>.*?<\/m:eqArrPr>/s, '');
  return withMatrices(xml.slice(0, at)) + matrix(linesOf(inside)) + xml.slice(end + ARRAY.close.length);
}

function matrix(lines: string[][]): string {
  const columns = Math.max(...lines.map((cells) => cells.length), 1);
  const sides = Array.from({ length: columns }, (_, column) =>
    columns === 1 ? 'center' : column % 2 === 0 ? 'right' : 'left',
  );
  const rows = lines.map((cells) => {
    const made = sides.map((_, column) => `<m:e>${shown(cells[column] ?? '')}</m:e>`);
    return `<m:mr>${made.join('')}</m:mr>`;
  });
  const kinds = sides.map(
    (side) => `<m:mc><m:mcPr><m:count m:val="1"/><m:mcJc m:val="${side}"/></m:mcPr></m:mc>`,
  );
  return `<m:m><m:mPr><m:baseJc m:val="center"/><m:plcHide m:val="on"/><m:cGpRule m:val="3"/><m:cGp m:val="${GAP}"/><m:mcs>${kinds.join('')}</m:mcs></m:mPr>${rows.join('')}</m:m>`;
}

function shown(cell: string): string {
  if (cell === '') return EMPTY;
  return BEGINS_WITH_RELATION.test(cell) ? NOTHING + cell : cell;
}

/** The cells of each line; a mark within something else of the line is no border. */
function linesOf(inside: string): string[][] {
  const lines: string[][] = [];
  let at = 0;
  while (inside.startsWith(LINE.open, at)) {
    const end = endOfLine(inside, at);
    lines.push(cellsOf(inside.slice(at + LINE.open.length, end)));
    at = end + LINE.close.length;
  }
  return lines;
}

function endOfLine(xml: string, from: number): number {
  let depth = 0;
  for (const { 0: tag, index } of xml.slice(from).matchAll(/<\/?m:e>/g)) {
    depth += tag === LINE.open ? 1 : -1;
    if (depth === 0) return from + index;
  }
  return xml.length;
}

function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let from = 0;
  let depth = 0;
  for (const { 0: tag, index } of line.matchAll(/<[^>]+>/g)) {
    if (depth === 0) {
      MARK.lastIndex = index;
      const mark = MARK.exec(line);
      if (mark !== null) {
        cells.push(line.slice(from, index));
        from = index + mark[0].length;
      }
    }
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
  }
  return [...cells, line.slice(from)];
}
