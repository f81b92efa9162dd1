/** "Study the graphs of trigonometric functions, such as the superposition of sine and cosine waves." */
import { pythonFile, type Topic } from './topic.ts';
import { wavesChinese } from './waves-chinese.ts';
import { wavesEnglish } from './waves-english.ts';
import { ratioByHand } from './waves-ratio.ts';

export const waves: Topic = {
  id: 'waves',
  texts: { en: wavesEnglish, zh: wavesChinese },
  task: (language) =>
    language === 'zh'
      ? '研究正弦波与余弦波的叠加：(1) 3 sin t + 4 cos t 的振幅与相位，与理论值比较；(2) 相位差为 0 到 180 度时 sin t + sin(t + φ) 的振幅；(3) 10 Hz 与 11 Hz 两列波的拍频与频谱。图保存为 images/superposition.png 和 images/beats.png。每个数值以 key=value 的形式打印一行。代码存为 wave_superposition.py。'
      : 'Study the superposition of sine and cosine waves: (1) amplitude and phase of 3 sin t + 4 cos t against theory; (2) the amplitude of sin t + sin(t + φ) for phase differences from 0 to 180 degrees; (3) the beats and the spectrum of 10 Hz and 11 Hz. Save the figures as images/superposition.png and images/beats.png. Print each number as a key=value line. Save the code as wave_superposition.py.',
  scripts: (language) => ({
    first: pythonFile('wave_superposition.py', { LANGUAGE: language }),
    repair: pythonFile('wave_superposition_simple.py'),
  }),
  proof: 'amplitude_measured',
  workedOut: {
    guess: ratioByHand,
    key: 'amplitude_ratio',
    task: (language) =>
      language === 'zh'
        ? '叠加波的振幅比：用 wave_superposition.py 留在 data/ 中的振幅表，计算相位差 45 度与 90 度时实测振幅之比，以 amplitude_ratio=… 打印并用 record 记录。代码存为 amplitude_ratio.py。'
        : 'The ratio of two amplitudes of the superposition: from the table of amplitudes that wave_superposition.py left in data/, compute the measured amplitude at 45 degrees divided by that at 90 degrees. Print it as amplitude_ratio=… and record it. Save the code as amplitude_ratio.py.',
    script: pythonFile('amplitude_ratio.py'),
  },
};
