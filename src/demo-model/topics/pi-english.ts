/** The pi dialogue in English. */
import { figureOf, type Measurements, outputOf, tableOf } from '../measurements.ts';
import type { DialogueTexts, Paper } from './topic.ts';

export const piEnglish: DialogueTexts = {
  plan: `**Demo model** (scripted; configure a real one in the settings). My plan for estimating π:

1. look at the template of the paper,
2. let the code agent run a Monte Carlo simulation and plot how it converges,
3. write each section from the numbers that the run prints.`,

  summary: (m) =>
    `Demo model: the paper is in \`paper.md\`. With N = ${m.value('samples')} random points the run gave π ≈ **${m.value('pi_estimate')}** (absolute error ${m.value('abs_error')}, 95 % interval ${m.value('ci_low')} to ${m.value('ci_high')}). The convergence plot is in the results. All numbers come from the run's output.`,

  paper,
};

function paper(m: Measurements): Paper {
  const v = m.value;
  const table = tableOf(
    m.rows('row'),
    [
      ['n', 'N'],
      ['estimate', 'Estimate of π'],
      ['abs_error', 'Absolute error'],
      ['ci_half', 'Half-width of the 95 % interval'],
    ],
    {
      caption: 'Estimates for growing N, with the error and the interval that belong to each',
      language: 'en',
    },
  );
  return {
    title: 'Estimating π by the Monte Carlo method',
    sections: {
      abstract: `We estimate π by drawing random points in the unit square and counting those inside the quarter circle. With N = ${v('samples')} points the estimate is ${v('pi_estimate')}, an absolute error of ${v('abs_error')}; the 95 % confidence interval is [${v('ci_low')}, ${v('ci_high')}]. Over repeated runs the root mean square error falls like $N^{p}$ with a fitted exponent p = ${v('rate')}, where theory predicts $-1/2$.`,
      keywords: 'Monte Carlo method; π; convergence; confidence interval; random sampling',
      introduction: `The number π can be found by chance: a point drawn uniformly from the unit square lies inside the quarter circle of radius 1 with probability π/4. Counting random points therefore estimates π [1]. The method is slow compared with series, but it shows in the simplest setting what holds for every Monte Carlo computation: the error is itself random, it can be estimated from the same sample, and it falls with the square root of the effort.`,
      problem: `Estimate π from uniform random points alone, say how certain the estimate is, and show how it converges as the number of points N grows. In particular: does the error fall like $1/\\sqrt{N}$?`,
      assumptions: `- The points are independent and uniform on the unit square; the pseudo-random generator (PCG64, seed ${v('seed')}) is taken as ideal.\n- N is large enough for the normal approximation of the binomial count.\n- Rounding errors are negligible beside the sampling error.`,
      notation: `| Symbol | Meaning |\n| --- | --- |\n| $N$ | number of random points |\n| $M$ | number of points with $x^2 + y^2 \\le 1$ |\n| $\\hat{p} = M/N$ | share of points inside |\n| $\\hat{\\pi} = 4\\hat{p}$ | estimate of π |`,
      data: `No outside data are used. The sample consists of ${v('samples')} simulated points (seed ${v('seed')}), so the run can be repeated exactly.`,
      method: `Draw $(x_i, y_i)$ uniformly from $[0,1]^2$ for $i = 1, \\dots, N$ and let $M$ be the number of points with $x_i^2 + y_i^2 \\le 1$. Then\n\n$$\\hat{\\pi} = \\frac{4M}{N}, \\qquad \\operatorname{se}(\\hat{\\pi}) = 4\\sqrt{\\frac{\\hat{p}(1-\\hat{p})}{N}}, \\qquad \\hat{p} = \\frac{M}{N},$$\n\nand $\\hat{\\pi} \\pm 1.96\\,\\operatorname{se}$ is an approximate 95 % confidence interval. To measure the rate of convergence, ${v('repeats')} independent estimates are made for each of several N, and a line is fitted to the logarithm of their root mean square error.`,
      setup: `The simulation is \`code/monte_carlo.py\` (NumPy [2], Matplotlib [3]). It uses N = ${v('samples')} points with the seed ${v('seed')}, and ${v('repeats')} repetitions for each sample size of the convergence study.`,
      results: `${table}\n\nWith all ${v('samples')} points the estimate is **${v('pi_estimate')}**, with a standard error of ${v('std_error')} and the 95 % interval [${v('ci_low')}, ${v('ci_high')}]. The absolute error is ${v('abs_error')}.\n\n${figureOf(m, 'convergence', 'Convergence of the estimate with its 95 % interval', 'en')}\n\n${figureOf(m, 'points', 'The first sampled points', 'en')}`,
      validation: `The exponent fitted to the root mean square error of ${v('repeats')} repetitions is ${v('rate')}; theory gives $-1/2$. The true value of π can be compared with the interval [${v('ci_low')}, ${v('ci_high')}]: an interval of this kind misses it in about one run of twenty.`,
      strengths: `The method needs nothing but uniform random numbers, gives its own error estimate and carries over to any dimension. Its weakness is speed: each further decimal digit costs a hundred times as many points.`,
      discussion: `The estimate wanders widely for small N and settles as N grows, as the figure shows; the interval narrows in proportion to $1/\\sqrt{N}$. The fitted exponent of ${v('rate')} is the measured form of that law. The single path in the figure is one of many possible ones: its distance from π at a given N (here ${v('abs_error')} at the end) is chance, its typical size (standard error ${v('std_error')}) is not.`,
      conclusion: `Random sampling gave π ≈ ${v('pi_estimate')} with N = ${v('samples')} points, with the 95 % interval [${v('ci_low')}, ${v('ci_high')}]. The measured rate of convergence, ${v('rate')}, can be set against the expected $-1/2$. Variance reduction or quasi-random points would be the natural next step.`,
      references: `1. Metropolis, N., & Ulam, S. (1949). The Monte Carlo method. *Journal of the American Statistical Association*, 44(247), 335–341.\n2. Harris, C. R., et al. (2020). Array programming with NumPy. *Nature*, 585, 357–362.\n3. Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. *Computing in Science & Engineering*, 9(3), 90–95.`,
      appendix: `The code is in the folder \`code/\` of this Work. Its output, from which every number above is taken:\n\n\`\`\`text\n${outputOf(m)}\n\`\`\``,
    },
  };
}
