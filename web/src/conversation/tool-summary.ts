/** What a tool card says about its call before anyone opens it. */
import type { FileChange, ToolPart } from '../../../src/domain/messages.ts';
import { type PlannedStep, progressOf, STEP_SIGNS, STEP_STATES } from '../../../src/domain/plans.ts';
import { isImage } from '../files/file-kinds.ts';
import { PAPER } from '../paper/paper-file.ts';
import { visibleText } from '../shell/visible-text.ts';
import { stringArgument } from './draft.ts';

export interface ToolSummary {
  icon: string;
  /** Key of the title under `tool.` in the translations; `other` shows the tool's own name. */
  title: string;
  /** What it is about: a file, a section, the task's first line. */
  subject: string;
  /** The text that the call carries, and its language. */
  body: { text: string; language: 'python' | 'markdown' | 'text' } | null;
}

export function summarise(part: ToolPart): ToolSummary {
  const summary = summaryOf(part);
  return { ...summary, subject: visibleText(summary.subject) };
}

function summaryOf(part: ToolPart): ToolSummary {
  const text = (name: string) => stringArgument(part.arguments, name) ?? '';
  const file = text('file') || text('path');
  const section = text('section') || text('title');
  // The paper is what everything is about: its sections say enough (V21).
  const place = [file === PAPER && section !== '' ? '' : file, section].filter(Boolean).join(' › ');
  switch (part.name) {
    case 'run_python':
      return {
        icon: 'i-lucide-terminal',
        title: 'run_python',
        subject: text('filename'),
        body: { text: text('code'), language: 'python' },
      };
    case 'code_agent':
      return { icon: 'i-lucide-bot', title: 'code_agent', subject: firstLine(text('task')), body: null };
    case 'ask_person':
      return {
        icon: 'i-lucide-message-circle-question',
        title: 'ask_person',
        subject: firstLine(text('question')),
        body: null,
      };
    case 'update_plan':
      return { icon: 'i-lucide-list-todo', title: 'update_plan', ...planSummary(part) };
    case 'writemd':
      return {
        icon: 'i-lucide-file-pen',
        title: 'writemd',
        subject: file,
        body: { text: text('content'), language: 'markdown' },
      };
    case 'update_section_content':
    case 'add_section':
      return {
        icon: 'i-lucide-file-pen',
        title: part.name,
        subject: place,
        body: { text: text('content'), language: 'markdown' },
      };
    case 'write_file':
      return {
        icon: 'i-lucide-file-plus',
        title: 'write_file',
        subject: file,
        body: { text: text('content'), language: file.endsWith('.py') ? 'python' : 'text' },
      };
    case 'rename_section_title':
      return {
        icon: 'i-lucide-heading',
        title: part.name,
        subject: [place, text('new_title')].filter(Boolean).join(' → '),
        body: null,
      };
    case 'tree':
      return { icon: 'i-lucide-folder-tree', title: 'tree', subject: file, body: null };
    case 'analyze_template':
      return { icon: 'i-lucide-list-tree', title: part.name, subject: file, body: null };
    case 'check_paper':
      return { icon: 'i-lucide-list-checks', title: part.name, subject: file, body: null };
    case 'add_reference':
      return {
        icon: 'i-lucide-book-marked',
        title: part.name,
        subject: '',
        body: { text: text('bibtex'), language: 'text' },
      };
    case 'list_attachments':
      return { icon: 'i-lucide-paperclip', title: part.name, subject: '', body: null };
    case 'read_file':
    case 'read_attachment':
    case 'get_section_content':
      return { icon: 'i-lucide-file-search', title: part.name, subject: place, body: null };
    default:
      return { icon: 'i-lucide-wrench', title: 'other', subject: '', body: argumentsAsText(part) };
  }
}

const WRITERS = new Set(['writemd', 'update_section_content', 'add_section', 'rename_section_title']);

/** Whether the call writes into the paper, as far as its arguments say. */
export function writesPaper(part: ToolPart): boolean {
  return WRITERS.has(part.name) && stringArgument(part.arguments, 'file') === PAPER;
}

/** What a call did: it wrote a section, or looked at what is there. */
export type ToolGroupKind = 'wrote' | 'looked';

const LOOKING = new Set([
  'tree',
  'analyze_template',
  'get_section_content',
  'read_file',
  'list_attachments',
  'read_attachment',
]);

/** With which others a call may stand in one line; null: with none. */
export function groupOf(part: ToolPart): ToolGroupKind | null {
  if (part.name === 'update_section_content' || part.name === 'add_section') return 'wrote';
  return LOOKING.has(part.name) ? 'looked' : null;
}

/** The images that a call made, for showing under its card. */
export function figuresOf(part: ToolPart): FileChange[] {
  return (part.files ?? []).filter((file) => file.change !== 'removed' && isImage(file.path));
}

function argumentsAsText(part: ToolPart): ToolSummary['body'] {
  const args = part.arguments;
  const text = typeof args === 'string' ? args : JSON.stringify(args, null, 2);
  return text === '{}' ? null : { text, language: 'text' };
}

/** Of a plan: how far it is, and its steps, a line each. */
function planSummary({ arguments: given }: ToolPart): Pick<ToolSummary, 'subject' | 'body'> {
  const steps = typeof given === 'string' || !Array.isArray(given.steps) ? [] : given.steps.filter(isStep);
  if (steps.length === 0) return { subject: '', body: null };
  const { completed, current = '' } = progressOf(steps);
  const text = steps.map(({ step, status }) => `${STEP_SIGNS[status]} ${visibleText(step)}`).join('\n');
  return {
    subject: `${completed}/${steps.length} ${current}`.trimEnd(),
    body: { text, language: 'text' },
  };
}

/** What a model sends may be anything. */
function isStep(given: unknown): given is PlannedStep {
  const { step, status } = (given ?? {}) as Partial<PlannedStep>;
  return typeof step === 'string' && STEP_STATES.some((state) => state === status);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
