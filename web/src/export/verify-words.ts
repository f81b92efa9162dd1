/** What the panel of runs made again says, in both languages; it comes with the panel. */
import type { Verification } from '../api/verify.ts';

type Result = Verification['runs'][number]['result'];

const en = {
  title: 'Make the runs again',
  about:
    'Runs the code that the paper rests on once more, apart from the project, and compares what it gives. It tells whether the same comes out, not whether that is right.',
  mode: 'Each run finds',
  modes: { recorded: 'what it read then', scratch: 'attachments and what runs before it left' },
  make: 'Make again',
  stop: 'Stop',
  working: (step: string) => (step === '' ? 'Waiting for a worker…' : `${step} runs made`),
  stopped: 'Stopped.',
  good: 'Everything comes out as it was.',
  bad: 'Not everything comes out as it was.',
  run: (number: number, script: string) => `Run ${number} · ${script}`,
  figure: 'Figure',
  number: 'Number',
  results: {
    same_bytes: 'the same bytes',
    same_value: 'the same values',
    looks_same: 'looks the same',
    differs: 'differs',
    missing: 'missing',
    not_run: 'not run',
  } as Record<Result, string>,
};

const zh: typeof en = {
  title: '重新运行',
  about: '在项目之外重新运行论文所依据的程序，并比较结果。只说明结果是否一致，不说明结果是否正确。',
  mode: '每次运行可见',
  modes: { recorded: '当时读取的文件', scratch: '附件及之前运行留下的文件' },
  make: '重新运行',
  stop: '停止',
  working: (step) => (step === '' ? '正在等待……' : `已完成 ${step.replace(' of ', ' / ')}`),
  stopped: '已停止。',
  good: '结果全部一致。',
  bad: '有结果不一致。',
  run: (number, script) => `运行 ${number} · ${script}`,
  figure: '图',
  number: '数值',
  results: {
    same_bytes: '字节相同',
    same_value: '数值相同',
    looks_same: '图像相同',
    differs: '不同',
    missing: '缺失',
    not_run: '未运行',
  },
};

export const wordsIn = (locale: string): typeof en => (locale === 'zh' ? zh : en);
