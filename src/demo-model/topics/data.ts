/** "Analyse the data file that I uploaded." */
import { dataChinese } from './data-chinese.ts';
import { dataEnglish } from './data-english.ts';
import { type DataFile, pythonFile, type Topic } from './topic.ts';

const isWorkbook = ({ path }: DataFile) => path.endsWith('.xlsx');

const NO_FILE: DataFile = { path: 'attachments/data.csv', columns: [] };

export const data: Topic = {
  id: 'data',
  texts: { en: dataEnglish, zh: dataChinese },
  task: (language, { data: file = NO_FILE }) =>
    language === 'zh'
      ? `分析数据文件 \`${file.path}\`，其列为：${file.columns.join('、')}。打印行数、列数与缺失单元格数，各数值列的均值、标准差、最小值、中位数与最大值，以及相关性最强的几对列。图保存为 images/data_distribution.png 和 images/data_relation.png。每个数值以 key=value 的形式打印。${isWorkbook(file) ? '各工作表按共有的列合并，统计结果另存为 result1.xlsx。' : ''}代码存为 analyse_data.py。`
      : `Analyse the data file \`${file.path}\`, whose columns are: ${file.columns.join(', ')}. Print the number of rows, columns and missing cells, the mean, standard deviation, minimum, median and maximum of each numeric column, and the most strongly correlated pairs. Save the figures as images/data_distribution.png and images/data_relation.png. Print each number as key=value. ${isWorkbook(file) ? 'Join the sheets by the columns that they share, and save the statistics as result1.xlsx, too. ' : ''}Save the code as analyse_data.py.`,
  scripts: (language, task) => {
    const path = /`([^`]+)`/.exec(task)?.[1] ?? NO_FILE.path;
    return {
      first: pythonFile('analyse_data.py', { LANGUAGE: language, DATA: path }),
      repair: pythonFile(path.endsWith('.xlsx') ? 'analyse_workbook_simple.py' : 'analyse_data_simple.py', {
        DATA: path,
      }),
    };
  },
  proof: 'rows',
};
