/** The sine and cosine dialogue in Chinese. */
import { figureOf, type Measurements, outputOf, tableOf } from '../measurements.ts';
import type { DialogueTexts, Paper } from './topic.ts';
import { ratioSentence } from './waves-ratio.ts';

export const wavesChinese: DialogueTexts = {
  plan: `**演示模型**（按脚本回答；可在设置中配置真实模型）。研究正弦波与余弦波叠加的计划：

1. 查看论文模板；
2. 让代码智能体计算同频叠加、不同相位差的叠加以及两个相近频率的叠加，并绘图；
3. 用运行输出的数值撰写每一节；其中一个比值由我自行推算，以展示它如何被发现并改正。`,

  summary: (m) =>
    `演示模型：论文已写入 \`paper.md\`。${m.value('a')} sin t 与 ${m.value('b')} cos t 之和的实测振幅为 **${m.value('amplitude_measured')}**（理论值 ${m.value('amplitude_theory')}）；${m.value('f1')} Hz 与 ${m.value('f2')} Hz 的拍频为 **${m.value('beat_measured')} Hz**。图见结果部分，所有数值均来自程序输出。`,

  paper,
};

function paper(m: Measurements): Paper {
  const v = m.value;
  const table = tableOf(
    m.rows('row'),
    [
      ['phase_deg', '相位差（度）'],
      ['theory', '振幅（理论）'],
      ['measured', '振幅（实测）'],
    ],
    { caption: '两列等幅波之和的振幅与相位差', language: 'zh' },
  );
  const ratio = ratioSentence(m, {
    byHand: (value) => `相位差为 45 度时的振幅约为 90 度时的 ${value} 倍。\n\n`,
    ofRun: (value) => `相位差为 45 度时的振幅为 90 度时的 ${value} 倍（\`code/amplitude_ratio.py\`）。\n\n`,
  });
  return {
    title: '正弦波与余弦波的叠加',
    sections: {
      abstract: `本文用数值方法研究正弦波与余弦波叠加后的图像。同频的正弦与余弦之和仍是一个移相的正弦：当振幅为 ${v('a')} 与 ${v('b')} 时，实测振幅为 ${v('amplitude_measured')}，相位为 ${v('phase_measured')} rad（理论值为 ${v('amplitude_theory')} 与 ${v('phase_theory')}）。${v('f1')} Hz 与 ${v('f2')} Hz 的两列波产生 ${v('beat_measured')} Hz 的拍。`,
      keywords: '正弦；余弦；叠加；相位；拍；频谱',
      introduction: `正弦与余弦描述一切振动：声、光、交流电、潮汐。由于小振动方程是线性的，波可以直接相加 [1]。和的图像取决于各分量频率与相位的关系，三种情形足以展示主要现象：同频叠加、相位差变化以及两个相近频率的叠加。`,
      problem: `同频正弦与余弦之和的图像是什么？其振幅如何依赖于相位差？两个频率略有不同时会出现什么现象？`,
      assumptions: `- 波是理想的：振幅、频率、相位恒定，无衰减。\n- 叠加是线性的。\n- 采样足够密，采样误差不影响输出的有效数字。`,
      notation: `| 符号 | 含义 |\n| --- | --- |\n| $A, B$ | 正弦与余弦的振幅 |\n| $R, \\varphi$ | 和的振幅与相位 |\n| $f_1, f_2$ | 产生拍的两个频率 |\n| $f_b$ | 拍频 |`,
      data: `本文不使用外部数据，所有波形均由计算得到（A = ${v('a')}，B = ${v('b')}；${v('f1')} Hz 与 ${v('f2')} Hz）。`,
      method: `同频时\n\n$$A\\sin t + B\\cos t = R\\sin(t + \\varphi), \\qquad R = \\sqrt{A^2 + B^2}, \\qquad \\tan\\varphi = \\frac{B}{A},$$\n\n两个等幅波相位差为 $\\varphi$ 时，和的振幅为 $2\\,|\\cos(\\varphi/2)|$。频率不同时，由 $\\sin\\alpha + \\sin\\beta = 2\\sin\\frac{\\alpha+\\beta}{2}\\cos\\frac{\\alpha-\\beta}{2}$ 得到一个快速振动，其包络以 $f_b = |f_1 - f_2|$ 起伏。将各预测值与采样所得的最大值、峰位、频谱和包络比较。`,
      setup: `计算程序为 \`code/wave_superposition.py\`（NumPy [2] 与 Matplotlib [3]），取 A = ${v('a')}，B = ${v('b')}，f₁ = ${v('f1')} Hz，f₂ = ${v('f2')} Hz；频谱与包络由快速傅里叶变换得到。`,
      results: `**同频叠加。** ${v('a')} sin t 与 ${v('b')} cos t 之和的最大值为 ${v('amplitude_measured')}（理论 ${v('amplitude_theory')}），相位 ${v('phase_measured')} rad（理论 ${v('phase_theory')}）；在整个区间上与单个正弦的最大偏差为 ${v('max_deviation')}。\n\n${figureOf(m, 'superposition', '正弦、余弦及其叠加', 'zh')}\n\n**相位差变化。**\n\n${table}\n\n${ratio}**相近频率。** 频谱的两个峰位于 ${v('spectrum_peak_1')} Hz 与 ${v('spectrum_peak_2')} Hz；包络的起伏频率为 ${v('beat_measured')} Hz（理论 ${v('beat_theory')} Hz）。\n\n${figureOf(m, 'beats', '两个相近频率的拍及其频谱', 'zh')}`,
      validation: `采样所得的和与预测的单个正弦的最大偏差为 ${v('max_deviation')}，振幅与相位如上所列与理论对照。拍频由两种互相独立的方法得到：包络（${v('beat_measured')} Hz）与频谱峰的间距（${v('spectrum_peak_1')} 与 ${v('spectrum_peak_2')} Hz）。`,
      strengths: `优点：三种情形都有解析公式可供检验。局限：未考虑衰减、噪声、两列以上的波以及非正弦波形。`,
      discussion: `同频相加只改变振幅与相位，不产生新的频率；相位差决定是相长还是相消，如表所示。不同频率则不会合并：频谱中两个频率（${v('spectrum_peak_1')} 与 ${v('spectrum_peak_2')} Hz）依然存在，看到和听到的起伏只是它们缓慢地进入与脱离同步。`,
      conclusion: `${v('a')} sin t + ${v('b')} cos t 的实测振幅 ${v('amplitude_measured')} 与相位 ${v('phase_measured')} rad 可与理论值 ${v('amplitude_theory')} 与 ${v('phase_theory')} rad 对照；${v('f1')} Hz 与 ${v('f2')} Hz 的拍频 ${v('beat_measured')} Hz 可与 ${v('beat_theory')} Hz 对照。后续可研究多个谐波之和，即傅里叶级数。`,
      references: `1. Feynman, R. P., Leighton, R. B., & Sands, M. (1963). *The Feynman Lectures on Physics*, Vol. I, ch. 48: Beats. Addison-Wesley.\n2. Harris, C. R., et al. (2020). Array programming with NumPy. *Nature*, 585, 357–362.\n3. Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. *Computing in Science & Engineering*, 9(3), 90–95.`,
      appendix: `程序见本项目的 \`code/\` 目录。上文所有数值均取自其输出：\n\n\`\`\`text\n${outputOf(m)}\n\`\`\``,
    },
  };
}
