/** How a file is given to a browser: shown where that is safe, else saved (A7). */
import path from 'node:path';

const IMAGES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

const TEXTS = new Set(
  '.md .markdown .txt .csv .tsv .json .jsonl .py .r .m .tex .bib .log .yaml .yml .toml .xml .html .css .js .ts'.split(
    ' ',
  ),
);

/** Whether a file is shown as a picture, by its name. */
export function isPicture(file: string): boolean {
  return Object.hasOwn(IMAGES, path.posix.extname(file).toLowerCase());
}

/** Content-Type and Content-Disposition of a file. What is no safe image or text is only ever saved. */
export function presentation(file: string, download: boolean): { type: string; disposition: string } {
  const extension = path.posix.extname(file).toLowerCase();
  const image = IMAGES[extension];
  const shown = image ?? (TEXTS.has(extension) ? 'text/plain; charset=utf-8' : undefined);
  const type = shown ?? (extension === '.pdf' ? 'application/pdf' : 'application/octet-stream');
  const how = shown !== undefined && !download ? 'inline' : 'attachment';
  return { type, disposition: `${how}; ${nameParameters(path.posix.basename(file))}` };
}

/** The parameters that tell a browser a file's name, whatever it contains (RFC 6266). */
export function nameParameters(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `filename="${plain}"; filename*=UTF-8''${exact}`;
}
