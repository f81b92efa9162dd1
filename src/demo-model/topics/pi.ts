/** "Estimate π using the Monte Carlo method and plot the convergence process." */
import { piChinese } from './pi-chinese.ts';
import { piEnglish } from './pi-english.ts';
import { pythonFile, type Topic } from './topic.ts';

export const pi: Topic = {
  id: 'pi',
  texts: { en: piEnglish, zh: piChinese },
  task: (language) =>
    language === 'zh'
      ? '用蒙特卡洛方法估计 π：在单位正方形内均匀取点（固定随机种子），对多个 N 打印估计值、绝对误差和 95% 置信区间半宽，拟合误差随 N 下降的指数；将收敛过程图保存为 images/pi_convergence.png，采样点图保存为 images/pi_points.png。每个数值以 key=value 的形式打印一行。代码存为 monte_carlo.py。'
      : 'Estimate π by the Monte Carlo method: uniform points in the unit square with a fixed seed; for several N print the estimate, its absolute error and the half-width of its 95 % interval; fit the exponent with which the error falls. Save the convergence plot as images/pi_convergence.png and the sampled points as images/pi_points.png. Print each number as a key=value line. Save the code as monte_carlo.py.',
  scripts: (language) => ({
    first: pythonFile('monte_carlo.py', { LANGUAGE: language }),
    repair: pythonFile('monte_carlo_simple.py'),
  }),
  proof: 'pi_estimate',
};
