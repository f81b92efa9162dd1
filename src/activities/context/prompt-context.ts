/** What an agent's model is told for its next step: its prompt, its conversation, its tools. */
import { type CodeLimits, codeSystemPrompt, mainSystemPrompt } from '../../agents/prompts.ts';
import { codeTools, mainTools, mainToolsOnline, parseCodeAgent } from '../../agents/tool-definitions.ts';
import { inStoredOrder } from '../../db/stored-order.ts';
import { type Opening, readContext, type StoredSummary } from '../../db/summaries.ts';
import { callArguments } from '../../db/tool-calls.ts';
import type { TurnTool } from '../../db/tool-servers.ts';
import { readTurnBeginning } from '../../db/turn-beginning.ts';
import type { ToolDefinition } from '../../llm/types.ts';
import { SHOWN_CHARACTERS } from '../../sandbox/for-model.ts';
import { DEFAULT_LIMITS, MAX_DEADLINE_MS } from '../../sandbox/types.ts';
import type { Asking } from '../../threads/job-threads.ts';
import { PAPER } from '../../workspace/paper.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { type Block, toBlocks } from './blocks.ts';
import { openingOf } from './opening.ts';
import { shownParts } from './pictures.ts';
import { seenFiles } from './seen-files.ts';
import { skillsForTurn } from './skills.ts';

const MIB = 1024 ** 2;

const CODE_LIMITS: CodeLimits = {
  seconds: { default: DEFAULT_LIMITS.deadlineMs / 1000, most: MAX_DEADLINE_MS / 1000 },
  memoryMiB: DEFAULT_LIMITS.memoryBytes / MIB,
  outputMiB: DEFAULT_LIMITS.outputBytes / MIB,
  shownKiB: SHOWN_CHARACTERS / 1024,
  workspaceMiB: DEFAULT_LIMITS.workspaceBytes / MIB,
};

/** The same bytes in each step of each Work: a provider's cache begins with them (M1). */
const MAIN_SYSTEM = mainSystemPrompt({ paperPath: PAPER });
const CODE_SYSTEM = codeSystemPrompt(CODE_LIMITS);

/** What an agent's next request is made of. */
export interface PromptContext {
  system: string;
  /** What is not compacted yet, oldest first. */
  blocks: Block[];
  summary: StoredSummary | undefined;
  tools: ToolDefinition[];
  /** What the turn begins with, where this is read for the first time: it is to be stored with the step. */
  newOpening: Opening | undefined;
}

/**
 * @param most the characters that an opening may have
 * @param sees whether the model is shown pictures
 * @throws Error for a code agent without a task: such a call is answered before an agent is started.
 */
export async function readPromptContext(
  deps: ActivityDependencies,
  { workId, agent, turn, ...asking }: Asking & { workId: string; agent: string; turn: number },
  most: number,
  sees: boolean,
): Promise<PromptContext> {
  const isMain = agent === 'main';
  const [{ conversation, summary, openings }, task] = await Promise.all([
    readContext(deps.db, workId, agent),
    isMain ? undefined : taskOf(deps, workId, agent),
  ]);
  const known = openings.get(turn);
  const [{ text, tools }, pictures] = await Promise.all([
    known ?? beginningOf(deps, { workId, isMain, ...asking }, most),
    sees ? shownParts(deps, { workId, ...asking }, conversation) : undefined,
  ]);
  const blocks = toBlocks(
    conversation,
    new Map([...openings].map(([of, opening]) => [of, opening.text])).set(turn, text),
    task === undefined ? undefined : { agent, text: task, turn },
    pictures,
  );
  const own = deps.literature === undefined ? mainTools : mainToolsOnline;
  return {
    system: isMain ? MAIN_SYSTEM : CODE_SYSTEM,
    blocks,
    summary,
    tools: isMain ? [...own, ...tools.map(definitionOf)] : codeTools,
    newOpening: known === undefined ? { text, tools } : undefined,
  };
}

/**
 * What a turn begins with. Only here is the workspace looked at: what changes later is told by the results of what changes
 * it. The tools are as they are now, all through the turn: each step's request begins with the same bytes.
 */
async function beginningOf(
  deps: ActivityDependencies,
  { workId, isMain, ...asking }: Asking & { workId: string; isMain: boolean },
  most: number,
): Promise<Opening> {
  const files = seenFiles(await deps.workspaceOf(workId));
  const outlineOf = (path: string, source: string) =>
    deps.markdown.run('describeOutline', [path, source], asking);
  if (!isMain) {
    const packages = deps.sandbox.runs?.packages() ?? [];
    return { text: await openingOf(files, { most, packages, outlineOf }), tools: [] };
  }
  const offered = readTurnBeginning(deps.db, workId);
  const [text, tools] = await Promise.all([
    openingOf(files, { most, packages: undefined, outlineOf, plan: offered.then(({ plan }) => plan) }),
    offered.then(async ({ skills, tools }) => [...(await skillsForTurn(files, skills)), ...tools]),
  ]);
  // The next step reads them from where they are stored, and sends the same bytes (M1).
  return { text, tools: inStoredOrder(tools) };
}

/** What a server's takes is not held to our schemas' form. */
function definitionOf({ name, description, parameters, ...of }: TurnTool): ToolDefinition {
  return { name, description, parameters, ...('own' in of ? {} : { strict: false }) };
}

async function taskOf(deps: ActivityDependencies, workId: string, agent: string): Promise<string> {
  const parsed = parseCodeAgent((await callArguments(deps.db, workId, agent)) ?? '');
  if (!parsed.ok) throw new Error(`code agent ${agent} has no task: ${parsed.problem}`);
  return parsed.value.task;
}
