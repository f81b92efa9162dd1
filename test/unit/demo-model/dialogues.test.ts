import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { mainTools, parseUpdatePlan } from '../../../src/agents/tool-definitions.ts';
import { demoMove } from '../../../src/demo-model/demo-script.ts';
import { inPrint } from '../../../src/demo-model/measurements.ts';
import type { StrictRequest } from '../../../src/demo-model/strict-request.ts';
import { sectionContent } from '../../../src/domain/markdown/edit-section.ts';
import { outline, pathOf } from '../../../src/domain/markdown/outline.ts';
import { progressOf } from '../../../src/domain/plans.ts';
import { PLAIN } from '../../../src/llm/profiles/profile.ts';
import { chatMessages } from '../../../src/llm/requests/chat-messages.ts';
import type { ChatMessage } from '../../../src/llm/types.ts';
import { checkedAlone, type Played, play } from './play.ts';

const TEMPLATE =
  '# Title\n\n## Abstract\n\n## Introduction\n\n## Method\n\n### Data\n\n### Model\n\n## Results\n\n## Conclusion\n';

/** Numbers that no script holds: what the paper says must come from here. */
const PI_OUTPUT = `samples=4711
seed=99
row n=100 estimate=2.777777 abs_error=0.363816 ci_half=0.300001
row n=4711 estimate=3.198765 abs_error=0.057172 ci_half=0.045678
pi_estimate=3.198765
abs_error=0.057172
std_error=0.023305
ci_low=3.153087
ci_high=3.244443
repeats=13
rate=-0.471
figure=images/pi_convergence.png
figure=images/pi_points.png

finished in 1.2 s`;

const WAVES_OUTPUT = `a=3
b=4
amplitude_theory=5.000001
amplitude_measured=4.999997
phase_theory=0.927295
phase_measured=0.927111
max_deviation=4.00e-15
row phase_deg=90 theory=1.414214 measured=1.414199
f1=10
f2=11
spectrum_peak_1=10.003
spectrum_peak_2=11.004
beat_theory=1.000
beat_measured=1.002
figure=images/superposition.png
figure=images/beats.png`;

const DATA_OUTPUT = `file="attachments/my heights.csv"
rows=321
columns=2
numeric_columns=2
missing_cells=5
column name="Height (cm)" kind=number missing=5 mean=171.234 std=9.87654 min=150 median=171 max=201
column name="Weight, kg" kind=number missing=0 mean=70.1234 std=11.1111 min=45 median=69 max=120
pair a="Height (cm)" b="Weight, kg" r=0.8123
figure=images/data_distribution.png
slope=0.912345
intercept=-86.4321
figure=images/data_relation.png`;

const CSV = 'Height (cm),"Weight, kg"\n170,60\n180,75\n';
const python = () => PI_OUTPUT;

function section(played: Played, name: string): string {
  const found = sectionContent(played.paper, name);
  if (!found.ok) throw new Error(found.failure.message);
  return found.content;
}

test.each([
  ['Estimate π using the Monte Carlo method and plot the convergence process.', /demo/i, 'Estimating π'],
  ['用蒙特卡洛方法估计π的值，并绘制收敛过程图', /演示/, '用蒙特卡洛方法估计 π'],
])('F18: "%s" becomes a paper whose numbers come from the run', async (prompt, says, title) => {
  const played = await play(prompt, { paper: TEMPLATE, python });
  expect(played.calls.slice(0, 7)).toEqual([
    'update_plan',
    'analyze_template',
    'tree',
    'update_plan',
    'code_agent',
    'run_python',
    'read_file',
  ]);
  expect(played.texts.every((text) => says.test(text))).toBe(true);
  expect(played.final).toContain('3.198765');
  expect(played.final).toContain('4,711');
  expect(section(played, 'Results')).toContain('| 4,711 | 3.198765 | 0.057172 | 0.045678 |');
  expect(section(played, 'Results')).toContain('(images/pi_convergence.png)');
  expect(section(played, 'Abstract')).toContain('−0.471');
  expect(outline(played.paper)[0]?.title).toContain(title);
});

