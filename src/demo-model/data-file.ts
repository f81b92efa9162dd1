/** The data file of a dialogue, from what list_attachments and read_attachment returned. */

const LISTED = /(?:attachments\/)?[^\s`"'/][^\n`"'/]*?\.(?:csv|tsv|txt|xlsx)(?=$|[\s`"',;:(（，])/gim;

/** The path of the table to analyse: the one that the prompt names, else the first; undefined when there is none. */
export function chooseDataFile(listing: string, prompt: string): string | undefined {
  const found = (listing.match(LISTED) ?? []).map((name) => name.replace(/^[-*•\s]+/, '').trim());
  const paths = found.map((name) => (name.startsWith('attachments/') ? name : `attachments/${name}`));
  const isNamed = (path: string) => prompt.includes(path.slice('attachments/'.length));
  return paths.find(isNamed) ?? paths.find((path) => !path.endsWith('.txt')) ?? paths[0];
}

/** The line above a sheet that is not empty, where a workbook was read. */
const SHEET = /^--- sheet ".*": .*\bcolumns\b.* ---$/;

/** The column names in the text of a table: those of the first line that another of the same width follows. */
export function columnsOf(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^\s*\d+(?:\t|\s*[|│]\s?)/, '').replace(/^\uFEFF/, ''));
  const sheet = lines.findIndex((line) => SHEET.test(line));
  if (sheet >= 0) return (lines[sheet + 1] ?? '').split('\t').map((cell) => cell.trim());
  for (const [index, line] of lines.entries()) {
    for (const separator of [',', ';', '\t', '|']) {
      const cells = splitLine(line, separator);
      const next = splitLine(lines[index + 1] ?? '', separator);
      if (cells.length > 1 && cells.length === next.length) return cells.map((cell) => cell.trim());
    }
  }
  return [];
}

function splitLine(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (const character of line.replace(/\r$/, '')) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}
