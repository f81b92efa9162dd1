/** What looks like a number in prose and is none that a run could have made (T5): dates, labels, citations, addresses. */

const MONTH =
  '(?:January|February|March|April|May|June|July|August|September|October|November|December|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\.?)';

/** A small number of a list, or several: `3`, `3 and 4`, `2.1`, `(4)`. */
const LABEL = String.raw`\s{0,3}[(（]?(?:[A-Z]\.?)?\d{1,3}(?:\.\d{1,2}){0,3}[a-z]?[)）]?(?:\s{0,3}(?:,|and|&|to|–|-|、|和|与|至)\s{0,3}[(（]?\d{1,3}(?:\.\d{1,2}){0,3}[a-z]?[)）]?(?![\d.%]))*(?![\d%]|\.\d)`;
/** Of things that are counted, too: "model 2", but not "model 0.93". */
const SMALL_LABEL = String.raw`\s{0,3}#?\d{1,2}(?:\s{0,3}(?:,|and|&|–|-|、|和|与)\s{0,3}\d{1,2}(?![\d.%]))*(?![\d%]|\.\d|\s{0,3}[%％×])`;

const PATTERNS: RegExp[] = [
  // Addresses and names.
  /(?:https?:\/\/|www\.)[^\s\0]+/g,
  /(?:\bdoi:?\s{0,3})?\b10\.\d{4,9}\/[^\s\0]+/gi,
  /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{1,100}/g,
  // A path begins with a letter, and goes on no number: `412/500` is two, and `12.5kg/m` is one.
  /(?<![\p{L}\p{N}_.-])[A-Za-z_][\w-]{0,99}\/(?:[\w-]{1,100}\/)*[\w.-]{1,100}/gu,
  /(?<!\d)\d{2,4}\/\d{1,4}\/E[CUG]\b|\b(?:EU|EC|EEC)\s{0,3}(?:No\.?\s{0,3})?\d{1,4}\/\d{2,4}(?!\d)/g,
  /(?<![\w-])[\w-]{1,100}\.(?:py|csv|xlsx?|json|png|svg|pdf|md|txt|ipynb)\b/gi,
  /\b(?:ISBN|ISSN|arXiv:?|PMID:?)\s{0,3}[\d.Xv-]+/g,
  // Days and hours.
  /(?<!\d)\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)/g,
  /(?<!\d)\d{1,2}([/.])\d{1,2}\1\d{4}(?!\d)/g,
  /(?<!\d)[12]\d{3}\s{0,3}[-–—~至到]\s{0,3}[12]\d{3}\s{0,3}年/g,
  /(?<!\d)[12]\d{3}\s{0,3}年(?:\s{0,3}\d{1,2}\s{0,3}月(?:\s{0,3}\d{1,2}\s{0,3}[日号])?)?/g,
  /(?<!\d)\d{1,2}\s{0,3}月\s{0,3}\d{1,2}\s{0,3}[日号]/g,
  new RegExp(`\\b${MONTH}\\s{1,3}\\d{1,2}(?:st|nd|rd|th)?(?![\\d.%])(?:,?\\s{1,3}\\d{4}\\b)?`, 'g'),
  new RegExp(`(?<!\\d)\\d{1,2}(?:st|nd|rd|th)?\\s{1,3}${MONTH}(?:\\s{1,3}\\d{4}\\b)?`, 'g'),
  new RegExp(`\\b${MONTH}\\s{1,3}\\d{4}\\b`, 'g'),
  /(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])/g,
  // Versions.
  /(?<![\d.])v?\d+\.\d+\.\d+(?:\.\d+)*(?![\d])/gi,
  /\b(?:Python|NumPy|SciPy|pandas|Matplotlib|scikit-learn|PyTorch|TensorFlow|MATLAB|CUDA|version|Version)\s{1,3}v?\d+(?:\.\d+)*|版本\s{0,3}v?\d+(?:\.\d+)*/g,
  // Citations.
  /\[\d{1,3}\](?:\s{0,3}\[\d{1,3}\])*|\[\d{1,2}(?:\s{0,3}[,;，–-]\s{0,3}\d{1,2})+\](?!\s{0,3}(?:interval|区间))/g,
  /\[@[^\]\0]*\]/g,
  /\bpp?\.\s{0,3}\d+(?:\s{0,3}[–-]\s{0,3}\d+)?/g,
  // Figure 3, Table 2, 表 2, 第 3 节, (2).
  new RegExp(
    String.raw`\b(?:Figures?|Figs?\.?|Tables?|Tabs?\.|Eqs?\.?|Equations?|Formulas?|Sections?|Sect?s?\.|Chapters?|Appendix|Appendices|Algorithms?|Theorems?|Lemmas?|Propositions?|Definitions?|Listings?|Footnotes?)${LABEL}`,
    'gi',
  ),
  new RegExp(
    String.raw`\b(?:Steps?|Problems?|Questions?|Models?|Cases?|Scenarios?|Assumptions?|Stages?|Phases?|Parts?|Tasks?|Experiments?|Hypothes[ie]s|Clusters?|Groups?|Types?|Zones?|Routes?|Items?|Rules?|Appendix|No\.|Nos\.)${SMALL_LABEL}`,
    'gi',
  ),
  new RegExp(`§+${LABEL}`, 'g'),
  new RegExp(
    `(?<![代发])(?:图|表|公式|算式|方程|式|章|附录|附表|附图|算法|定理|引理|命题|定义|附件)${LABEL}`,
    'g',
  ),
  new RegExp(
    `(?:步骤|问题|情形|情景|情况|模型|假设|阶段|方案|任务|实验|类型|类别|场景|区域|路线)${SMALL_LABEL}`,
    'g',
  ),
  /第\s{0,3}\d{1,3}\s{0,3}(?=[章节部步题页条款图表])/g,
  /[(（]\s{0,3}\d{1,2}\s{0,3}[)）]/g,
  /#\d+/g,
];

/** The text with each of these blanked out, in as many characters. */
export function withoutLabels(text: string): string {
  let left = text;
  for (const pattern of PATTERNS) left = left.replace(pattern, (found) => '\0'.repeat(found.length));
  return left;
}

/** Titles of the sections whose numbers are of other people's works. */
const REFERENCES =
  /^[\s\d.]{0,20}(?:references|bibliography|works cited|literature(?: cited)?|reference list|参考文献|引用文献|文献)\s{0,20}$/i;

/** Whether a block stands in a list of references. */
export function isInReferences(sections: readonly string[]): boolean {
  return sections.some((title) => REFERENCES.test(title.replace(/[*_`]/g, '')));
}
