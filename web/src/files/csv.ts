/** Rows of a CSV or TSV text (RFC 4180: quoted fields may hold separators, quotes and line breaks). */
export function parseCsv(text: string, maxRows: number): { rows: string[][]; more: boolean } {
  const separator = text.slice(0, text.indexOf('\n') + 1 || undefined).includes('\t') ? '\t' : ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  for (let index = 0; index < source.length; index += 1) {
    const char = source[index] ?? '';
    if (quoted) {
      if (char !== '"') field += char;
      else if (source[index + 1] === '"') {
        field += '"';
        index += 1;
      } else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === separator) {
      row.push(field);
      field = '';
    } else if (char === '\n') {
      row.push(field.endsWith('\r') ? field.slice(0, -1) : field);
      rows.push(row);
      row = [];
      field = '';
      if (rows.length === maxRows) return { rows, more: index < source.length - 1 };
    } else field += char;
  }
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return { rows, more: false };
}
