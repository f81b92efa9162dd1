/** The dialogue about an uploaded data file, in Chinese. */
import { figureOf, inPrint, type Measurements, outputOf, type Row, tableOf } from '../measurements.ts';
import type { DialogueTexts, Paper } from './topic.ts';

export const dataChinese: DialogueTexts = {
  plan: `**演示模型**（按脚本回答；可在设置中配置真实模型）。分析数据文件的计划：

1. 查看论文模板和上传的文件；
2. 读取文件，了解各列；
3. 让代码智能体描述各列、寻找相关关系并绘图；
4. 用运行输出的数值撰写每一节。`,

  summary: (m) =>
    `演示模型：论文已写入 \`paper.md\`。\`${m.value('file')}\` 共 **${m.value('rows')} 行**、**${m.value('columns')} 列**（${columnNames(m)}）。${strongest(m)}图见结果部分${m.has('result_file') ? `，统计结果另存于 \`${m.value('result_file')}\`` : ''}，所有数值均来自程序输出。`,

  paper,
};

function paper(m: Measurements): Paper {
  const v = m.value;
  const columns = m.rows('column');
  const numbers = columns.filter((row) => row.kind === 'number');
  const texts = columns.filter((row) => row.kind === 'text');
  const numberTable = tableOf(
    numbers,
    [
      ['name', '列'],
      ['missing', '缺失'],
      ['mean', '均值'],
      ['std', '标准差'],
      ['min', '最小值'],
      ['median', '中位数'],
      ['max', '最大值'],
    ],
    { caption: '数值列', language: 'zh' },
  );
  const textTable = tableOf(
    texts,
    [
      ['name', '列'],
      ['missing', '缺失'],
      ['distinct', '不同取值数'],
      ['most', '最常见取值'],
      ['times', '次数'],
    ],
    { caption: '文本列', language: 'zh' },
  );
  const pairTable = tableOf(
    m.rows('pair'),
    [
      ['a', '列'],
      ['b', '列'],
      ['r', '相关系数 r'],
    ],
    { caption: '数值列的相关系数，由强到弱', language: 'zh' },
  );
  const sheets = tableOf(
    m.rows('sheet'),
    [
      ['name', '工作表'],
      ['rows', '行数'],
      ['columns', '列数'],
    ],
    { caption: '文件的工作表', language: 'zh' },
  );
  const relation = m.images.some((image) => image.includes('relation'))
    ? figureOf(m, 'relation', '相关性最强的两列及其拟合直线', 'zh')
    : '没有两个可以作图比较的数值列。';
  return {
    title: `${v('file').replace(/^.*\//, '')} 的数据分析`,
    sections: {
      abstract: `本文描述数据文件 \`${v('file')}\`：共 ${v('rows')} 行、${v('columns')} 列（${columnNames(m)}），缺失单元格 ${v('missing_cells')} 个。${strongest(m)}`,
      keywords: `数据分析；描述统计；相关系数；${columnNames(m)}`,
      introduction: `在用一张表建立任何模型之前，应当先了解它的内容：有哪些列、取值如何分布、缺失了什么、哪些列彼此相关。本报告对文件 \`${v('file')}\` 回答这些问题。`,
      problem: `描述 \`${v('file')}\` 的各列，找出缺失值，并找出彼此相关的数值列。`,
      assumptions: `- 每一行是一次观测，各行相互独立。\n- 所有取值均为数字的列视为数值列。\n- 缺失单元格不参与该列的统计，也不作填补。`,
      notation: `| 符号 | 含义 |\n| --- | --- |\n| $n$ | 行数 |\n| $\\bar{x}, s$ | 一列的均值与标准差 |\n| $r$ | 皮尔逊相关系数 |`,
      data: `文件 \`${v('file')}\` 共 ${v('rows')} 行、${v('columns')} 列：${columnNames(m)}。缺失单元格共 ${v('missing_cells')} 个。${m.rows('sheet').length > 0 ? `\n\n**工作表。**\n\n${sheets}\n\n${joined(m)}` : ''}`,
      method: `数值列用均值、标准差、最小值、中位数与最大值描述，文本列用不同取值数与最常见取值描述。两个数值列的关系用皮尔逊相关系数衡量：\n\n$$r = \\frac{\\sum_i (x_i - \\bar{x})(y_i - \\bar{y})}{\\sqrt{\\sum_i (x_i - \\bar{x})^2 \\sum_i (y_i - \\bar{y})^2}},$$\n\n并对相关性最强的一对列用最小二乘法拟合直线。`,
      setup: `分析程序为 \`code/analyse_data.py\`（pandas [1] 与 Matplotlib [2]），读取 \`${v('file')}\`，自动识别分隔符与编码。`,
      results: `${numbers.length > 0 || texts.length === 0 ? `**数值列。**\n\n${numberTable}\n\n` : ''}${texts.length > 0 ? `**文本列。**\n\n${textTable}\n\n` : ''}${figureOf(m, 'distribution', '各列的分布', 'zh')}\n\n${m.rows('pair').length > 0 ? `**相关关系。**\n\n${pairTable}\n\n` : ''}${relation}${m.has('result_file') ? `\n\n统计量与相关系数另存于 \`${v('result_file')}\`。` : ''}`,
      validation: `缺失单元格：${v('missing_cells')} 个（共 ${v('rows')} 行、${v('columns')} 列）。各列缺失数：${columns.map((row) => `${row.name}（${row.missing ?? '–'}）`).join('、') || v('missing_by_column')}。相关系数对个别离群行敏感，可由散点图检查。`,
      strengths: `优点：对所列各列的描述完整，且可用一条命令重现。局限：仅为描述，不检验假设；相关不等于因果。`,
      discussion: `${strongest(m)}${fitted(m)}其含义取决于数据的收集方式，而文件本身并未说明。分布图显示哪些列适合用均值概括，哪些更适合用中位数。`,
      conclusion: `该文件包含 ${v('rows')} 行，各列为：${columnNames(m)}。${strongest(m)}下一步应提出具体问题，并据此选择模型。`,
      references: `1. McKinney, W. (2010). Data structures for statistical computing in Python. *Proceedings of the 9th Python in Science Conference*, 56–61.\n2. Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. *Computing in Science & Engineering*, 9(3), 90–95.`,
      appendix: `程序见本项目的 \`code/\` 目录。上文所有数值均取自其输出：\n\n\`\`\`text\n${outputOf(m)}\n\`\`\``,
    },
  };
}

function columnNames(m: Measurements): string {
  return (
    m
      .rows('column')
      .map((row: Row) => row.name ?? '')
      .join('、') || m.value('column_names')
  );
}

function joined(m: Measurements): string {
  const sentences = m.rows('joined').map((row) => `工作表“${row.sheet}”按列 ${row.by} 合并。`);
  return sentences.length > 0 ? sentences.join('') : '统计针对行数最多的工作表。';
}

function strongest(m: Measurements): string {
  const [pair] = m.rows('pair');
  if (pair === undefined) return '没有可计算的数值列相关系数。';
  return `相关性最强的是 ${pair.a} 与 ${pair.b}：r = ${inPrint('r', pair.r ?? '')}。`;
}

function fitted(m: Measurements): string {
  return m.has('slope') ? `拟合直线的斜率为 ${m.value('slope')}，截距为 ${m.value('intercept')}。` : '';
}
