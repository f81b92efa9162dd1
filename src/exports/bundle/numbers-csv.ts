/** numbers.csv of a bundle (T14): each number of the paper with where it comes from. */

export interface NumberRow {
  text: string;
  section: string;
  state: string;
  name?: string | undefined;
  value?: string | undefined;
  unit?: string | undefined;
  run?: number | undefined;
  script?: string | undefined;
  scriptLine?: number | undefined;
  outputLine?: number | undefined;
}

const COLUMNS = [
  ['text', 'text'],
  ['section', 'section'],
  ['state', 'state'],
  ['name', 'name'],
  ['value', 'value'],
  ['unit', 'unit'],
  ['run', 'run'],
  ['script', 'script'],
  ['script_line', 'scriptLine'],
  ['output_line', 'outputLine'],
] as const;

export function numbersCsv(rows: readonly NumberRow[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, key]) => cell(row[key])).join(','));
  return `${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\r\n')}\r\n`;
}

/** RFC 4180; what a spreadsheet would take for a formula begins with a quote sign. */
function cell(value: string | number | undefined): string {
  const text = String(value ?? '');
  const plain = typeof value === 'string' && /^[=+@\t]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
