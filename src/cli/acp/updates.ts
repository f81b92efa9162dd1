/** What happens in a Work as ACP's updates of a session (I8): a translation of the log, which keeps nothing. Pure. */
import type { SessionUpdate, ToolCallContent, ToolCallLocation, ToolKind } from '@agentclientprotocol/sdk';
import type { EventBody, LogEvent } from '../../domain/events.ts';
import type { AgentId, FileChange, Message, ToolArguments } from '../../domain/messages.ts';

/** Where a file of the session's Work is on this machine; undefined where it is on another. */
export type PathOf = (path: string) => string | undefined;

/** Characters of a result that an editor is shown. */
const MOST_SHOWN = 20_000;
const MOST_TITLE = 120;

export function updatesOf(event: LogEvent, pathOf: PathOf): SessionUpdate[] {
  switch (event.kind) {
    case 'text.delta':
      return event.agent === 'main' ? [chunk('agent_message_chunk', event.text, event.messageId)] : [];
    case 'reasoning.delta':
      return event.agent === 'main' ? [chunk('agent_thought_chunk', event.text, event.messageId)] : [];
    case 'step.superseded':
      // What was shown cannot be taken back.
      return event.agent === 'main'
        ? [chunk('agent_message_chunk', '\n\n*(The answer begins again.)*\n\n', event.messageId)]
        : [];
    case 'tool.called':
      return [{ sessionUpdate: 'tool_call', ...callOf(event, event.agent), status: 'in_progress' }];
    case 'tool.completed':
      return [{ sessionUpdate: 'tool_call_update', ...endOf(event, pathOf) }];
    default:
      return [];
  }
}

/** A conversation as it stands, for whoever has none of it yet. */
export function updatesOfMessage(message: Message, pathOf: PathOf): SessionUpdate[] {
  const { id, role, agent, parts } = message;
  return parts.flatMap((part): SessionUpdate[] => {
    switch (part.type) {
      case 'text':
        if (role === 'user') return [chunk('user_message_chunk', part.text, id)];
        return agent === 'main' || agent === undefined ? [chunk('agent_message_chunk', part.text, id)] : [];
      case 'reasoning':
        return agent === 'main' ? [chunk('agent_thought_chunk', part.text, id)] : [];
      case 'tool': {
        const call = callOf(part, agent ?? 'main');
        if (part.state === 'running') return [{ sessionUpdate: 'tool_call', ...call, status: 'in_progress' }];
        const ending = { ok: part.state === 'ok', result: part.result ?? '', files: part.files ?? [] };
        return [{ sessionUpdate: 'tool_call', ...call, ...endOf({ ...part, ...ending }, pathOf) }];
      }
      default:
        return [];
    }
  });
}

type Chunk = 'user_message_chunk' | 'agent_message_chunk' | 'agent_thought_chunk';

function chunk(sessionUpdate: Chunk, text: string, messageId: string): SessionUpdate {
  return { sessionUpdate, content: { type: 'text', text }, messageId };
}

function callOf(call: { toolCallId: string; name: string; arguments: ToolArguments }, agent: AgentId) {
  const { toolCallId, name, arguments: given } = call;
  return { toolCallId, title: titleOf(name, given, agent), name, kind: kindOf(name), rawInput: given };
}

function titleOf(name: string, given: ToolArguments, agent: AgentId): string {
  const object = typeof given === 'string' ? {} : given;
  const about = ['path', 'file', 'filename', 'section', 'title', 'task', 'question', 'query', 'name']
    .map((key) => object[key])
    .find((value) => typeof value === 'string' && value !== '');
  const words = typeof about === 'string' ? `${name}: ${about.replace(/\s+/g, ' ')}` : name;
  const title = agent === 'main' ? words : `code agent, ${words}`;
  return title.length > MOST_TITLE ? `${title.slice(0, MOST_TITLE).toWellFormed()}…` : title;
}

const KINDS: Record<string, ToolKind> = {
  run_python: 'execute',
  code_agent: 'execute',
  ask_person: 'think',
  search_literature: 'search',
  check_paper: 'read',
  analyze_template: 'read',
  get_section_content: 'read',
  read_file: 'read',
  read_attachment: 'read',
  read_skill: 'read',
  tree: 'read',
  list_attachments: 'read',
  update_section_content: 'edit',
  add_section: 'edit',
  rename_section_title: 'edit',
  writemd: 'edit',
  write_file: 'edit',
  add_reference: 'edit',
};

function kindOf(name: string): ToolKind {
  return Object.hasOwn(KINDS, name) ? (KINDS[name] ?? 'other') : 'other';
}

type Completed = Pick<
  Extract<EventBody, { kind: 'tool.completed' }>,
  'toolCallId' | 'ok' | 'result' | 'files'
>;

function endOf({ toolCallId, ok, result, files }: Completed, pathOf: PathOf) {
  return {
    toolCallId,
    status: ok ? ('completed' as const) : ('failed' as const),
    content: contentOf(result),
    locations: locationsOf(files, pathOf),
  };
}

function contentOf(result: string): ToolCallContent[] {
  const cut = result.slice(0, MOST_SHOWN).toWellFormed();
  const text = cut.length < result.length ? `${cut}\n[… ${result.length - cut.length} more characters]` : cut;
  return text === '' ? [] : [{ type: 'content', content: { type: 'text', text } }];
}

function locationsOf(files: readonly FileChange[], pathOf: PathOf): ToolCallLocation[] {
  return files.flatMap(({ path, change }) => {
    const at = change === 'removed' ? undefined : pathOf(path);
    return at === undefined ? [] : [{ path: at }];
  });
}
