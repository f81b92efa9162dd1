/** How a file of the workspace is shown, by its name's ending. */
export type FileKind = 'image' | 'markdown' | 'csv' | 'pdf' | 'code' | 'text' | 'other';

const kinds: Record<string, FileKind> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  svg: 'image',
  md: 'markdown',
  csv: 'csv',
  tsv: 'csv',
  pdf: 'pdf',
  py: 'code',
  txt: 'text',
  json: 'text',
  log: 'text',
  tex: 'text',
  bib: 'text',
  yaml: 'text',
  yml: 'text',
  jsonl: 'text',
  toml: 'text',
  html: 'text',
  xml: 'text',
  r: 'text',
  js: 'text',
};

export function kindOf(path: string): FileKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return (dot < 0 ? undefined : kinds[name.slice(dot + 1).toLowerCase()]) ?? 'other';
}

export function isImage(path: string): boolean {
  return kindOf(path) === 'image';
}