test.each([
  ['rate', '-0.471', '−0.471'],
  ['samples', '200000', '200,000'],
  ['n', '1000', '1,000'],
  ['mean', '12345.67', '12,345.67'],
  ['max', '2024', '2024'],
  ['seed', '20240314', '20240314'],
  ['max', '2024-11-30', '2024-11-30'],
  ['max_deviation', '4.00e-15', '4.00e-15'],
  ['most', '-12345', '-12345'],
])('F18: what a run printed as %s=%s stands in a paper as %s', (key, printed, shown) => {
  expect(inPrint(key, printed)).toBe(shown);
});

test.each([
  ['Estimate π by the Monte Carlo method, and ask me first how many points to take.', '100 000', '100000'],
  ['用蒙特卡洛方法估计π，先问我要取多少个点', '1,000,000 吧', '1000000'],
  ['Estimate π, but ask me first.', 'as you like', '200000'],
  ['Estimate π, but ask me first.', '99999999999', '2000000'],
])('H1, F18: "%s" asks once, and computes with the answer "%s"', async (prompt, answer, points) => {
  const codes: string[] = [];
  const run = (_filename: string, code: string) => {
    codes.push(code);
    return PI_OUTPUT;
  };
  const played = await play(prompt, { paper: TEMPLATE, python: run, answer });
  expect(played.calls.slice(0, 7)).toEqual([
    'update_plan',
    'analyze_template',
    'tree',
    'ask_person',
    'update_plan',
    'code_agent',
    'run_python',
  ]);
  expect(played.calls.filter((name) => name === 'ask_person')).toHaveLength(1);
  expect(codes[0]).toContain(`\nSAMPLES = ${points}\n`);
  expect(played.final).toContain('3.198765');
});

test('F18: the superposition prompt becomes a paper, in the language of the prompt', async () => {
  const world = { paper: TEMPLATE, python: () => WAVES_OUTPUT };
  const english = await play(
    'Study the graphs of trigonometric functions, such as the superposition of sine and cosine waves.',
    world,
  );
  expect(section(english, 'Results')).toContain('4.999997');
  expect(section(english, 'Results')).toContain('(images/beats.png)');
  const chinese = await play('研究数学三角函数图像的特性，比如正弦波、余弦波的叠加', world);
  expect(section(chinese, 'Results')).toContain('实测');
  expect(chinese.final).toMatch(/演示模型.*4\.999997/);
});

const RATIO_ROWS = 'row phase_deg=45 theory=1.847759 measured=1.847700\nrow phase_deg=90 ';

test.each([
  ['Study the superposition of sine and cosine waves.', TEMPLATE, 'Results', /worked out by myself/],
  ['Study the superposition of sine and cosine waves.', '', 'Results', /worked out by myself/],
  ['研究正弦波、余弦波的叠加', '# 标题\n\n## 结果\n\n## 结论\n', '结果', /自行推算/],
])(
  'T11: to "%s" the demo writes one number of its own, is told of it, and has a script compute it',
  async (prompt, paper, results, says) => {
    const files: string[] = [];
    const world = {
      paper,
      untraced: ['1.31'],
      python: (filename: string) => {
        files.push(filename);
        return filename === 'amplitude_ratio.py'
          ? 'amplitude_ratio=1.3077'
          : WAVES_OUTPUT.replace('row phase_deg=90 ', RATIO_ROWS);
      },
    };
    const played = await play(prompt, world);
    expect(files).toEqual(['wave_superposition.py', 'amplitude_ratio.py']);
    expect(played.paper).not.toContain('1.31');
    if (paper !== '') expect(section(played, results)).toContain('1.3077');
    expect(played.final).toMatch(says);
    expect(played.final).toMatch(/1\.31[\s\S]*1\.3077/);
  },
);

test('T11: where no script computes it, the demo names in its answer the number that is left', async () => {
  const output = WAVES_OUTPUT.replace('row phase_deg=90 ', RATIO_ROWS);
  const played = await play('Study the superposition of sine and cosine waves.', {
    paper: TEMPLATE,
    untraced: ['1.31'],
    python: (filename) =>
      filename === 'amplitude_ratio.py' ? 'FileNotFoundError: data/amplitudes.csv' : output,
  });
  expect(section(played, 'Results')).toContain('about 1.31');
  expect(played.final).toContain('But one: 1.31');
});

