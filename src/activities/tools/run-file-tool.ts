/** Runs a file tool by its name, with arguments as a model wrote them (F6). */
import {
  type ArgumentsOf,
  codeTools,
  mainTools,
  mainToolsOnline,
  parseArguments,
  parseAskPerson,
  parseCodeAgent,
  type ToolName,
} from '../../agents/tool-definitions.ts';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import type { ToolArguments } from '../../domain/messages.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { addReference } from './add-reference.ts';
import { checkPaper } from './check-paper.ts';
import { addSectionToFile, renameSectionTitle, updateSectionContent } from './edit-sections.ts';
import { listAttachments, tree } from './list-files.ts';
import { readAttachment } from './read-attachment.ts';
import { readFile } from './read-file.ts';
import { analyzeTemplate, getSectionContent } from './read-sections.ts';
import { readSkill } from './read-skill.ts';
import { searchLiterature } from './search-literature.ts';
import { failed, type ToolContext, type ToolResult } from './types.ts';
import { writeFile } from './write-file.ts';
import { writemd } from './writemd.ts';

type FileToolName = Exclude<ToolName, 'code_agent' | 'ask_person' | 'update_plan' | 'run_python'>;

const TOOLS: { [Name in FileToolName]: (args: ArgumentsOf<Name>, ctx: ToolContext) => Promise<ToolResult> } =
  {
    writemd,
    tree,
    analyze_template: analyzeTemplate,
    get_section_content: getSectionContent,
    update_section_content: updateSectionContent,
    add_section: addSectionToFile,
    rename_section_title: renameSectionTitle,
    read_file: readFile,
    check_paper: checkPaper,
    add_reference: addReference,
    search_literature: searchLiterature,
    list_attachments: listAttachments,
    read_attachment: readAttachment,
    read_skill: readSkill,
    write_file: writeFile,
  };

/**
 * What the tool makes of the call. An unknown tool, wrong arguments, and whatever is wrong with the files are
 * results that a model can repair from; only failures of the machine and an abort throw (R6).
 */
export async function runFileTool(name: string, sent: ToolArguments, ctx: ToolContext): Promise<ToolResult> {
  const ofMain = ctx.literature === null ? mainTools : mainToolsOnline;
  const allowed: string[] = (ctx.agent === 'main' ? ofMain : codeTools).map((tool) => tool.name);
  // It is told of where there are skills; where there are none, it says so.
  if (ctx.agent === 'main') allowed.push('read_skill');
  if (!allowed.includes(name)) {
    return failed(`There is no tool "${name}" here. The tools are: ${allowed.join(', ')}.`);
  }
  if (!isFileTool(name)) return failed(problemOf(name, sent));
  try {
    return await parseAndRun(name, sent, ctx);
  } catch (error) {
    if (error instanceof WorkspaceError || error instanceof UnreadableMarkdown) return failed(error.message);
    throw error;
  }
}

async function parseAndRun<Name extends FileToolName>(
  name: Name,
  sent: ToolArguments,
  ctx: ToolContext,
): Promise<ToolResult> {
  const parsed = parseArguments(name, sent);
  return parsed.ok ? TOOLS[name](parsed.value, ctx) : failed(parsed.problem);
}

/** Why a call came here that is nothing for a file tool: its arguments say nothing that could be done. */
function problemOf(name: string, sent: ToolArguments): string {
  const parsed = name === 'ask_person' ? parseAskPerson(sent) : parseCodeAgent(sent);
  return parsed.ok ? `${name} is not to be had at present: go on without it.` : parsed.problem;
}

function isFileTool(name: string): name is FileToolName {
  return Object.hasOwn(TOOLS, name);
}
