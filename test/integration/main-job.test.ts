import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { demoScript } from '../../src/demo-model/demo-script.ts';
import { outline } from '../../src/domain/markdown/outline.ts';
import { imageHeader } from '../../src/workspace/image-header.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({
    script: demoScript({ msPerToken: 0 }),
    env: { PAPERAGENT_MODEL: 'demo' },
  });
  await system.startWorker();
});

afterAll(() => system.close());

const PROMPTS = [
  [
    'in English',
    'Estimate π using the Monte Carlo method and plot the convergence process.',
    'en',
    /\bdemo\b/i,
    1,
  ],
  ['in Chinese', '研究数学三角函数图像的特性，比如正弦波、余弦波的叠加', 'zh', /演示.*1\.31.*1\.3066/s, 2],
] as const;

testWith('bubblewrap').each(PROMPTS)(
  'F1-F6, F10, F18, T11: the main job %s ends with a paper whose numbers are the runs’, one that was not is mended',
  async (_name, prompt, language, label, scripts) => {
    const account = await system.guest();
    const created = await system.request(account, 'POST', '/api/works', { title: '', language });
    const { id: workId } = (await created.json()) as { id: string };
    const chat = await system.chat(account, workId);
    chat.say(prompt);
    const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(end).toMatchObject({ outcome: 'done' });

    const workspace = path.join(system.dataDir, 'workspaces', workId);
    const paper = await readFile(path.join(workspace, 'paper.md'), 'utf8');
    const filled = outline(paper).filter(
      ({ level, bodyStart, end: until }) =>
        level > 1 &&
        paper
          .slice(bodyStart, until)
          .replace(/<!--[\s\S]*?-->/g, '')
          .trim().length > 40,
    );
    expect(filled.length).toBeGreaterThanOrEqual(4);

    // What the template asks for speaks of figures as well.
    const written = paper.replace(/<!--[\s\S]*?-->/g, '');
    const figures = [...written.matchAll(/!\[[^\]]*\]\((images\/[^)]+)\)/g)].map((match) => match[1] ?? '');
    expect(figures.length).toBeGreaterThanOrEqual(1);
    for (const figure of figures) {
      const header = imageHeader(await readFile(path.join(workspace, figure)));
      expect(header).toMatchObject({ format: 'png' });
      expect(header?.width).toBeGreaterThan(300);
    }

    const printed = ofKind(chat.events, 'tool.output')
      .map(({ text }) => text)
      .join('');
    const numbers = [...paper.matchAll(/\d+\.\d{4,}/g)].map(([number]) => number);
    expect(numbers.length).toBeGreaterThanOrEqual(3);
    for (const number of numbers) expect(printed).toContain(number);

    const code = await readdir(path.join(workspace, 'code'));
    expect(code.filter((name) => name.endsWith('.py'))).toHaveLength(scripts);
    const said = ofKind(chat.events, 'message.completed').filter(({ message }) => message.agent === 'main');
    expect(JSON.stringify(said.at(-1))).toMatch(label);
    expect(system.model.requests.flatMap(({ problems }) => problems)).toEqual([]);
    chat.close();
    await system.expectSound(workId);
  },
);
