/** The calls that write a paper into whatever sections its template has. */
import type { Language } from './language.ts';
import type { Move } from './move.ts';
import { type OutlineEntry, readOutline } from './outline.ts';
import { type Role, roleOf, type TopicRole } from './roles.ts';
import type { Paper } from './topics/topic.ts';
import type { MadeCall } from './turn.ts';

type Calls = Move['calls'];

const FILE = 'paper.md';

/** What a paper needs at least; added where the template has no such section. */
const NEEDED: { role: TopicRole; en: string; zh: string }[] = [
  { role: 'introduction', en: 'Introduction', zh: '引言' },
  { role: 'method', en: 'Method', zh: '方法' },
  { role: 'results', en: 'Results', zh: '结果' },
  { role: 'conclusion', en: 'Conclusion', zh: '结论' },
];

/** Fills every section that has no subsections, adds what is missing, and gives the paper its title. */
export function paperCalls(outlineText: string, paper: Paper, language: Language): Calls {
  const outline = readOutline(outlineText);
  if (outline.length === 0) return [wholePaper(paper, language)];
  const writtenAs = new Map<Role, string>();
  const title = titleOf(outline);
  const calls: Calls = [];
  for (const entry of outline.filter((section) => section.isLeaf && section !== title)) {
    // The document's own title says nothing about the parts of it.
    const role = roleOf(entry.title, entry.parents.slice(title === undefined ? 0 : 1));
    const before = role && writtenAs.get(role);
    const content =
      role === undefined
        ? nothingToSay(language)
        : (before && seeAlso(before, language)) || sectionText(role, paper, language);
    if (role !== undefined && before === undefined) writtenAs.set(role, entry.title);
    calls.push({
      name: 'update_section_content',
      arguments: { file: FILE, section: entry.reference, content, mode: 'replace' },
    });
  }
  const level = Math.min(6, (title?.level ?? 0) + 1);
  for (const { role, ...titles } of NEEDED) {
    if (writtenAs.has(role) || (role === 'introduction' && writtenAs.has('problem'))) continue;
    if (role === 'method' && writtenAs.has('setup')) continue;
    calls.push(addSection(titles[language], level, paper.sections[role]));
  }
  // Last: until then the other sections can be named as the outline named them.
  if (title !== undefined) {
    const rename = { file: FILE, section: title.reference, new_title: paper.title };
    calls.push({ name: 'rename_section_title', arguments: rename });
  }
  return calls;
}

/** For sections that could not be written by their name: each as a section of its own, at the end. */
export function repairCalls(failed: { section: string; content: string }[]): Calls {
  return failed.map(({ section, content }) => addSection(section.split(' > ').at(-1) ?? section, 2, content));
}

/** Writes those sections again of which a paper says something else now. */
export function changedCalls(
  writes: readonly MadeCall[],
  before: Paper,
  now: Paper,
  language: Language,
): Calls {
  const title = writes.find(({ name }) => name === 'rename_section_title')?.arguments.section;
  const changed = (Object.keys(now.sections) as TopicRole[]).filter(
    (role) => now.sections[role] !== before.sections[role],
  );
  return writes.flatMap(({ name, arguments: args }) => {
    const content = String(args.content);
    const role = changed.find((one) => content.includes(before.sections[one]));
    if (role === undefined) return [];
    const heading = NEEDED.find((needed) => needed.role === role)?.[language];
    const section = name === 'writemd' ? heading : String(args.section ?? args.title);
    if (section === undefined) return [];
    return {
      name: 'update_section_content',
      arguments: {
        file: FILE,
        // The title above it has been given its name since.
        section: section.startsWith(`${title} > `)
          ? section.replace(String(title), () => now.title)
          : section,
        content: now.sections[role],
        mode: 'replace',
      },
    };
  });
}

function addSection(title: string, level: number, content: string): Calls[number] {
  return { name: 'add_section', arguments: { file: FILE, title, level, content, after: null } };
}

/** A letter says in plain words what was found; what a demo model is has to be said where tools are asked for. */
function sectionText(role: Role, paper: Paper, language: Language): string {
  if (role === 'letter') {
    return language === 'zh'
      ? `尊敬的决策者：\n\n结论如下。${paper.sections.conclusion}\n\n以上数值均取自本项目中程序的输出，其依据见正文。`
      : `Dear reader,\n\nThis is what was found. ${paper.sections.conclusion}\n\nThe numbers come from the output of the code in this Work; the sections above say what they rest on.`;
  }
  if (role === 'tools') {
    return language === 'zh'
      ? '本文由 PaperAgent 的演示模型起草：它按预先写好的对话工作，背后没有语言模型。程序在沙箱中实际运行，文中每个数值都取自其输出。'
      : 'This paper was drafted with the demo model of PaperAgent: scripted dialogues, with no language model behind them. The code was really run, in the sandbox, and each number in the text stands in its output.';
  }
  return paper.sections[role];
}

/** The one heading at the top of the document under which all others stand. */
function titleOf(outline: OutlineEntry[]): OutlineEntry | undefined {
  const [first, ...rest] = outline;
  if (first === undefined || roleOf(first.title) === 'abstract') return undefined;
  return rest.every((entry) => entry.level > first.level) ? first : undefined;
}

/** A paper for a Work whose paper.md is missing or has no headings; what stands there already stays. */
function wholePaper(paper: Paper, language: Language): Calls[number] {
  const sections = NEEDED.map(({ role, ...titles }) => `## ${titles[language]}\n\n${paper.sections[role]}\n`);
  const content = [`# ${paper.title}\n`, ...sections].join('\n');
  return { name: 'writemd', arguments: { file: FILE, content, mode: 'append' } };
}

function seeAlso(title: string, language: Language): string {
  // By its words alone: its number would be one that no run gives.
  const named = title.replace(/^[\d.]+\s+/, '');
  return language === 'zh' ? `见“${named}”一节。` : `See the section "${named}".`;
}

function nothingToSay(language: Language): string {
  return language === 'zh'
    ? '（演示模型对本节没有内容；请配置真实模型。）'
    : '(The demo model has nothing to say here; configure a real one.)';
}
