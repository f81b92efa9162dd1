/** The pictures of a document: told from their bytes, bounded in pixels, in kinds that every format has (O10). */
import { createRequire } from 'node:module';
import { imageHeader } from '../../workspace/image-header.ts';
import { MOST_PICTURES, PICTURE_PIXELS } from '../job.ts';
import type { Problem } from '../paper/ast.ts';
import type { PictureOf } from '../paper/lower.ts';
import type { Pixels } from '../paper/picture-size.ts';
import type { Paper } from '../paper/read-paper.ts';
import type { Surroundings } from './surroundings.ts';
import { whyNotDrawn } from './svg-bounds.ts';
import type { Typst } from './typst.ts';
import { nodesOf } from './walk.ts';

export interface Picture {
  /** Unique in the document. */
  name: string;
  mime: 'image/png' | 'image/jpeg';
  bytes: Buffer;
  /** null for a drawing that does not say. */
  pixels: Pixels | null;
}

type Entry = Picture | { problem: string };

/** An SVG is drawn this much larger than it says, so that it is sharp on paper. */
const SVG_SCALE = 2;
const SVG_SIDE = 3_000;

export class Pictures {
  #entries = new Map<string, Entry>();
  #names = new Set<string>();
  #used = new Set<Picture>();

  get used(): Picture[] {
    return [...this.#used];
  }

  async add(path: string, answer: { bytes: Buffer } | { reason: string }): Promise<void> {
    this.#entries.set(
      path,
      'bytes' in answer ? await this.#made(path, answer.bytes) : { problem: `${path}: ${answer.reason}` },
    );
  }

  /** Leaves out what typst cannot decode: it would take the whole document with it. */
  tryIn(typst: Typst): void {
    for (const [path, entry] of this.#entries) {
      if ('problem' in entry) continue;
      typst.add(entry.name, entry.bytes);
      if (typst.problemIn(`#image("${entry.name}", width: 1cm)`) === null) continue;
      this.#entries.set(path, { problem: `${path} is damaged and cannot be shown.` });
    }
  }

  lookUp: PictureOf = (path, written) => {
    const entry = this.#entries.get(path);
    if (path === '' || entry === undefined)
      return {
        problem: `${written.slice(0, 200)} is no file of this Work: save the picture under images/ and name that.`,
      };
    if ('problem' in entry) return entry;
    this.#used.add(entry);
    return { name: entry.name, pixels: entry.pixels };
  };

  async #made(path: string, bytes: Buffer): Promise<Entry> {
    const header = imageHeader(bytes);
    if (header === null) return { problem: `${path} is no picture that can be shown: save it as PNG.` };
    const { format, width, height } = header;
    if (format !== 'svg' && (width ?? 0) * (height ?? 0) > PICTURE_PIXELS)
      return {
        problem: `${path} has ${width} × ${height} pixels; a picture in an export has at most ${PICTURE_PIXELS / 1e6} million.`,
      };
    const cost = format === 'svg' ? whyNotDrawn(bytes.toString('utf8')) : null;
    if (cost !== null) return { problem: `${path} ${cost}, so that it is not drawn: save it as PNG.` };
    const mime = format === 'jpeg' ? 'image/jpeg' : 'image/png';
    const name = this.#nameFor(path, mime === 'image/jpeg' ? 'jpg' : 'png');
    const pixels = width === null || height === null ? null : { width, height };
    if (format === 'png' || format === 'jpeg') return { name, mime, bytes, pixels };
    try {
      // A drawing is sharp at any size: only its shape counts.
      const shape =
        pixels === null || format !== 'svg'
          ? pixels
          : { width: pixels.width * SVG_SIDE, height: pixels.height * SVG_SIDE };
      return { name, mime, bytes: await asPng(bytes, format === 'svg'), pixels: shape };
    } catch {
      return { problem: `${path} cannot be drawn: save it as PNG.` };
    }
  }

  /** Letters, digits, dots and dashes alone: the name stands in sources of other languages. */
  #nameFor(path: string, extension: string): string {
    const stem = (path.split('/').at(-1) ?? '')
      .replace(/\.[^.]*$/, '')
      .replace(/[^A-Za-z0-9-]+/g, '-')
      .slice(0, 60);
    const base = stem.replace(/^-+|-+$/g, '') || 'figure';
    let name = `${base}.${extension}`;
    for (let more = 2; this.#names.has(name.toLowerCase()); more += 1) name = `${base}-${more}.${extension}`;
    this.#names.add(name.toLowerCase());
    return name;
  }
}

/** Those that a paper shows, asked for together. */
export async function readPictures(
  paper: Pick<Paper, 'abstract' | 'body'>,
  want: Surroundings['want'],
  problems: Problem[],
): Promise<Pictures> {
  const paths = new Set<string>();
  for (const node of nodesOf([paper.abstract, paper.body])) {
    if (node.t === 'Figure')
      paths.add((node as unknown as { image: { c: string[][] } }).image.c[2]?.[1] ?? '');
    if (node.t === 'Image') paths.add((node.c as string[][])[2]?.[1] ?? '');
  }
  paths.delete('');
  const wanted = [...paths].slice(0, MOST_PICTURES);
  if (paths.size > wanted.length)
    problems.push({
      code: 'figures_too_many',
      message: `Only the first ${MOST_PICTURES} pictures are in the document.`,
    });
  const answers = wanted.length === 0 ? [] : await want(wanted);
  const pictures = new Pictures();
  for (const [index, path] of wanted.entries()) {
    const answer = answers[index] ?? { reason: 'it was not given' };
    await pictures.add(path, answer);
  }
  return pictures;
}

/** Scripts, links and outer files of an SVG stay behind: what is kept is what it looks like. */
async function asPng(bytes: Buffer, isSvg: boolean): Promise<Buffer> {
  const { createCanvas, loadImage } = createRequire(import.meta.url)(
    '@napi-rs/canvas',
  ) as typeof import('@napi-rs/canvas');
  const image = await loadImage(bytes);
  const most = SVG_SIDE / Math.max(image.width, image.height, 1);
  const scale = isSvg ? Math.min(SVG_SCALE, most) : 1;
  const canvas = createCanvas(
    Math.max(1, Math.round(image.width * scale)),
    Math.max(1, Math.round(image.height * scale)),
  );
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toBuffer('image/png');
}
