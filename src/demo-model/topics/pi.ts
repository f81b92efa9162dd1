/** "Estimate π using the Monte Carlo method and plot the convergence process." */
import type { Language } from '../language.ts';
import { piChinese } from './pi-chinese.ts';
import { piEnglish } from './pi-english.ts';
import { pythonFile, type Topic } from './topic.ts';

/** Points that the script takes, unless it is asked for others: no fewer or more than make a figure in some seconds. */
const POINTS = { usual: 200_000, least: 50_000, most: 2_000_000 };
const OPTIONS = ['100,000', '200,000', '1,000,000'];

/** The number in an answer such as `100,000`; the usual one where there is none. */
function pointsIn(answer: string | undefined): number | undefined {
  if (answer === undefined) return undefined;
  const [digits] = answer.replace(/(?<=\d)[\s,_'.](?=\d{3})/g, '').match(/\d+/) ?? [];
  return digits === undefined ? POINTS.usual : Math.min(POINTS.most, Math.max(POINTS.least, Number(digits)));
}

/** As the task says it to the code agent. */
const ASKED_FOR = / N = (\d+)/;

const TASKS: Record<Language, string> = {
  zh: '用蒙特卡洛方法估计 π：在单位正方形内均匀取点（固定随机种子），对多个 N 打印估计值、绝对误差和 95% 置信区间半宽，拟合误差随 N 下降的指数；将收敛过程图保存为 images/pi_convergence.png，采样点图保存为 images/pi_points.png。每个数值以 key=value 的形式打印一行。代码存为 monte_carlo.py。',
  en: 'Estimate π by the Monte Carlo method: uniform points in the unit square with a fixed seed; for several N print the estimate, its absolute error and the half-width of its 95 % interval; fit the exponent with which the error falls. Save the convergence plot as images/pi_convergence.png and the sampled points as images/pi_points.png. Print each number as a key=value line. Save the code as monte_carlo.py.',
};

export const pi: Topic = {
  id: 'pi',
  texts: { en: piEnglish, zh: piChinese },
  question: {
    en: {
      question:
        'How many random points shall the simulation take? More points give a smaller error, and take longer.',
      options: OPTIONS,
      default: '200,000',
    },
    zh: {
      question: '模拟要取多少个随机点？点越多误差越小，耗时也越长。',
      options: OPTIONS,
      default: '200,000',
    },
  },
  task: (language, { answer }) => {
    const points = pointsIn(answer);
    const size =
      points === undefined
        ? ''
        : language === 'zh'
          ? ` 总点数 N = ${points}。`
          : ` Take N = ${points} points.`;
    return TASKS[language] + size;
  },
  scripts: (language, task) => {
    const [, points] = ASKED_FOR.exec(task) ?? [];
    const size: Record<string, number> = points === undefined ? {} : { SAMPLES: Number(points) };
    return {
      first: pythonFile('monte_carlo.py', { LANGUAGE: language, ...size }),
      repair: pythonFile('monte_carlo_simple.py', size),
    };
  },
  proof: 'pi_estimate',
};
