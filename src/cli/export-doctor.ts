/** `npm run export -- doctor`: makes a small paper in every format, and says what each took or why it cannot be had. */
import { makePaper, type PaperTools } from '../exports/make-paper.ts';
import { prepare } from '../exports/opening.ts';
import { PAPER_FORMATS } from '../exports/paper/format.ts';
import { listStyles, stylesFolder, USUAL_STYLE } from '../exports/style.ts';

const SAMPLE = `# A trial

## Abstract

A paper of one line.

## Text

The sum is $\\sum_{i=1}^n i = \\frac{n(n+1)}{2}$, see @eq:sum.

$$ e^{i\\pi} + 1 = 0 $$ {#eq:sum}
`;

/** @returns whether every format can be had */
export async function examineExports(
  dataDir: string,
  tools: PaperTools,
  say: (line: string) => void,
): Promise<boolean> {
  const { styles, problems } = await listStyles(stylesFolder(dataDir));
  say(`styles: ${styles.map(({ id }) => id).join(', ')}`);
  for (const problem of problems) say(problem);
  const { notContained, filter } = tools.containment;
  say(
    notContained === null
      ? `documents are made in a world of their own (bubblewrap${filter === null ? '' : ', system calls filtered'})`
      : `documents are made without a world of their own, contained by Node alone: ${notContained}`,
  );
  const chinese = await tools.chinese();
  say(
    chinese === null
      ? 'no font with Chinese characters: Chinese papers have no PDF (Debian, Ubuntu: apt install fonts-noto-cjk)'
      : `Chinese: ${chinese.serif}, ${chinese.sans}`,
  );
  const style = styles.find(({ id }) => id === USUAL_STYLE);
  if (style === undefined) throw new Error(`the style ${USUAL_STYLE} is missing`);
  let isWhole = true;
  for (const format of PAPER_FORMATS) {
    const from = performance.now();
    const paper = await prepare({ source: SAMPLE, title: 'A trial', format, style }, tools);
    const made = await makePaper(paper, tools, {
      read: async () => ({ reason: 'there is no such file' }),
      onStep: () => {},
      person: { id: 'doctor', guest: false },
      signal: new AbortController().signal,
    });
    const seconds = ((performance.now() - from) / 1_000).toFixed(1);
    if ('refused' in made) say(`${format}: ${made.refused}`);
    else {
      say(`${format}: ${made.bytes.length} bytes in ${seconds} s`);
      for (const { message } of made.problems) say(`  ${message}`);
    }
    isWhole &&= !('refused' in made) && made.problems.length === 0;
  }
  return isWhole;
}
