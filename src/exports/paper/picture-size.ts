/** How large a picture stands on the page: as its writer says, else by its shape and its pixels. */

export interface Pixels {
  width: number;
  height: number;
}

export type Size = [name: string, value: string][];

/** Shares of the text's width, in percent. */
const MOST_WIDTH = 80;
const LEAST_WIDTH = 10;
/** A picture of the usual size is no higher than this, one that its writer sized than a page. */
const USUAL_HEIGHT = 62;
const MOST_HEIGHT = 125;
/** Pixels that fill the width of the text without being seen one by one. */
const PIXELS_ACROSS = 700;

/** @param pixels null where they are not known */
export function pictureSize(written: Size, pixels: Pixels | null): Size {
  const shape = pixels === null || pixels.height === 0 ? null : pixels.width / pixels.height;
  if (written.length === 0) {
    if (pixels === null || shape === null) return [['width', percent(MOST_WIDTH)]];
    const sharp = (pixels.width / PIXELS_ACROSS) * 100;
    return [
      [
        'width',
        percent(
          Math.max(Math.min(MOST_WIDTH, sharp, USUAL_HEIGHT * shape), LEAST_WIDTH * Math.min(shape, 1)),
        ),
      ],
    ];
  }
  const width = /^([\d.]+)%$/.exec(written.find(([name]) => name === 'width')?.[1] ?? '')?.[1];
  if (width === undefined || shape === null) return written;
  return [['width', percent(Math.min(Number(width), 100, MOST_HEIGHT * shape))]];
}

function percent(share: number): string {
  return `${Math.round(share * 10) / 10}%`;
}
