/** The sine and cosine dialogue in English. */
import { figureOf, type Measurements, outputOf, tableOf } from '../measurements.ts';
import type { DialogueTexts, Paper } from './topic.ts';
import { ratioSentence } from './waves-ratio.ts';

export const wavesEnglish: DialogueTexts = {
  plan: `**Demo model** (scripted; configure a real one in the settings). My plan for the superposition of sine and cosine waves:

1. look at the template of the paper,
2. let the code agent superpose waves of one frequency, of changing phase and of two close frequencies, and plot them,
3. write each section from the numbers that the run prints; one ratio I work out by myself, to show how that is caught.`,

  summary: (m) =>
    `Demo model: the paper is in \`paper.md\`. The sum of ${m.value('a')} sin t and ${m.value('b')} cos t has the measured amplitude **${m.value('amplitude_measured')}** (theory ${m.value('amplitude_theory')}); ${m.value('f1')} Hz and ${m.value('f2')} Hz beat at **${m.value('beat_measured')} Hz**. The figures are in the results. All numbers come from the run's output.`,

  paper,
};

function paper(m: Measurements): Paper {
  const v = m.value;
  const table = tableOf(
    m.rows('row'),
    [
      ['phase_deg', 'Phase difference in degrees'],
      ['theory', 'Amplitude, theory'],
      ['measured', 'Amplitude, measured'],
    ],
    { caption: 'Amplitude of the sum of two equal waves by their phase difference', language: 'en' },
  );
  const ratio = ratioSentence(m, {
    byHand: (value) =>
      `At 45 degrees the sum is louder than at 90 degrees by a factor of about ${value}.\n\n`,
    ofRun: (value) =>
      `At 45 degrees the sum is louder than at 90 degrees by a factor of ${value} (\`code/amplitude_ratio.py\`).\n\n`,
  });
  return {
    title: 'The superposition of sine and cosine waves',
    sections: {
      abstract: `We study the graphs of superposed sine and cosine waves numerically. A sine and a cosine of one frequency add up to one shifted sine: for amplitudes ${v('a')} and ${v('b')} the sum has the measured amplitude ${v('amplitude_measured')} and phase ${v('phase_measured')} rad (theory: ${v('amplitude_theory')} and ${v('phase_theory')}). Two waves of ${v('f1')} Hz and ${v('f2')} Hz beat at ${v('beat_measured')} Hz.`,
      keywords: 'sine; cosine; superposition; phase; beats; spectrum',
      introduction: `Sine and cosine describe whatever swings: sound, light, alternating current, tides. Because the equations of small oscillations are linear, such waves simply add [1]. What the sum looks like depends on how the frequencies and phases of its parts compare, and three cases show most of what can happen: one frequency, one frequency with a changing phase, and two frequencies that are close together.`,
      problem: `What is the graph of the sum of a sine and a cosine of one frequency? How does its amplitude depend on the phase difference? What appears when the two frequencies differ slightly?`,
      assumptions: `- The waves are ideal: constant amplitude, frequency and phase, no damping.\n- Superposition is linear.\n- The functions are sampled densely enough that sampling does not show in the printed digits.`,
      notation: `| Symbol | Meaning |\n| --- | --- |\n| $A, B$ | amplitudes of sine and cosine |\n| $R, \\varphi$ | amplitude and phase of the sum |\n| $f_1, f_2$ | frequencies of two waves that beat |\n| $f_b$ | beat frequency |`,
      data: `No outside data are used: all waves are computed (A = ${v('a')}, B = ${v('b')}; ${v('f1')} Hz and ${v('f2')} Hz).`,
      method: `For one frequency,\n\n$$A\\sin t + B\\cos t = R\\sin(t + \\varphi), \\qquad R = \\sqrt{A^2 + B^2}, \\qquad \\tan\\varphi = \\frac{B}{A},$$\n\nand two equal waves with the phase difference $\\varphi$ add up to the amplitude $2\\,|\\cos(\\varphi/2)|$. For two frequencies, $\\sin\\alpha + \\sin\\beta = 2\\sin\\frac{\\alpha+\\beta}{2}\\cos\\frac{\\alpha-\\beta}{2}$: a fast oscillation whose envelope swells with $f_b = |f_1 - f_2|$. Each prediction is compared with the largest value, the place of the peak, the spectrum and the envelope of the sampled sum.`,
      setup: `The computation is \`code/wave_superposition.py\` (NumPy [2], Matplotlib [3]), with A = ${v('a')}, B = ${v('b')}, f₁ = ${v('f1')} Hz and f₂ = ${v('f2')} Hz. Spectrum and envelope come from the fast Fourier transform.`,
      results: `**One frequency.** The sum of ${v('a')} sin t and ${v('b')} cos t reaches ${v('amplitude_measured')} (theory ${v('amplitude_theory')}), with a phase of ${v('phase_measured')} rad (theory ${v('phase_theory')}). Over the whole interval it differs from the single sine by at most ${v('max_deviation')}.\n\n${figureOf(m, 'superposition', 'A sine, a cosine and their sum', 'en')}\n\n**Changing phase.**\n\n${table}\n\n${ratio}**Two close frequencies.** The spectrum has its two peaks at ${v('spectrum_peak_1')} Hz and ${v('spectrum_peak_2')} Hz; the envelope swells at ${v('beat_measured')} Hz (theory ${v('beat_theory')} Hz).\n\n${figureOf(m, 'beats', 'Beats of two close frequencies, and their spectrum', 'en')}`,
      validation: `The largest difference between the sampled sum and the predicted single sine is ${v('max_deviation')}; amplitude and phase agree with theory as printed above. The beat frequency was found in two ways that do not depend on each other: from the envelope (${v('beat_measured')} Hz) and as the distance of the spectrum's peaks (${v('spectrum_peak_1')} and ${v('spectrum_peak_2')} Hz).`,
      strengths: `The three cases can be checked against closed formulas, so that every figure has a known answer. Left out are damping, noise, more than two waves and other shapes than the sine.`,
      discussion: `One frequency in, one frequency out: adding waves of equal frequency changes amplitude and phase only, and the phase difference alone decides between doubling and silence, as the table shows. Different frequencies do not merge in this way: the spectrum still holds both (${v('spectrum_peak_1')} and ${v('spectrum_peak_2')} Hz), and what one sees and hears as swelling is their slow drift in and out of step.`,
      conclusion: `The measured amplitude ${v('amplitude_measured')} and phase ${v('phase_measured')} rad of ${v('a')} sin t + ${v('b')} cos t can be set against ${v('amplitude_theory')} and ${v('phase_theory')} rad from theory, and the beats of ${v('f1')} Hz and ${v('f2')} Hz at ${v('beat_measured')} Hz against ${v('beat_theory')} Hz. A natural next step is the sum of many harmonics, the Fourier series.`,
      references: `1. Feynman, R. P., Leighton, R. B., & Sands, M. (1963). *The Feynman Lectures on Physics*, Vol. I, ch. 48: Beats. Addison-Wesley.\n2. Harris, C. R., et al. (2020). Array programming with NumPy. *Nature*, 585, 357–362.\n3. Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. *Computing in Science & Engineering*, 9(3), 90–95.`,
      appendix: `The code is in the folder \`code/\` of this Work. Its output, from which every number above is taken:\n\n\`\`\`text\n${outputOf(m)}\n\`\`\``,
    },
  };
}
