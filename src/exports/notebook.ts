/**
 * A Work as a Jupyter notebook (W6): what was said, each run's script with what it printed and the figures that it left,
 * in order. The scripts stay the truth; this is a copy that runs from top to bottom beside the Work's files.
 *
 * The format is nbformat 4.5 (https://nbformat.readthedocs.io).
 */
import type { Message, ToolPart } from '../domain/messages.ts';

/** A figure as it is in the workspace now. */
export interface Figure {
  mime: 'image/png' | 'image/jpeg';
  base64: string;
}

export interface NotebookSource {
  title: string;
  messages: readonly Message[];
  /** The figure at a path, where the file still is what that run left; 'too_large': it has no place in a notebook. */
  figure(path: string, sha256: string): Figure | 'too_large' | undefined;
}

interface Cell {
  cell_type: 'markdown' | 'code';
  id: string;
  metadata: { tags?: string[] };
  source: string;
  execution_count?: null;
  outputs?: Output[];
}

type Output =
  | { output_type: 'stream'; name: 'stdout'; text: string }
  | { output_type: 'display_data'; data: Record<string, string>; metadata: Record<string, never> };

export interface Notebook {
  nbformat: 4;
  nbformat_minor: 5;
  metadata: {
    title: string;
    kernelspec: { name: string; display_name: string; language: string };
    language_info: { name: string };
  };
  cells: Cell[];
}

/** What the runs could count on: the workspace as current folder, its folders, modules beside the scripts. */
const SET_UP = `# Put this notebook into the folder of the Work's files (download them all), then run it from top to bottom.
import os, sys
for folder in ("attachments", "code", "data", "images"):
    os.makedirs(folder, exist_ok=True)
sys.path.insert(0, "code")
sys.argv = [""]`;

/** Scripts record numbers by a module of the sandbox; elsewhere they are printed, as record itself does there. */
const RECORDING = `

try:
    import paperagent
except ModuleNotFoundError:
    import types
    def _record(name, value, unit=None):
        print(f"{name}={value}" if unit is None else f"{name}={value} {unit}")
    sys.modules["paperagent"] = types.ModuleType("paperagent")
    sys.modules["paperagent"].record = _record`;

export function notebookOf({ title, messages, figure }: NotebookSource): Notebook {
  const cells: Omit<Cell, 'id'>[] = [];
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.type === 'text' && part.text.trim() !== '') {
        if (message.role === 'user') cells.push(markdown(quoted(part.text)));
        else if (message.agent === 'main') cells.push(markdown(part.text));
      } else if (part.type === 'tool' && part.name === 'run_python') cells.push(...runCells(part, figure));
    }
  }
  const isRecording = cells.some((cell) => cell.cell_type === 'code' && /\bpaperagent\b/.test(cell.source));
  cells.unshift(markdown(`# ${title}`), code(isRecording ? SET_UP + RECORDING : SET_UP, []));
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      title,
      kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
      language_info: { name: 'python' },
    },
    cells: cells.map((cell, index) => ({ ...cell, id: `cell-${index + 1}` })),
  };
}

/** How many runs of code the conversation has: a notebook of none holds only what was said. */
export function runsIn(messages: readonly Message[]): number {
  const isRun = (part: Message['parts'][number]) => part.type === 'tool' && part.name === 'run_python';
  return messages.reduce((sum, message) => sum + message.parts.filter(isRun).length, 0);
}

function runCells(run: ToolPart, figure: NotebookSource['figure']): Omit<Cell, 'id'>[] {
  const { code: script, filename } = argumentsOf(run);
  if (typeof script !== 'string') return [];
  const path = `code/${typeof filename === 'string' ? filename : 'script.py'}`;
  const outputs: Output[] = [];
  const printed = run.output ?? '';
  if (printed !== '') outputs.push({ output_type: 'stream', name: 'stdout', text: printed });
  for (const { path: file, sha256 } of run.files ?? []) {
    const shown = sha256 === undefined ? undefined : figure(file, sha256);
    if (shown === undefined) continue;
    const data =
      shown === 'too_large'
        ? { 'text/plain': `${file} is too large to be shown here.` }
        : { [shown.mime]: shown.base64, 'text/plain': file };
    outputs.push({ output_type: 'display_data', data, metadata: {} });
  }
  // A notebook has no such name. It stands apart, for a script may have to begin with its `from __future__`.
  const before = /\b__file__\b/.test(script) ? [code(`__file__ = ${JSON.stringify(path)}`, [])] : [];
  const heading = markdown(`### ${path}${run.state === 'ok' ? '' : ' (it failed)'}`);
  return [heading, ...before, code(script, outputs, run.state !== 'ok' || /\bexit\s*\(/.test(script))];
}

function argumentsOf(run: ToolPart): { code?: unknown; filename?: unknown } {
  return typeof run.arguments === 'string' ? {} : run.arguments;
}

/** `mayRaise`: a run of all cells goes on behind it, as the Work did. */
function code(source: string, outputs: Output[], mayRaise = false): Omit<Cell, 'id'> {
  const metadata = mayRaise ? { tags: ['raises-exception'] } : {};
  return { cell_type: 'code', metadata, source, execution_count: null, outputs };
}

function markdown(source: string): Omit<Cell, 'id'> {
  return { cell_type: 'markdown', metadata: {}, source };
}

function quoted(text: string): string {
  return text
    .trim()
    .split(/\r\n?|\n/)
    .map((line) => `> ${line}`)
    .join('\n');
}
