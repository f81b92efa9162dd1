import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { REPAIRS } from '../../../src/llm/profiles/repairs.ts';
import { allEn } from '../../../web/src/i18n/all-en.ts';
import { en } from '../../../web/src/i18n/en.ts';
import { zh } from '../../../web/src/i18n/zh.ts';

function leaves(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : leaves(value as object, `${path}${key}.`),
  );
}

const english = new Map(leaves(allEn));
const chinese = new Map(leaves(zh));
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test('U14: both languages say the same things, with the same places to fill', () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english) expect([key, slots(chinese.get(key) ?? '')]).toEqual([key, slots(text)]);
});

test('U14: every sentence that the page asks for by name exists', () => {
  const folder = join(import.meta.dirname, '../../../web/src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:vue|ts)$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const named = sources.flatMap((text) =>
    [...text.matchAll(/\bt\('([\w.]+)'/g)].map((match) => match[1] ?? ''),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((key) => !english.has(key))).toEqual([]);
});

/** The parts of the page that are there, or come, without bringing sentences of their own: by static imports and lazyPart. */
function partsWithoutWords(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  const follow = (path: string) => {
    if (found.has(path)) return;
    const text = readFileSync(path, 'utf8');
    found.set(path, text);
    const statically = [...text.matchAll(/^import (?!type )[^;]*?from '(\.[^']+)';/gm)];
    const lazily = [...text.matchAll(/lazyPart\(\(\) => import\('(\.[^']+)'\)\)/g)];
    for (const [, other = ''] of [...statically, ...lazily])
      if (/\.(?:vue|ts)$/.test(other) && !other.includes('/src/')) follow(join(dirname(path), other));
  };
  for (const root of ['main.ts', 'pages/work-page.vue', 'pages/works-page.vue', 'pages/missing-page.vue'])
    follow(join(folder, root));
  return found;
}

test('U14: a part that brings no sentences of its own finds them among those that the page has from the start', () => {
  const parts = partsWithoutWords(join(import.meta.dirname, '../../../web/src'));
  const there = leaves(en).map(([key]) => key);
  expect(parts.size).toBeGreaterThan(80);
  const missing = [...parts]
    .filter(([, text]) => !text.includes('mergeLocaleMessage('))
    .flatMap(([path, text]) =>
      [...text.matchAll(/\bt\(([^()]*)/g)]
        .flatMap(([, asked = '']) => [...asked.matchAll(/['`](\w+\.[\w.]+)(['`$])/g)])
        .filter(([, key = '', end]) =>
          end === '$' ? !there.some((one) => one.startsWith(key)) : !there.includes(key),
        )
        .map(([, key]) => `${path.split('/').at(-1)}: ${key}`),
    );
  expect(missing).toEqual([]);
});

test('M19: whatever can be learned of a model server has its sentence', () => {
  const learnable = REPAIRS.flatMap(({ change }) => Object.entries(change));
  const missing = learnable
    .map(([field, value]) => `models.learned.since.${field}.${String(value)}`)
    .filter((key) => !english.has(key));
  expect(missing).toEqual([]);
});

test('F18: the sample prompts are the ones that the demo model knows, word for word', () => {
  expect(en.samples.pi.prompt).toBe(
    'Estimate π using the Monte Carlo method and plot the convergence process.',
  );
  expect(zh.samples.pi.prompt).toBe('用蒙特卡洛方法估计π的值，并绘制收敛过程图');
  expect(zh.samples.waves.prompt).toBe('研究数学三角函数图像的特性，比如正弦波、余弦波的叠加');
});
