/**
 * What a PDF may want that it does not bring along (W12): the maps of Chinese, Japanese and Korean encodings, the fonts
 * that every reader has, and the unpackers of JPEG 2000 and JBIG2. Each is a file of this page's build, fetched when a
 * document first asks for it.
 */
type Urls = Record<string, string>;

const KINDS: Record<string, Urls> = {
  cMapUrl: byName(
    import.meta.glob<string>('../../../node_modules/pdfjs-dist/cmaps/*.bcmap', {
      query: '?url',
      import: 'default',
      eager: true,
    }),
  ),
  standardFontDataUrl: byName(
    import.meta.glob<string>('../../../node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', {
      query: '?url',
      import: 'default',
      eager: true,
    }),
  ),
  wasmUrl: byName(
    import.meta.glob<string>('../../../node_modules/pdfjs-dist/wasm/{jbig2,openjpeg}.wasm', {
      query: '?url',
      import: 'default',
      eager: true,
    }),
  ),
};

function byName(urls: Urls): Urls {
  return Object.fromEntries(
    Object.entries(urls).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1), url]),
  );
}

/** Has pdf.js fetch by the names that the build gave. */
export class PdfResources {
  /** @throws where the build has no such file, or it does not come; pdf.js then draws without it */
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const url = KINDS[kind]?.[filename];
    if (url === undefined) throw new Error(`the page has no ${filename}`);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${filename} did not come: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}
