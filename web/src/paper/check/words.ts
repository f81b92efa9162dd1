/** What the paper check says, in both languages; it comes with the check. English sentences are the server's own. */

const en = {
  check: 'Check of the paper',
  show: (count: number) => `Check of the paper: ${count === 0 ? 'nothing found' : `${count} to look at`}`,
  counts: (errors: number, warnings: number) =>
    [
      errors > 0 ? `${errors} ${errors === 1 ? 'error' : 'errors'}` : '',
      warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : '',
    ]
      .filter(Boolean)
      .join(', '),
  clean: 'The check found nothing.',
  saved: 'Of the paper as it was saved last.',
  line: (line: number) => `Line ${line}`,
  error: 'Error',
  warning: 'Warning',
  failed: 'The paper could not be checked.',
  unreadable: 'This paper is too large to be checked.',
  loading: 'Checking the paper…',
  again: 'Try again',
  close: 'Close',
  says: {} as Record<string, (about: string) => string>,
};

const zh: typeof en = {
  check: '论文检查',
  show: (count) => `论文检查：${count === 0 ? '未发现问题' : `${count} 处待查看`}`,
  counts: (errors, warnings) =>
    [errors > 0 ? `${errors} 个错误` : '', warnings > 0 ? `${warnings} 个提醒` : '']
      .filter(Boolean)
      .join('，'),
  clean: '未发现问题。',
  saved: '针对最近一次保存的论文。',
  line: (line) => `第 ${line} 行`,
  error: '错误',
  warning: '提醒',
  failed: '未能检查论文。',
  unreadable: '论文过大，无法检查。',
  loading: '正在检查论文……',
  again: '重试',
  close: '关闭',
  says: {
    paper_empty: () => '论文还没有内容。',
    figure_missing: (path) => `找不到图片 ${path}。`,
    figure_without_caption: (path) => `图片 ${path} 没有图题。`,
    figure_unreferenced: (path) => `正文没有提到图片 ${path}，请说明它表示什么。`,
    figure_stale: (path) => `绘制 ${path} 所用的程序或数据此后已改动。`,
    figure_edited: (path) => `${path} 已不是运行时生成的文件。`,
    reference_unresolved: (label) => `@${label} 没有指向：论文中没有标签 {#${label}}。`,
    label_twice: () => '同一标签出现了两次，引用只指向第一处。',
    citation_unresolved: (key) => `references.bib 中没有 @${key}。`,
    bibliography_unreadable: () => 'references.bib 的语法有误，无法完整读取。',
    bib_key_twice: (key) => `references.bib 中 @${key} 出现了两次。`,
    bib_field_missing: (key) => `@${key} 缺少必要的字段（作者、题名、出处或年份）。`,
    bib_doi_wrong: (key) => `@${key} 的 DOI 格式不对。`,
    bib_year_wrong: (key) => `@${key} 的年份不对。`,
    bib_same_work: (key) => `@${key} 与另一条是同一文献，请只引用其一。`,
    bib_retracted: (key) => `@${key} 已被撤稿，不要以它为依据。`,
    bib_mismatch: (key) => `@${key} 与查到的记录不符，请核对题名、第一作者、年份和 DOI。`,
    bib_not_found: (key) => `没有查到 @${key}；它仍可能存在，因为各数据库并不齐全，请自行核实。`,
    bib_unchecked: (keys) => `尚未在线核对：${keys}。`,
    bib_unused: (key) => `references.bib 中的 @${key} 没有被引用。`,
    number_untraced: (number) => `${number} 不见于任何运行、消息或文件：请由程序输出，或删去。`,
    number_stale: (number) => `${number} 的程序或数据此后已改动。`,
    number_superseded: (number) => `${number} 来自较早的运行，新的运行给出了另一个值。`,
    placeholder: (text) => `留有占位文字：“${text}”。`,
    section_empty: (title) => `“${title}”一节没有内容。`,
    paragraph_repeated: (text) => `这一段重复出现：“${text}”。`,
    code_line_long: (count) => `${count} 行代码超过 100 个字符，页面放不下。`,
    unit_missing: (heading) => `“${heading}”一列是数值，表头却没有单位。`,
    html_left_out: () => '导出时不保留 HTML：标签会被去掉，文字保留。',
  },
};

export type Words = typeof en;

export function wordsIn(language: string): Words {
  return language.startsWith('zh') ? zh : en;
}
