/** What a section of a paper is for, told by its heading; so that any template can be filled. */

const ROLES = [
  ['abstract', /abstract|summary|摘\s*要|概要/i],
  ['keywords', /keyword|key words|关键词/i],
  ['assumptions', /assumption|假设/i],
  ['notation', /notation|symbol|nomenclature|符号/i],
  [
    'strengths',
    /strength|weakness|evaluation of|model evaluation|advantage|limitation|评价|优缺点|优点|缺点|局限/i,
  ],
  [
    'validation',
    /sensitiv|robust|validat|verif|\berrors?\b|uncertaint|quality|灵敏|敏感|稳健|检验|误差|验证|质量/i,
  ],
  ['appendix', /appendix|\bcode\b|reproduc|附录|代码|复现/i],
  ['references', /reference|bibliograph|参考文献/i],
  ['results', /result|finding|结果|发现/i],
  ['conclusion', /conclu|outlook|future|recommend|结论|总结|展望|建议/i],
  ['problem', /problem|question|objective|\baims?\b|\bgoal|问题|目标|目的|任务/i],
  ['introduction', /introduc|background|motivation|context|overview|引言|绪论|背景|前言|概述|简介/i],
  ['discussion', /discuss|interpret|analysis|讨论|分析|解释/i],
  ['data', /\bdata|materials|数据|材料/i],
  ['setup', /implement|experiment|setup|solution|solving|comput|求解|实现|实验|过程|步骤/i],
  ['method', /method|model|approach|procedure|algorithm|theory|方法|模型|算法|理论|思路/i],
] as const;

export type Role = (typeof ROLES)[number][0];

/** The role of a heading; undefined when no word of it is known. */
export function roleOf(title: string): Role | undefined {
  return ROLES.find(([, pattern]) => pattern.test(title))?.[0];
}
