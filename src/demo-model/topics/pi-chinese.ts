/** The pi dialogue in Chinese. */
import { figureOf, type Measurements, outputOf, tableOf } from '../measurements.ts';
import type { DialogueTexts, Paper } from './topic.ts';

export const piChinese: DialogueTexts = {
  plan: `**演示模型**（按脚本回答；可在设置中配置真实模型）。估计 π 的计划：

1. 查看论文模板；
2. 让代码智能体运行蒙特卡洛模拟，并绘制收敛过程图；
3. 用运行输出的数值撰写每一节。`,

  summary: (m) =>
    `演示模型：论文已写入 \`paper.md\`。使用 N = ${m.value('samples')} 个随机点，得到 π ≈ **${m.value('pi_estimate')}**（绝对误差 ${m.value('abs_error')}，95% 置信区间 ${m.value('ci_low')} 至 ${m.value('ci_high')}）。收敛过程图见结果部分，所有数值均来自程序输出。`,

  paper,
};

function paper(m: Measurements): Paper {
  const v = m.value;
  const table = tableOf(
    m.rows('row'),
    [
      ['n', 'N'],
      ['estimate', 'π 的估计值'],
      ['abs_error', '绝对误差'],
      ['ci_half', '95% 置信区间半宽'],
    ],
    { caption: '各 N 下的估计值、绝对误差与置信区间半宽', language: 'zh' },
  );
  return {
    title: '用蒙特卡洛方法估计 π',
    sections: {
      abstract: `本文在单位正方形内随机取点，统计落入四分之一圆的比例来估计 π。取 N = ${v('samples')} 个点时，估计值为 ${v('pi_estimate')}，绝对误差 ${v('abs_error')}，95% 置信区间为 [${v('ci_low')}, ${v('ci_high')}]。重复试验的均方根误差按 $N^{p}$ 下降，拟合指数 p = ${v('rate')}，理论值为 $-1/2$。`,
      keywords: '蒙特卡洛方法；π；收敛；置信区间；随机抽样',
      introduction: `π 可以由随机试验得到：在单位正方形内均匀取点，点落入半径为 1 的四分之一圆的概率为 π/4，因此统计随机点即可估计 π [1]。与级数法相比该方法收敛较慢，但它以最简单的形式展示了所有蒙特卡洛计算的共性：误差本身是随机的，可由同一样本估计，并随样本量的平方根下降。`,
      problem: `仅用均匀随机点估计 π，给出估计的不确定性，并展示点数 N 增大时的收敛过程；特别地，检验误差是否按 $1/\\sqrt{N}$ 下降。`,
      assumptions: `- 随机点相互独立，且在单位正方形上均匀分布；伪随机数发生器（PCG64，种子 ${v('seed')}）视为理想。\n- N 足够大，二项分布可用正态分布近似。\n- 舍入误差与抽样误差相比可以忽略。`,
      notation: `| 符号 | 含义 |\n| --- | --- |\n| $N$ | 随机点总数 |\n| $M$ | 满足 $x^2 + y^2 \\le 1$ 的点数 |\n| $\\hat{p} = M/N$ | 落入圆内的比例 |\n| $\\hat{\\pi} = 4\\hat{p}$ | π 的估计值 |`,
      data: `本文不使用外部数据。样本为模拟产生的 ${v('samples')} 个点（随机种子 ${v('seed')}），因此结果可以完全重现。`,
      method: `对 $i = 1, \\dots, N$，在 $[0,1]^2$ 上均匀抽取 $(x_i, y_i)$，设满足 $x_i^2 + y_i^2 \\le 1$ 的点数为 $M$，则\n\n$$\\hat{\\pi} = \\frac{4M}{N}, \\qquad \\operatorname{se}(\\hat{\\pi}) = 4\\sqrt{\\frac{\\hat{p}(1-\\hat{p})}{N}}, \\qquad \\hat{p} = \\frac{M}{N},$$\n\n$\\hat{\\pi} \\pm 1.96\\,\\operatorname{se}$ 为近似的 95% 置信区间。为测量收敛速度，对若干 N 各做 ${v('repeats')} 次独立重复，并对均方根误差的对数作直线拟合。`,
      setup: `模拟程序为 \`code/monte_carlo.py\`（NumPy [2] 与 Matplotlib [3]），取 N = ${v('samples')}，随机种子 ${v('seed')}；收敛性研究中每个样本量重复 ${v('repeats')} 次。`,
      results: `${table}\n\n使用全部 ${v('samples')} 个点，估计值为 **${v('pi_estimate')}**，标准误 ${v('std_error')}，95% 置信区间 [${v('ci_low')}, ${v('ci_high')}]，绝对误差 ${v('abs_error')}。\n\n${figureOf(m, 'convergence', '估计值的收敛过程与 95% 置信区间', 'zh')}\n\n${figureOf(m, 'points', '最初的采样点', 'zh')}`,
      validation: `对 ${v('repeats')} 次重复的均方根误差拟合，得到的指数为 ${v('rate')}，理论值为 $-1/2$。真值 π 可与区间 [${v('ci_low')}, ${v('ci_high')}] 对照：此类区间平均每二十次约有一次不含真值。`,
      strengths: `优点：只需均匀随机数，自带误差估计，可推广到任意维数。缺点：收敛慢，每多一位有效数字约需一百倍的点数。`,
      discussion: `如图所示，N 较小时估计值波动很大，随 N 增大而趋于稳定；置信区间按 $1/\\sqrt{N}$ 收窄，拟合指数 ${v('rate')} 即是这一规律的实测结果。图中只是众多可能路径中的一条：某一 N 处与 π 的距离（终点为 ${v('abs_error')}）是偶然的，而其典型大小（标准误 ${v('std_error')}）不是。`,
      conclusion: `用 N = ${v('samples')} 个随机点得到 π ≈ ${v('pi_estimate')}，95% 置信区间为 [${v('ci_low')}, ${v('ci_high')}]。实测收敛指数 ${v('rate')} 可与理论值 $-1/2$ 对照。后续可采用方差缩减或拟随机序列加以改进。`,
      references: `1. Metropolis, N., & Ulam, S. (1949). The Monte Carlo method. *Journal of the American Statistical Association*, 44(247), 335–341.\n2. Harris, C. R., et al. (2020). Array programming with NumPy. *Nature*, 585, 357–362.\n3. Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. *Computing in Science & Engineering*, 9(3), 90–95.`,
      appendix: `程序见本项目的 \`code/\` 目录。上文所有数值均取自其输出：\n\n\`\`\`text\n${outputOf(m)}\n\`\`\``,
    },
  };
}
