/** A paper of nine pages with six figures, equations, tables and references, as an export is measured by. */
import { crc32, deflateSync } from 'node:zlib';

export const FIGURES = 6;

/** About 75 words. */
const PARAGRAPH =
  'The estimate is compared with the value that theory gives for a sample of this size, and the difference stays within its standard error at each of the sizes that were tried. A second run with another seed shows the same rate, so that what is seen here is no property of one sequence of random numbers. The interval narrows with the square root of the effort, as @eq:main says, and the constant is that of the method of [@first; @second].';

export function ninePages(): { paper: string; references: string; figures: Map<string, Buffer> } {
  const sections = Array.from({ length: FIGURES }, (_, index) => {
    const n = index + 1;
    return [
      `## Part ${n}`,
      PARAGRAPH,
      `$$ \\hat p_${n} = \\frac{1}{N} \\sum_{i=1}^{N} x_i^{${n}}, \\qquad \\operatorname{se} = \\sqrt{\\frac{p(1-p)}{N}} $$`,
      PARAGRAPH,
      `![What part ${n} found, by size](images/figure-${n}.png){#fig:f${n}}`,
      `${PARAGRAPH} See @fig:f${n} and @tbl:t${n}.`,
      `| Size | Estimate | Error |\n| --: | --: | --: |\n${[1, 2, 3, 4].map((k) => `| ${10 ** k} | 3.14${k}${n} | −0.00${k} |`).join('\n')}\n\nTable: Values of part ${n} {#tbl:t${n}}`,
      ...Array.from({ length: 4 }, () => PARAGRAPH),
    ].join('\n\n');
  });
  const paper = [
    '---\nlang: en\nauthor: Ada Example\n---\n# A paper of nine pages',
    `## Abstract\n\n${PARAGRAPH.replace(/ as @eq:main says,| and the constant.*$/g, '')}`,
    '## Model\n\nWith $x$ as in\n\n$$ f(x) = \\int_0^1 g(x, t)\\, dt $$ {#eq:main}',
    ...sections,
    '## References',
  ].join('\n\n');
  const entry = (key: string, title: string) =>
    `@article{${key}, author={Example, Ada and Sample, Ben}, title={${title}}, journal={Journal of Examples}, year={2020}, volume={1}, pages={1--9}}`;
  return {
    paper,
    references: `${entry('first', 'On sampling')}\n${entry('second', 'On errors')}\n`,
    figures: new Map(
      Array.from({ length: FIGURES }, (_, index) => [`images/figure-${index + 1}.png`, plot(index + 1)]),
    ),
  };
}

/** 1,600 × 1,000 pixels: a curve on white. */
function plot(waves: number): Buffer {
  const [width, height] = [1_600, 1_000];
  const line = width * 3 + 1;
  const pixels = Buffer.alloc(line * height, 255);
  for (let y = 0; y < height; y += 1) pixels[y * line] = 0;
  for (let x = 0; x < width; x += 1) {
    const middle = Math.round(height * (0.5 + 0.4 * Math.sin((x / width) * waves * 2 * Math.PI)));
    for (let y = middle - 3; y <= middle + 3; y += 1)
      pixels.fill(40, y * line + 1 + x * 3, y * line + 4 + x * 3);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(kind: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const made = Buffer.alloc(named.length + 8);
  made.writeUInt32BE(data.length, 0);
  named.copy(made, 4);
  made.writeUInt32BE(crc32(named), named.length + 4);
  return made;
}