test('F18: an uploaded CSV is read first, and its name and columns come from it', async () => {
  const codes: string[] = [];
  const played = await play('Please analyse the data file I uploaded', {
    paper: TEMPLATE,
    attachments: { 'attachments/notes.pdf': '', 'attachments/my heights.csv': CSV },
    python: (_filename, code) => {
      codes.push(code);
      return DATA_OUTPUT;
    },
  });
  expect(played.calls.slice(0, 7)).toEqual([
    'update_plan',
    'analyze_template',
    'list_attachments',
    'read_attachment',
    'update_plan',
    'code_agent',
    'run_python',
  ]);
  const task = played.conversation.find(
    (message) =>
      message.role === 'assistant' &&
      message.tool_calls?.some((call) => call.function.name === 'code_agent') === true,
  );
  expect(JSON.stringify(task)).toContain('Height (cm), Weight, kg');
  expect(codes[0]).toContain('DATA = "attachments/my heights.csv"');
  expect(section(played, 'Data')).toContain('321 rows');
  expect(section(played, 'Results')).toContain('| Weight, kg | 0 | 70.1234 |');
  expect(outline(played.paper)[0]?.title).toBe('An analysis of my heights.csv');
});

test.each([
  ['Estimate π using the Monte Carlo method', PI_OUTPUT],
  ['用蒙特卡洛方法估计π的值', PI_OUTPUT],
  ['Study the superposition of sine and cosine waves', WAVES_OUTPUT],
  ['研究正弦波、余弦波的叠加', WAVES_OUTPUT],
  ['Please analyse the data file I uploaded', DATA_OUTPUT],
  ['分析我上传的数据文件', DATA_OUTPUT],
])(
  'F18, O9: "%s" has its paper checked once, before it says that it is done, and leaves nothing',
  async (prompt, output) => {
    const played = await play(prompt, {
      paper: TEMPLATE,
      attachments: { 'attachments/my heights.csv': CSV },
      python: () => output,
    });
    expect(played.calls.filter((name) => name === 'check_paper')).toHaveLength(1);
    expect(played.calls.slice(-2)).toEqual(['check_paper', 'update_plan']);
    expect(checkedAlone(played.paper)).toEqual([]);
  },
);

const WORKBOOK =
  'Workbook of 2 sheets: "销售": 3 rows, 3 columns; "门店": 3 rows, 2 columns\n\n' +
  '--- sheet "销售": 3 rows, 3 columns ---\n门店\t月份\t销售额\nA\t1\t10.5\nB\t1\t12\n\n' +
  '--- sheet "门店": 3 rows, 2 columns ---\n门店\t面积\nA\t120\nB\t90\n';

const WORKBOOK_OUTPUT = `sheet name="销售" rows=24 columns=3
sheet name="门店" rows=2 columns=2
joined sheet="门店" by="门店"
file="attachments/门店 销售.xlsx"
rows=24
columns=4
missing_cells=0
column name="销售额" kind=number missing=0 mean=11.4321 std=1.2345 min=9 median=11 max=14
column name="面积" kind=number missing=0 mean=105 std=15.5 min=90 median=105 max=120
pair a="销售额" b="面积" r=0.4567
figure=images/data_distribution.png
slope=0.0123
intercept=10.1
figure=images/data_relation.png
result_file=result1.xlsx`;

test.each([
  ['Analyse the workbook that I uploaded', 'en', /sheet "门店" is joined by 门店/, 'Data', 'Results'],
  ['分析我上传的工作簿', 'zh', /工作表“门店”按列 门店 合并/, '数据', '结果'],
])(
  'F18: "%s" reads both sheets of an Excel file, writes result1.xlsx and a table into the paper',
  async (prompt, language, joined, data, results) => {
    const codes: string[] = [];
    const played = await play(prompt, {
      paper: language === 'en' ? TEMPLATE : '# 标题\n\n## 数据\n\n## 方法\n\n## 结果\n\n## 结论\n',
      attachments: { 'attachments/门店 销售.xlsx': WORKBOOK },
      python: (_filename, code) => {
        codes.push(code);
        return WORKBOOK_OUTPUT;
      },
    });
    expect(codes[0]).toContain('DATA = "attachments/门店 销售.xlsx"');
    expect(JSON.stringify(played.conversation)).toMatch(/门店[,、] ?月份[,、] ?销售额/);
    expect(section(played, data)).toContain('| 门店 | 2 | 2 |');
    expect(section(played, data)).toMatch(joined);
    expect(section(played, results)).toContain('`result1.xlsx`');
    expect(section(played, results)).toContain('| 销售额 | 0 | 11.4321 |');
    expect(played.final).toContain('`result1.xlsx`');
  },
);

