/** Tables of documents, which are read as lines with tabs between cells, as Markdown has them. */

/** The text with each two or more lines in a row that have tabs as a table, its first line as the head. */
export function tabbedTables(text: string): string {
  const written: string[] = [];
  let rows: string[] = [];
  const endTable = (): void => {
    written.push(...(rows.length > 1 ? ['', ...table(rows), ''] : rows));
    rows = [];
  };
  for (const line of text.split('\n')) {
    if (line.includes('\t')) rows.push(line);
    else {
      endTable();
      written.push(line);
    }
  }
  endTable();
  return written.join('\n');
}

function table(lines: string[]): string[] {
  const rows = lines.map((line) => line.split('\t'));
  const width = Math.max(...rows.map((cells) => cells.length));
  const written = rows.map((cells) => {
    const all = Array.from({ length: width }, (_, column) =>
      (cells[column] ?? '').replaceAll('|', '\\|').trim(),
    );
    return `| ${all.join(' | ')} |`;
  });
  const [head = '', ...body] = written;
  return [head, `|${' --- |'.repeat(width)}`, ...body];
}
