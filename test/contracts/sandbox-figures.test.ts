/** What matplotlib draws and writes in a sandbox: Chinese whatever is asked for (W3), and the same bytes each time (W5). */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { chooseSandbox } from '../../src/sandbox/choose-sandbox.ts';
import { DEFAULT_LIMITS, type Sandbox } from '../../src/sandbox/types.ts';
import { testWith } from '../support/needs.ts';
import { sharePython, withoutSystemFonts } from '../support/python-cache.ts';
import { sandboxConfig } from '../support/sandbox-under-test.ts';

const test = testWith('bubblewrap');
const folder = mkdtempSync(join(tmpdir(), 'pa-figures-'));
const workspace = join(folder, 'workspaces', randomUUID());
const sandboxes = new Map<string, Sandbox>();
const DRAWING_MS = 240_000;

beforeAll(async () => {
  mkdirSync(join(workspace, 'code'), { recursive: true });
  mkdirSync(join(folder, 'state'));
  const usual = sandboxConfig('bubblewrap', join(folder, 'state'), 'figures');
  const bare = join(folder, 'cache');
  sharePython(usual.cacheDir, bare, 'complete');
  withoutSystemFonts(bare);
  for (const [name, cacheDir] of [
    ['as this machine is', usual.cacheDir],
    ['on a machine without fonts', bare],
  ] as const) {
    const chosen = await chooseSandbox({ ...usual, cacheDir });
    if (!chosen.sandbox) throw new Error(chosen.reason);
    sandboxes.set(name, chosen.sandbox);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(sandbox: Sandbox | undefined, code: string): Promise<{ stdout: string; stderr: string }> {
  writeFileSync(join(workspace, 'code/script.py'), code);
  const printed = { stdout: '', stderr: '' };
  await sandbox?.run(
    {
      key: { workId: 'figures', turn: 1, toolCallId: randomUUID() },
      ...{ owner: 'nobody', workspace, script: 'code/script.py', limits: DEFAULT_LIMITS },
    },
    {
      progress: { stdout: 0, stderr: 0 },
      mayStart: true,
      signal: new AbortController().signal,
      onOutput: async ({ stream, text }) => {
        printed[stream] += text;
      },
    },
  );
  return printed;
}

/**
 * What is no glyph is drawn as one and the same box, so two characters that look different were drawn. Each case is
 * told by the name of what a script does first.
 */
const DRAWS = `
import importlib.util, io
import matplotlib as mpl, matplotlib.pyplot as plt

def image(text):
    figure = plt.figure(figsize=(0.6, 0.4))
    figure.text(0.1, 0.3, text)
    file = io.BytesIO()
    figure.savefig(file, dpi=50)
    plt.close(figure)
    return file.getvalue()

def theme(**given):
    if importlib.util.find_spec('seaborn'):
        import seaborn
        seaborn.set_theme(**given)

CASES = {
    'as it comes': lambda: None,
    'style default': lambda: plt.style.use('default'),
    'style ggplot': lambda: plt.style.use('ggplot'),
    'style seaborn': lambda: plt.style.use('seaborn-v0_8'),
    'style classic': lambda: plt.style.use('classic'),
    'theme': theme,
    'theme with Arial': lambda: theme(style='whitegrid', font='Arial'),
}
for family in ('serif', 'SimHei', 'Microsoft YaHei', 'SimSun', 'Times New Roman', 'Arial', 'No Such Font'):
    CASES[f'family {family}'] = lambda family=family: plt.rcParams.update({'font.family': family})
    CASES[f'sans-serif {family}'] = lambda family=family: plt.rcParams.update({'font.sans-serif': [family]})

for name, begin in CASES.items():
    mpl.rc_file(mpl.matplotlib_fname())
    begin()
    plt.rcParams['axes.unicode_minus'] = True
    drawn = [image(text) for text in ('\\U000F0000', '中', '国', '\\u2212', '1\\u2212')]
    formulas = [image(text) for text in ('$x^2$ 中', '$x^2$ 国', r'$\\mathrm{中}$', r'$\\mathrm{国}$')]
    if len(set(drawn)) < len(drawn): print('not drawn:', name)
    if len(set(formulas)) < len(formulas): print('not drawn in a formula:', name)
    figure, axes = plt.subplots(figsize=(1, 1))
    axes.plot([-2, 2], label='速度 (m/s)')
    axes.set_title('负号 −1')
    axes.legend()
    for kind in ('svg', 'pdf', 'png'): figure.savefig(io.BytesIO(), format=kind)
    plt.close('all')
print('drawn')
`;

test.each(['as this machine is', 'on a machine without fonts'])(
  'S11, W3: Chinese and minus signs are drawn whatever style, theme or family is asked for, %s',
  async (machine) => {
    const { stdout, stderr } = await run(sandboxes.get(machine), DRAWS);
    expect(stdout.trim()).toBe('drawn');
    // The one that has none anywhere is the test's own.
    expect(stderr).not.toMatch(/glyph (?!983040)/i);
  },
  DRAWING_MS,
);

test(
  'W3: a family that is missing is said once a run',
  async () => {
    const { stderr } = await run(
      sandboxes.get('on a machine without fonts'),
      `import matplotlib.pyplot as plt
plt.rcParams['font.family'] = 'No Such Font'
figure, axes = plt.subplots(3, 3)
for one in axes.flat: one.set_title('标题 title'); one.plot([-1, 1])
figure.savefig('nine.png')
`,
    );
    expect(stderr.trim().split('\n')).toEqual(["findfont: Font family 'No Such Font' not found."]);
  },
  DRAWING_MS,
);

test(
  'W5: the same script makes the same bytes: SVG, PDF, PNG, CSV, NPZ',
  async () => {
    const files = ['a.svg', 'a.pdf', 'a.png', 'a.csv', 'a.npz'];
    const digests: string[][] = [];
    for (let time = 0; time < 2; time += 1) {
      const { stderr } = await run(
        sandboxes.get('as this machine is'),
        `import numpy as np, pandas as pd, matplotlib.pyplot as plt
names = list({'one', 'two', 'three', 'four', 'five'})
pd.DataFrame({name: np.arange(3) for name in names}).to_csv('a.csv', index=False)
np.savez('a.npz', **{name: np.arange(9) for name in names})
figure, axes = plt.subplots()
for name in names: axes.plot(np.arange(9), label=name, marker='o')
axes.legend(); axes.set_title('$x^2$')
for kind in ('svg', 'pdf', 'png'): figure.savefig(f'a.{kind}')
`,
      );
      expect(stderr).toBe('');
      digests.push(
        files.map((name) =>
          createHash('sha256')
            .update(readFileSync(join(workspace, name)))
            .digest('hex'),
        ),
      );
    }
    expect(digests[1]).toEqual(digests[0]);
  },
  DRAWING_MS,
);
