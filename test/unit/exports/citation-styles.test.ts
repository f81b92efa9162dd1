/** How citations are written (O6): as the paper says, else as the style has it. */
import { expect, test } from '@jest/globals';
import { CITATION_STYLES } from '../../../src/exports/citation-styles.ts';
import { readPaper } from '../../../src/exports/paper/read-paper.ts';
import { listStyles, readStyleFiles } from '../../../src/exports/style.ts';

async function titleOf(language: 'en' | 'zh', citations?: string): Promise<string | undefined> {
  const { styles } = await listStyles('/nowhere');
  const article = styles.find(({ id }) => id === 'article');
  if (article === undefined) throw new Error('there is no style article');
  return /<title>([^<]+)/.exec((await readStyleFiles(article, language, citations)).csl)?.[1];
}

test('O6: a paper that names a citation style gets it in both languages; others get their style’s', async () => {
  for (const [name, title] of [
    ['apa', /APA/],
    ['chicago', /Chicago/],
    ['gb-t-7714', /7714-2015/],
    ['ieee', /IEEE/],
    ['nature', /Nature/],
  ] as const) {
    expect(CITATION_STYLES[name]).toBeDefined();
    expect(await titleOf('en', name)).toMatch(title);
    expect(await titleOf('zh', name)).toMatch(title);
  }
  expect(await titleOf('en')).toMatch(/IEEE/);
  expect(await titleOf('zh')).toMatch(/7714-2015/);
  expect(await titleOf('en', '../../../etc/passwd')).toMatch(/IEEE/);
});

test('O6: a name that is no citation style is said, with those that are', () => {
  const problems = (citations: string) => readPaper(`---\ncitations: ${citations}\n---\nText.\n`).problems;
  expect(problems('APA')).toEqual([]);
  expect(problems('harvard')).toMatchObject([
    {
      code: 'citation_style_unknown',
      message: expect.stringContaining('apa, chicago, gb-t-7714, ieee, nature'),
    },
  ]);
});
