/** Whether a text speaks of a fact by its name: `ci_low` near "low", `标准差` near itself, `mean` near 均值. */

/** Words of names that say nothing of what is meant. */
const EMPTY = new Set(
  'the and for of in to by at on is val value values num number result results res out output tmp data row table key item total_of x y z a b c i j k n'.split(
    ' ',
  ),
);

/** How papers in Chinese call what scripts name in English, by the word's beginning. */
const CHINESE: [beginning: string, words: string[]][] = [
  ['mean', ['均值', '平均']],
  ['avg', ['均值', '平均']],
  ['average', ['均值', '平均']],
  ['median', ['中位']],
  ['std', ['标准差']],
  ['var', ['方差']],
  ['min', ['最小', '最低', '下限']],
  ['max', ['最大', '最高', '上限', '峰值']],
  ['low', ['下限', '下界']],
  ['upper', ['上限', '上界']],
  ['high', ['上限', '上界', '最高']],
  ['peak', ['峰值', '峰', '最大']],
  ['err', ['误差']],
  ['error', ['误差']],
  ['rmse', ['均方根误差', '误差']],
  ['mae', ['平均绝对误差', '误差']],
  ['mape', ['百分比误差', '误差']],
  ['rate', ['率', '速度', '指数']],
  ['ratio', ['比']],
  ['share', ['占比', '比例', '份额']],
  ['frac', ['占比', '比例']],
  ['percent', ['百分', '占比', '比例']],
  ['prob', ['概率']],
  ['sample', ['样本', '采样', '点']],
  ['seed', ['种子']],
  ['repeat', ['重复']],
  ['iter', ['迭代']],
  ['slope', ['斜率']],
  ['intercept', ['截距']],
  ['corr', ['相关']],
  ['r2', ['决定系数', 'R²', '拟合优度']],
  ['rows', ['行']],
  ['column', ['列']],
  ['missing', ['缺失']],
  ['ampl', ['振幅']],
  ['phase', ['相位']],
  ['freq', ['频率']],
  ['beat', ['拍']],
  ['cost', ['成本', '费用', '造价']],
  ['price', ['价格', '单价', '售价']],
  ['profit', ['利润', '收益']],
  ['revenue', ['收入', '营收']],
  ['sales', ['销售', '销量']],
  ['demand', ['需求']],
  ['popul', ['人口']],
  ['accur', ['准确率', '精度']],
  ['precis', ['精确率', '精度']],
  ['recall', ['召回']],
  ['time', ['时间', '用时', '耗时', '时长']],
  ['day', ['天', '日']],
  ['year', ['年']],
  ['temp', ['温度', '气温']],
  ['speed', ['速度']],
  ['veloc', ['速度']],
  ['dist', ['距离']],
  ['length', ['长度', '全长']],
  ['area', ['面积']],
  ['volume', ['体积', '容积']],
  ['weight', ['重量', '权重', '质量']],
  ['mass', ['质量']],
  ['height', ['高度', '身高']],
  ['power', ['功率']],
  ['energy', ['能量', '能耗']],
  ['total', ['总', '合计']],
  ['sum', ['总', '和']],
  ['count', ['个', '数']],
  ['score', ['得分', '评分']],
  ['growth', ['增长']],
  ['infect', ['感染']],
  ['yield', ['产量']],
  ['load', ['负荷', '载荷']],
];

/** The words of a fact's name, in lower case. */
export function wordsOfName(name: string): string[] {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[\s_\-.:/()[\]{}"',=|]+/u)
    .map((word) => word.toLowerCase())
    .filter((word) => word.length > 1 || /[\u4e00-\u9fff]/u.test(word));
  return [...new Set(words)].filter((word) => !EMPTY.has(word) && !/^\d+$/.test(word));
}

/** A text made ready to be asked for the words of names. */
export interface Surroundings {
  text: string;
  words: string[];
}

export function surroundings(text: string): Surroundings {
  const lower = text.toLowerCase();
  return { text: lower, words: [...new Set(lower.match(/[a-z][a-z\d²]+/gu) ?? [])] };
}

/** How many of these words the text has, or words that begin alike, or what they are called in Chinese. */
export function wordsNear(words: readonly string[], near: Surroundings): number {
  return words.filter((word) => isNear(word, near)).length;
}

function isNear(word: string, { text, words }: Surroundings): boolean {
  if (/[^\u0020-\u024f]/u.test(word)) return text.includes(word);
  if (words.some((other) => isAlike(word, other))) return true;
  return CHINESE.some(
    ([beginning, meanings]) =>
      word.startsWith(beginning) && meanings.some((meaning) => text.includes(meaning)),
  );
}

/** The same word, or two that share their beginning: `repeats` and `repetitions`, `std` and `standard`. */
function isAlike(word: string, other: string): boolean {
  if (word === other) return true;
  const short = Math.min(word.length, other.length);
  if (short < 3) return false;
  let shared = 0;
  while (shared < short && word[shared] === other[shared]) shared += 1;
  if (shared === short) return short >= 4 || Math.max(word.length, other.length) - short <= 3;
  return shared >= 5 || (shared >= 4 && shared >= short - 3);
}
