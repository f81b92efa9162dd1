/** What a section of a paper is for, told by its heading; so that any template can be filled. */

const ROLES = [
  ['letter', /letter|memorandum|信函|备忘录|致.*的信/i],
  ['tools', /\bAI\b|AI\s*工具|人工智能/],
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
    /sensitiv|robust|statistical|validat|verif|\berrors?\b|uncertaint|quality|灵敏|敏感|统计分析|稳健|检验|误差|验证|质量/i,
  ],
  ['appendix', /appendix|\bcode\b|reproduc|附录|代码|复现/i],
  ['references', /reference|bibliograph|参考文献/i],
  ['results', /result|finding|answer|distribution|relationship|结果|发现|回答|分布|关系/i],
  ['conclusion', /conclu|outlook|future|recommend|结论|总结|展望|建议|推广/i],
  ['method', /construction|模型的?建立/i],
  ['introduction', /introduc|background|motivation|context|overview|引言|绪论|背景|前言|概述|简介/i],
  ['problem', /problem|question|objective|\baims?\b|\bgoal|问题|目标|目的|任务/i],
  ['discussion', /discuss|interpret|analysis|讨论|分析|解释/i],
  ['data', /\bdata|materials|数据|材料/i],
  ['setup', /implement|experiment|procedure|setup|solution|solving|comput|求解|实现|实验|过程|步骤/i],
  ['method', /method|model|approach|algorithm|theory|方法|模型|算法|理论|思路/i],
] as const;

export type Role = (typeof ROLES)[number][0];

/** What a topic has to say something of its own about; the rest is made from that. */
export type TopicRole = Exclude<Role, 'letter' | 'tools'>;

/** The role of a heading, by its own words or else by those of the headings above it; undefined when none is known. */
export function roleOf(title: string, parents: string[] = []): Role | undefined {
  for (const heading of [title, ...parents.toReversed()]) {
    const role = ROLES.find(([, pattern]) => pattern.test(heading))?.[0];
    if (role !== undefined) return role;
  }
  return undefined;
}
