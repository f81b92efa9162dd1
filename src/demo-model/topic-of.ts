/** Which of the demo's dialogues a prompt asks for. */
import { data } from './topics/data.ts';
import { pi } from './topics/pi.ts';
import type { Topic } from './topics/topic.ts';
import { waves } from './topics/waves.ts';

const MONTE_CARLO = /monte[\s-]*carlo|蒙特\s*卡[洛罗]|蒙地卡羅/i;
const PI = /π|\bpi\b|圆周率|圓周率/i;
const ESTIMATE = /estimat|approximat|comput|calculat|估计|估算|计算|求/i;
const WAVES = /\bsin(?:e|es|usoid\w*)?\b|\bcos(?:ine|ines)?\b|trigonometr|superposition|正弦|余弦|三角函数/i;
const FILE = /\.(?:csv|tsv|xlsx)(?![\w.])/i;
const ANALYSE = /analy[sz]|describ|explor|visuali|plot|statistic|分析|描述|统计|可视化|探索/i;
const DATA =
  /\bcsv\b|\bexcel\b|workbook|spreadsheet|data[\s-]?(?:file|set|base|analysis)|attach|upload|analy[sz]e (?:the|my|this|these) (?:data|file|table)|数据|附件|上传|表格|工作簿/i;

/**
 * The dialogue for a prompt, or undefined where the demo has nothing to say but what it is.
 * @param hasTable whether a table was uploaded: then `describe it` is about that.
 */
export function topicOf(prompt: string, hasTable = false): Topic | undefined {
  // A file that is named is the subject, whatever its name and its columns are.
  if (FILE.test(prompt)) return data;
  if (PI.test(prompt) && (MONTE_CARLO.test(prompt) || ESTIMATE.test(prompt))) return pi;
  if (WAVES.test(prompt)) return waves;
  if (DATA.test(prompt)) return data;
  if (MONTE_CARLO.test(prompt)) return pi;
  return hasTable && ANALYSE.test(prompt) ? data : undefined;
}
