/** How a file of the workspace is shown, by its name's ending. */
export type FileKind =
  | 'image'
  | 'markdown'
  | 'table'
  | 'document'
  | 'pdf'
  | 'code'
  | 'text'
  | 'data'
  | 'media'
  | 'other';

const kinds: Record<string, FileKind> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  svg: 'image',
  md: 'markdown',
  csv: 'table',
  tsv: 'table',
  tab: 'table',
  xlsx: 'table',
  xlsm: 'table',
  xlsb: 'table',
  xls: 'table',
  ods: 'table',
  parquet: 'table',
  docx: 'document',
  pptx: 'document',
  odt: 'document',
  pdf: 'pdf',
  py: 'code',
  txt: 'text',
  json: 'data',
  geojson: 'data',
  ipynb: 'data',
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
  css: 'text',
  sh: 'text',
  mp3: 'media',
  wav: 'media',
  ogg: 'media',
  flac: 'media',
  m4a: 'media',
  mp4: 'media',
  m4v: 'media',
  mov: 'media',
  webm: 'media',
  mkv: 'media',
  avi: 'media',
};

export function kindOf(path: string): FileKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return (dot < 0 ? undefined : kinds[name.slice(dot + 1).toLowerCase()]) ?? 'other';
}

export function isImage(path: string): boolean {
  return kindOf(path) === 'image';
}
