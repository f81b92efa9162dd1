/** The dialogue about an uploaded data file, in English. */
import { figureOf, inPrint, type Measurements, outputOf, type Row, tableOf } from '../measurements.ts';
import type { DialogueTexts, Paper } from './topic.ts';

export const dataEnglish: DialogueTexts = {
  plan: `**Demo model** (scripted; configure a real one in the settings). My plan for the data file:

1. look at the template of the paper and at the uploaded files,
2. read the file to learn its columns,
3. let the code agent describe the columns, look for relations and plot them,
4. write each section from the numbers that the run prints.`,

  summary: (m) =>
    `Demo model: the paper is in \`paper.md\`. \`${m.value('file')}\` has **${m.value('rows')} rows** and **${m.value('columns')} columns** (${columnNames(m)}). ${strongest(m)} The figures are in the results${m.has('result_file') ? `, the statistics in \`${m.value('result_file')}\`, too` : ''}. All numbers come from the run's output.`,

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
      ['name', 'Column'],
      ['missing', 'Missing'],
      ['mean', 'Mean'],
      ['std', 'Standard deviation'],
      ['min', 'Minimum'],
      ['median', 'Median'],
      ['max', 'Maximum'],
    ],
    { caption: 'Numeric columns', language: 'en' },
  );
  const textTable = tableOf(
    texts,
    [
      ['name', 'Column'],
      ['missing', 'Missing'],
      ['distinct', 'Distinct values'],
      ['most', 'Most frequent'],
      ['times', 'Times'],
    ],
    { caption: 'Text columns', language: 'en' },
  );
  const pairTable = tableOf(
    m.rows('pair'),
    [
      ['a', 'Column'],
      ['b', 'Column'],
      ['r', 'Correlation r'],
    ],
    { caption: 'Correlations of numeric columns, the strongest first', language: 'en' },
  );
  const sheets = tableOf(
    m.rows('sheet'),
    [
      ['name', 'Sheet'],
      ['rows', 'Rows'],
      ['columns', 'Columns'],
    ],
    { caption: 'Sheets of the file', language: 'en' },
  );
  const relation = m.images.some((image) => image.includes('relation'))
    ? figureOf(m, 'relation', 'The strongest relation, with its fitted line', 'en')
    : 'There are no two numeric columns whose relation could be plotted.';
  return {
    title: `An analysis of ${v('file').replace(/^.*\//, '')}`,
    sections: {
      abstract: `We describe \`${v('file')}\`: ${v('rows')} rows and ${v('columns')} columns (${columnNames(m)}), with ${v('missing_cells')} missing cells. ${strongest(m)}`,
      keywords: `data analysis; descriptive statistics; correlation; ${columnNames(m)}`,
      introduction: `Before a table is used for any model, one should know what is in it: which columns there are, how their values are spread, what is missing, and which columns go together. This report does that for the file \`${v('file')}\`.`,
      problem: `Describe the columns of \`${v('file')}\`, find what is missing, and find which numeric columns are related.`,
      assumptions: `- Each row is one observation, and the rows are independent.\n- A column is numeric when all of its values are numbers.\n- Missing cells are left out of the statistics of their column; nothing is filled in.`,
      notation: `| Symbol | Meaning |\n| --- | --- |\n| $n$ | number of rows |\n| $\\bar{x}, s$ | mean and standard deviation of a column |\n| $r$ | Pearson's correlation coefficient |`,
      data: `The file \`${v('file')}\` has ${v('rows')} rows and ${v('columns')} columns: ${columnNames(m)}. Cells missing in all: ${v('missing_cells')}.${m.rows('sheet').length > 0 ? `\n\n**Sheets.**\n\n${sheets}\n\n${joined(m)}` : ''}`,
      method: `Numeric columns are described by mean, standard deviation, minimum, median and maximum, text columns by their distinct and most frequent values. The relation of two numeric columns is measured by Pearson's\n\n$$r = \\frac{\\sum_i (x_i - \\bar{x})(y_i - \\bar{y})}{\\sqrt{\\sum_i (x_i - \\bar{x})^2 \\sum_i (y_i - \\bar{y})^2}},$$\n\nand a line is fitted by least squares to the most strongly related pair.`,
      setup: `The analysis is \`code/analyse_data.py\` (pandas [1], Matplotlib [2]). It reads \`${v('file')}\` and finds separator and encoding by itself.`,
      results: `${numbers.length > 0 || texts.length === 0 ? `**Numeric columns.**\n\n${numberTable}\n\n` : ''}${texts.length > 0 ? `**Text columns.**\n\n${textTable}\n\n` : ''}${figureOf(m, 'distribution', 'Distribution of the columns', 'en')}\n\n${m.rows('pair').length > 0 ? `**Relations.**\n\n${pairTable}\n\n` : ''}${relation}${m.has('result_file') ? `\n\nThe statistics and correlations are in \`${v('result_file')}\`, too.` : ''}`,
      validation: `Missing cells: ${v('missing_cells')} of ${v('rows')} rows times ${v('columns')} columns. Columns by missing cells: ${columns.map((row) => `${row.name} (${row.missing ?? '–'})`).join(', ') || v('missing_by_column')}. A correlation is sensitive to single outlying rows; the scatter plot shows whether there are any.`,
      strengths: `The description is complete for the columns shown and can be repeated with one command. It is only a description: it tests no hypothesis, and a correlation is no cause.`,
      discussion: `${strongest(m)} ${fitted(m)} Whether this means anything depends on how the data were collected, which the file does not say. The distributions show where a mean is a fair summary and where a median is the better one.`,
      conclusion: `The file holds ${v('rows')} rows of ${columnNames(m)}. ${strongest(m)} The next step would be a question of substance, and a model chosen for it.`,
      references: `1. McKinney, W. (2010). Data structures for statistical computing in Python. *Proceedings of the 9th Python in Science Conference*, 56–61.\n2. Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. *Computing in Science & Engineering*, 9(3), 90–95.`,
      appendix: `The code is in the folder \`code/\` of this Work. Its output, from which every number above is taken:\n\n\`\`\`text\n${outputOf(m)}\n\`\`\``,
    },
  };
}

function columnNames(m: Measurements): string {
  return (
    m
      .rows('column')
      .map((row: Row) => row.name ?? '')
      .join(', ') || m.value('column_names')
  );
}

function joined(m: Measurements): string {
  const sentences = m.rows('joined').map((row) => `The sheet "${row.sheet}" is joined by ${row.by}.`);
  return sentences.length > 0 ? sentences.join(' ') : 'The statistics are of the largest sheet.';
}

function strongest(m: Measurements): string {
  const [pair] = m.rows('pair');
  if (pair === undefined) return 'No correlation of two numeric columns could be computed.';
  return `The strongest correlation is that of ${pair.a} and ${pair.b}: r = ${inPrint('r', pair.r ?? '')}.`;
}

function fitted(m: Measurements): string {
  return m.has('slope')
    ? `The fitted line has the slope ${m.value('slope')} and the intercept ${m.value('intercept')}.`
    : '';
}