test('F18: a vague wish is about the CSV file that came with it', async () => {
  const attached: ChatMessage = {
    role: 'user',
    parts: [{ type: 'told', name: 'attachments', text: 'attachments/my heights.csv' }],
  };
  const world = {
    paper: TEMPLATE,
    attachments: { 'attachments/my heights.csv': CSV },
    python: () => DATA_OUTPUT,
  };
  const played = await play('Please describe this for me', world, [attached]);
  expect(played.final).toContain('321 rows');
});

test('F18: without a data file the demo says what to do, and writes nothing', async () => {
  const played = await play('Analyse the CSV file I uploaded', { paper: TEMPLATE, python });
  expect(played.paper).toBe(TEMPLATE);
  expect(played.final).toMatch(/demo.*no CSV or Excel file.*Upload one/i);
});

test.each([
  ['Write me a poem about autumn.', /demo model.*not an AI/s],
  ['写一首关于秋天的诗', /演示模型.*不是真正的人工智能/s],
])('F18: to "%s" it says what it is, and what to try', async (prompt, says) => {
  const played = await play(prompt, { paper: TEMPLATE, python });
  expect(played.final).toMatch(says);
  expect(played.calls).toEqual([]);
  expect(played.paper).toBe(TEMPLATE);
});

test('F18: a number that the run did not print is said to be missing, never made up', async () => {
  const played = await play('Estimate pi by Monte Carlo', {
    paper: TEMPLATE,
    python: () => PI_OUTPUT.replace('rate=-0.471\n', ''),
  });
  expect(section(played, 'Abstract')).toContain('p = (not in the output of the run)');
});

test('F18: a failed run is said to have failed, and a simpler script is tried once', async () => {
  const files: string[] = [];
  const played = await play('Estimate pi by Monte Carlo', {
    paper: TEMPLATE,
    python: (filename) => {
      files.push(filename);
      return filename === 'monte_carlo.py'
        ? "Traceback\nImportError: No module named 'numpy'\n\nexited with code 1"
        : PI_OUTPUT;
    },
  });
  expect(files).toEqual(['monte_carlo.py', 'monte_carlo_simple.py']);
  expect(played.texts.join('\n')).toContain("the run failed (ImportError: No module named 'numpy')");
  expect(section(played, 'Results')).toContain('3.198765');
});

test('F18: where no code can run, the paper stays as it was and the demo says why', async () => {
  const played = await play('Estimate pi by Monte Carlo', {
    paper: TEMPLATE,
    python: () => 'No sandbox is available here.',
  });
  expect(played.paper).toBe(TEMPLATE);
  expect(played.final).toContain('wrote nothing into the paper');
  expect(played.calls.filter((name) => name === 'run_python')).toHaveLength(4);
});

test('H3, F18: the demo keeps a plan, one step after the other, and ends with all of it done', async () => {
  const played = await play('Estimate pi by Monte Carlo', { paper: TEMPLATE, python });
  const plans = played.conversation.flatMap((message) =>
    message.role !== 'assistant'
      ? []
      : (message.tool_calls ?? [])
          .filter((call) => call.function.name === 'update_plan')
          .map((call) => parseUpdatePlan(call.function.arguments)),
  );
  const done = plans.map((plan) => (plan.ok ? progressOf(plan.value) : plan));
  expect(done).toEqual([
    { completed: 0, current: 'Read the template and the files', number: 1 },
    { completed: 1, current: 'Compute in the sandbox', number: 2 },
    { completed: 2, current: 'Write the paper', number: 3 },
    { completed: 3, current: 'Check the paper', number: 4 },
    { completed: 4 },
  ]);
});

test('F18: a figure that is not there is not embedded', async () => {
  const played = await play('Estimate pi by Monte Carlo', {
    paper: TEMPLATE,
    python,
    figures: ['images/pi_convergence.png'],
  });
  expect(played.paper).toContain('(images/pi_convergence.png)');
  expect(played.paper).not.toContain('images/pi_points.png');
});

