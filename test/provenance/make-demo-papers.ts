/**
 * Writes the demo's papers with their keys: plays its dialogues with its scripts run for real. Run it again when the
 * dialogues or scripts change: `PYTHON=/path/to/python node test/provenance/make-demo-papers.ts`, with a Python that has
 * numpy, pandas, matplotlib. The dialogues are played with each printed number in marks, so that the key is not made by
 * what it is to check.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fact, RecordedRun } from '../../src/domain/provenance/types.ts';
import { MOST_FACTS } from '../../src/domain/runs.ts';
import { joinPrinted } from '../../src/recording/join-printed.ts';
import { printedFacts } from '../../src/recording/printed-facts.ts';
import { readTold } from '../../src/recording/told.ts';
import { play } from '../unit/demo-model/play.ts';
import { unmarked } from './corpus.ts';

const PI = {
  en: 'Estimate π using the Monte Carlo method and plot the convergence process.',
  zh: '用蒙特卡洛方法估计π的值，并绘制收敛过程图',
};
const WAVES = {
  en: 'Study the graphs of trigonometric functions, such as the superposition of sine and cosine waves.',
  zh: '研究数学三角函数图像的特性，比如正弦波、余弦波的叠加',
};
const DATA = { en: 'Please analyse the data file I uploaded', zh: '请分析我上传的数据文件' };

const PAPERS = [
  ['pi-en', PI.en, 'research-paper-en'],
  ['pi-zh', PI.zh, 'research-paper-zh'],
  ['pi-contest-en', PI.en, 'modelling-contest-en'],
  ['waves-en', WAVES.en, 'research-paper-en'],
  ['waves-zh', WAVES.zh, 'modelling-contest-zh'],
  ['data-en', DATA.en, 'data-analysis-en'],
  ['data-zh', DATA.zh, 'data-analysis-zh'],
] as const;

const PAIR = /([A-Za-z_]\w*)=([-+]?\d[\d.]*(?:e[-+]?\d+)?)(?=\s|$)/g;

const python = process.env.PYTHON ?? 'python3';
const SANDBOX = fileURLToPath(new URL('../../sandbox', import.meta.url));
const attachment = 'attachments/plots.csv';

/** Trial plots of a field: a table that nobody has published, the same each time. */
function table(): string {
  let seed = 12_345;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const rows = Array.from({ length: 180 }, (_, index) => {
    const rain = 300 + 400 * random();
    const nitrogen = 40 + 120 * random();
    const crop = 1.8 + 0.006 * rain + 0.011 * nitrogen + random();
    return [index + 1, rain.toFixed(1), index % 37 === 5 ? '' : nitrogen.toFixed(1), crop.toFixed(3)].join(
      ',',
    );
  });
  return `plot,rain mm,nitrogen kg,yield t\n${rows.join('\n')}\n`;
}

for (const [name, prompt, template] of PAPERS) {
  const workspace = mkdtempSync(join(tmpdir(), 'demo-paper-'));
  for (const folder of ['code', 'images', 'attachments']) mkdirSync(join(workspace, folder));
  writeFileSync(join(workspace, attachment), table());
  const runs: RecordedRun[] = [];
  const played = await play(prompt, {
    paper: readFileSync(new URL(`../../templates/${template}.md`, import.meta.url), 'utf8').replace(
      /^---\n[\s\S]*?\n---\n/,
      '',
    ),
    attachments: { [attachment]: table().split('\n').slice(0, 20).join('\n') },
    python: (filename, code) => {
      const script = `code/${filename}`;
      writeFileSync(join(workspace, script), code);
      const { output, facts } = runOf(workspace, script);
      runs.push(recorded(runs.length + 1, script, code, facts));
      return withMarks(output);
    },
  });
  const { paper, key } = unmarked(played.paper, (value) => value);
  // What stands in code is no number of the paper.
  const shown = paper.replace(/```[\s\S]*?```/g, (code) => '\0'.repeat(code.length));
  const corpus = { name, paper, runs, key: key.filter(({ at }) => shown[at] !== '\0') };
  writeFileSync(new URL(`./demo/${name}.json`, import.meta.url), `${JSON.stringify(corpus, null, 1)}\n`);
  rmSync(workspace, { recursive: true });
  console.log(`${name}: ${corpus.key.length} numbers, ${runs.flatMap(({ facts }) => facts).length} facts`);
}

function recorded(number: number, script: string, code: string, facts: Fact[]): RecordedRun {
  const scriptSha256 = createHash('sha256').update(code).digest('hex');
  return { number, script, scriptSha256, ending: 'exited', exitCode: 0, reads: [], writes: [], facts };
}

/** Runs a script as a sandbox does, so far as facts are concerned: what it records is told on a stream of its own. */
function runOf(workspace: string, script: string): { output: string; facts: Fact[] } {
  const told = openSync(join(workspace, 'told'), 'w+');
  const code = `import sys; sys.path.insert(0, ${JSON.stringify(SANDBOX)}); import paperagent
path = sys.argv[1]; source = open(path, "rb").read(); paperagent.listen(3, path, source)
exec(compile(source, path, "exec"), {"__name__": "__main__"})`;
  try {
    const output = execFileSync(python, ['-c', code, script], {
      cwd: workspace,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit', told],
    });
    const records = readTold(readFileSync(join(workspace, 'told')), true).facts;
    const joined = joinPrinted(records, printedFacts(output, MOST_FACTS).facts);
    return { output, facts: [...joined.recorded, ...joined.printed] };
  } finally {
    closeSync(told);
  }
}

function withMarks(output: string): string {
  return output.replace(PAIR, (_all, name: string, value: string) => `${name}=⟦${value}¦${value}⟧`);
}
