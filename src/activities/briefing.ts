/** What an agent's model is told for its next step: its prompt, its conversation, its tools. */
import { type CodeLimits, codeSystemPrompt, mainSystemPrompt } from '../agents/prompts.ts';
import { codeTools, mainTools, parseCodeAgent } from '../agents/tool-definitions.ts';
import { readContext, type StoredSummary } from '../db/summaries.ts';
import { callArguments } from '../db/turns.ts';
import { UnreadableMarkdown } from '../domain/markdown/unreadable.ts';
import type { ToolDefinition } from '../llm/types.ts';
import { SHOWN_CHARACTERS } from '../sandbox/for-model.ts';
import { DEFAULT_LIMITS, MAX_DEADLINE_MS } from '../sandbox/types.ts';
import { renderTree } from '../workspace/tree.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { type Block, toBlocks } from './context/blocks.ts';
import { shortenText } from './context/shorten.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { describeOutline } from './tools/read-sections.ts';

const PAPER = 'paper.md';

/** A paper of more bytes is not even read for the prompt; the model still has its tools for it. */
const PAPER_BYTES = 2 * 1024 ** 2;

const MIB = 1024 ** 2;

const CODE_LIMITS: CodeLimits = {
  seconds: { default: DEFAULT_LIMITS.deadlineMs / 1000, most: MAX_DEADLINE_MS / 1000 },
  memoryMiB: DEFAULT_LIMITS.memoryBytes / MIB,
  outputMiB: DEFAULT_LIMITS.outputBytes / MIB,
  shownKiB: SHOWN_CHARACTERS / 1024,
  workspaceMiB: DEFAULT_LIMITS.workspaceBytes / MIB,
};

/** What an agent's next request is made of. */
export interface Briefing {
  /** The system prompt with a summary in place of what it stands for; `listing` limits the outline and the tree. */
  system(shown: { summary?: string | undefined; listing: number }): string;
  /** What is not condensed yet, oldest first. */
  blocks: Block[];
  summary: StoredSummary | undefined;
  tools: ToolDefinition[];
}

/** @throws Error for a code agent without a task: such a call is answered before an agent is started. */
export async function briefing(
  deps: ActivityDependencies,
  { workId, agent }: { workId: string; agent: string },
): Promise<Briefing> {
  const workspace = await deps.workspaceOf(workId);
  const [{ conversation, summary }, tree, outline] = await Promise.all([
    readContext(deps.db, workId, agent),
    treeOf(workspace),
    agent === 'main' ? paperOutline(workspace) : '',
  ]);
  if (agent === 'main') {
    const attached = conversation.flatMap((message) => message.attachments ?? []);
    const attachments = [...new Set([...(summary?.attachments ?? []), ...attached])];
    return {
      system: (shown) =>
        mainSystemPrompt({
          paperPath: PAPER,
          outline: shortenText(outline, shown.listing),
          workspaceTree: shortenText(tree, shown.listing),
          attachments,
          summary: shown.summary,
        }),
      blocks: toBlocks(conversation),
      summary,
      tools: mainTools,
    };
  }
  const parsed = parseCodeAgent((await callArguments(deps.db, workId, agent)) ?? '');
  if (!parsed.ok) throw new Error(`code agent ${agent} has no task: ${parsed.problem}`);
  return {
    system: (shown) =>
      codeSystemPrompt({
        workspaceTree: shortenText(tree, shown.listing),
        limits: CODE_LIMITS,
        summary: shown.summary,
      }),
    blocks: toBlocks(conversation, { agent, text: parsed.value.task }),
    summary,
    tools: codeTools,
  };
}

/** The files, as a tree; a folder that cannot be listed (it is gone) is something that the model can say. */
async function treeOf(workspace: Workspace): Promise<string> {
  try {
    return renderTree(await workspace.list());
  } catch (error) {
    if (error instanceof WorkspaceError) return `(the workspace cannot be listed: ${error.message})`;
    throw error;
  }
}

/** The paper's outline; a paper that is not there has none, and one that is too long or tangled has a sentence. */
export async function paperOutline(workspace: Workspace): Promise<string> {
  try {
    const bytes = await workspace.read(PAPER, { maxBytes: PAPER_BYTES });
    return describeOutline(PAPER, bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return `(${PAPER} has no outline. ${error.message})`;
    if (error instanceof WorkspaceError && error.code === 'too_large')
      return `(${PAPER} has no outline: ${error.message})`;
    if (error instanceof WorkspaceError) return '';
    throw error;
  }
}
