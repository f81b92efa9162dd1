/** Plays a demo dialogue to its end against tools that keep one paper in memory and a Python that is scripted. */
import { inWords } from '../../../src/activities/tools/check-paper.ts';
import { codeTools, mainTools } from '../../../src/agents/tool-definitions.ts';
import { demoScript } from '../../../src/demo-model/demo-script.ts';
import { startScriptedModel } from '../../../src/demo-model/server.ts';
import { addSection } from '../../../src/domain/markdown/add-section.ts';
import { appendToDocument } from '../../../src/domain/markdown/document.ts';
import { updateSection } from '../../../src/domain/markdown/edit-section.ts';
import { guidedOutline } from '../../../src/domain/markdown/guidance.ts';
import { pathOf } from '../../../src/domain/markdown/outline.ts';
import { renameSection } from '../../../src/domain/markdown/rename-section.ts';
import type { Edited } from '../../../src/domain/markdown/splice.ts';
import type { Provenance } from '../../../src/domain/provenance/types.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import type { ChatMessage, ModelToolCall, ToolDefinition } from '../../../src/llm/types.ts';
import { checkPaper } from '../../../src/paper-check/check-paper.ts';
import type { CheckItem } from '../../../src/paper-check/item.ts';
import { modelRequest, said } from '../llm/model-call.ts';

/** What is wrong with a paper whose files and sources nobody knows. */
export function checkedAlone(source: string): CheckItem[] {
  return checkPaper({
    source,
    files: null,
    bibliography: null,
    lookedUp: { online: false, verdicts: [] },
    thisYear: 2026,
    provenance: NO_SOURCES,
    style: null,
  });
}

const NO_SOURCES = { numbers: [], figures: [], counts: {} } as unknown as Provenance;

export interface World {
  paper: string;
  /** Attachments by path. */
  attachments?: Record<string, string>;
  /** What run_python returns, by the script's file name. */
  python: (filename: string, code: string) => string;
  /** Numbers of which an edit that writes them says that they stand in no run. */
  untraced?: string[];
  /** What a person answers to ask_person. */
  answer?: string;
  /** Figures that read_file finds; default all. */
  figures?: string[];
}

export interface Played {
  paper: string;
  /** The texts of all answers of the MainAgent and of the code agent, in order. */
  texts: string[];
  /** The names of all calls, in order; a code agent's after its `code_agent`. */
  calls: string[];
  final: string;
  conversation: ChatMessage[];
}

type Args = Record<string, string>;

/** Plays until the MainAgent calls nothing more. `conversation` is what went before, for a later turn or a resumed one. */
export async function play(prompt: string, world: World, before: ChatMessage[] = []): Promise<Played> {
  const model = await startScriptedModel({ script: demoScript({ msPerToken: 0 }) });
  const played: Played = { paper: world.paper, texts: [], calls: [], final: '', conversation: before };
  try {
    const opening =
      before.length > 0 ? before : [{ role: 'system' as const, content: 'You are PaperAgent.' }];
    played.conversation = [...opening, said(prompt)];
    played.final = await runAgent(mainTools, played.conversation);
    return played;
  } finally {
    await model.close();
  }

  async function runAgent(tools: ToolDefinition[], messages: ChatMessage[]): Promise<string> {
    for (let step = 0; step < 40; step += 1) {
      const answer = await streamAnswer(modelRequest(model.url, { messages, tools }), () => {});
      played.texts.push(answer.text);
      if (answer.toolCalls.length === 0) {
        messages.push({ role: 'assistant', content: answer.text });
        return answer.text;
      }
      const ids = answer.toolCalls.map((_call, index) => `c${messages.length}_${index}`);
      messages.push({
        role: 'assistant',
        content: answer.text,
        tool_calls: answer.toolCalls.map((call, index) => ({
          id: ids[index] ?? '',
          type: 'function',
          function: call,
        })),
      });
      for (const [index, call] of answer.toolCalls.entries()) {
        played.calls.push(call.name);
        messages.push({ role: 'tool', tool_call_id: ids[index] ?? '', content: await runTool(call) });
      }
    }
    throw new Error('the dialogue does not end');
  }

  async function runTool(call: ModelToolCall): Promise<string> {
    const args = JSON.parse(call.arguments) as Args;
    const { file = '', section = '', content = '', path = '' } = args;
    switch (call.name) {
      case 'analyze_template':
        return (
          guidedOutline(played.paper)
            .map(
              ({ section: s }) =>
                `${'#'.repeat(s.level)} ${s.rawTitle}  (level ${s.level}, line ${s.line}, empty)\n  section: ${pathOf(s)}`,
            )
            .join('\n') || `${file} has no headings (0 characters).`
        );
      case 'update_section_content':
        return edit(updateSection(played.paper, section, content, 'replace'), content);
      case 'add_section':
        return edit(
          addSection(played.paper, { title: args.title ?? '', level: Number(args.level), content }),
          content,
        );
      case 'rename_section_title':
        return edit(renameSection(played.paper, section, args.new_title ?? ''), '');
      case 'writemd':
        played.paper = appendToDocument(played.paper, content);
        return `Wrote ${file}.${noteOf(content)}`;
      case 'check_paper':
        return inWords(file, checkedAlone(played.paper));
      case 'list_attachments':
        return (
          Object.keys(world.attachments ?? {})
            .map((name) => `${name}  1.2 KB`)
            .join('\n') || 'The person has not uploaded any files.'
        );
      case 'read_attachment':
        return world.attachments?.[path] ?? `There is no file ${path}.`;
      case 'read_file':
        return (world.figures?.includes(path) ?? true)
          ? 'A PNG image, 1200 x 675 pixels.'
          : `There is no file ${path}.`;
      case 'ask_person':
        return world.answer ?? 'Nobody answered in time.';
      case 'update_plan':
        return 'Kept.';
      case 'code_agent':
        return runAgent(codeTools, [{ role: 'system', content: 'You write Python.' }, said(args.task ?? '')]);
      case 'run_python':
        return world.python(args.filename ?? '', args.code ?? '');
      default:
        return 'paper.md  1.0 KB';
    }
  }

  function edit(edited: Edited, content: string): string {
    if (!edited.ok) return edited.failure.message;
    played.paper = edited.source;
    return `Done.${noteOf(content)}`;
  }

  function noteOf(content: string): string {
    const untraced = world.untraced?.filter((number) => content.includes(number)) ?? [];
    if (untraced.length === 0) return '';
    return `\n\nIn no run, message or file: ${untraced.join(', ')}. Let a script print them, or take them out.`;
  }
}