const PAPERS: [string, string][] = [
  ['an empty paper', ''],
  ['a paper without a title of its own', '## Background\n\n## Approach\n\n## Findings\n'],
  ['a paper with two sections of one name', '# T\n\n## A\n\n### Results\n\n## B\n\n### Results\n'],
  [
    'a Chinese contest paper',
    '# 题目\n\n## 摘要\n\n## 一、问题重述\n\n## 二、模型假设\n\n## 三、符号说明\n\n## 四、模型的建立\n\n## 五、模型的求解\n\n## 六、结果分析\n\n## 七、灵敏度分析\n\n## 八、模型评价\n\n## 参考文献\n\n## 附录\n',
  ],
  ['a paper with headings that nobody knows', '# T\n\n## Foo\n\n## Bar\n'],
];
test('F11: every template that is shipped is filled, each section with something of its own', async () => {
  const folder = new URL('../../../templates/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const content = readFileSync(new URL(file, folder), 'utf8');
    const prompt = file.endsWith('-zh.md') ? '用蒙特卡洛方法估计π的值' : 'Estimate pi by Monte Carlo';
    const played = await play(prompt, { paper: content, python });
    const leaves = outline(played.paper).filter(
      (entry, index, all) => (all[index + 1]?.level ?? 0) <= entry.level,
    );
    for (const leaf of leaves) {
      const text = played.paper.slice(leaf.bodyStart, leaf.end);
      expect(`${file} ${pathOf(leaf)}: ${text}`).not.toMatch(/nothing to say|对本节没有内容|<!--/);
    }
    expect(played.paper).toContain('3.198765');
  }
});

test.each(PAPERS)(
  'F18: %s gets at least four written sections, a figure and the numbers',
  async (_name, paper) => {
    const played = await play('Estimate pi by Monte Carlo', { paper, python });
    const leaves = outline(played.paper).filter(
      (entry, index, all) => (all[index + 1]?.level ?? 0) <= entry.level,
    );
    const written = leaves.filter(
      (entry) => played.paper.slice(entry.bodyStart, entry.end).trim().length > 60,
    );
    expect(written.length).toBeGreaterThanOrEqual(4);
    expect(played.paper).toContain(
      '![Convergence of the estimate with its 95 % interval](images/pi_convergence.png)',
    );
    expect(played.paper).toContain('3.198765');
  },
);

test('D6: the dialogue depends on the conversation alone: a model restarted at any step goes on the same way', async () => {
  const { conversation } = await play('Estimate pi by Monte Carlo', { paper: TEMPLATE, python });
  const tools = mainTools.map((tool) => ({ type: 'function' as const, function: { ...tool, strict: true } }));
  for (const [index, message] of conversation.entries()) {
    if (message.role !== 'assistant') continue;
    const messages = chatMessages(conversation.slice(0, index), PLAIN, { baseUrl: '', model: '' });
    const move = demoMove({ model: 'demo', messages: messages as StrictRequest['messages'], tools });
    expect(move.text).toBe(message.content);
    const calls = (message.tool_calls ?? []).map((call) => JSON.parse(call.function.arguments));
    expect(move.calls.map((call) => call.arguments)).toEqual(calls);
  }
});

test('F18: each turn is a dialogue of its own; a stopped one does not run into the next', async () => {
  const first = await play('Estimate pi by Monte Carlo', { paper: TEMPLATE, python });
  const second = await play('Hello!', { paper: first.paper, python }, first.conversation);
  expect(second.final).toMatch(/demo model/);
  expect(second.calls).toEqual([]);

  const cut = first.conversation.findIndex((message) => message.role === 'tool');
  const stopped = first.conversation
    .slice(0, cut + 3)
    .map((message) =>
      message.role === 'tool'
        ? { ...message, content: 'This call was stopped by the person before it finished.' }
        : message,
    );
  const third = await play('Hello!', { paper: TEMPLATE, python }, stopped);
  expect(third.calls).toEqual([]);
});

test('F15: a steering message is acknowledged, and the dialogue goes on', async () => {
  const first = await play('Estimate pi by Monte Carlo', { paper: TEMPLATE, python });
  const cut = first.conversation.findIndex((message) => message.role === 'tool');
  const steered = await play(
    'Please be brief',
    { paper: TEMPLATE, python },
    first.conversation.slice(0, cut + 3),
  );
  expect(steered.texts[0]).toMatch(/read your message/);
  expect(steered.calls.slice(0, 2)).toEqual(['update_plan', 'code_agent']);
  expect(steered.final).toContain('3.198765');
});
