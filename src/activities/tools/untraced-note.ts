/** What the main agent is told behind an edit of its paper: numbers that stand in no run, message or file (T11). */
import type { Database } from '../../db/database.ts';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import type { ToolArguments } from '../../domain/messages.ts';
import type { ProvenanceThreads } from '../../provenance/jobs.ts';
import { type Untraced, untracedIn } from '../../provenance/untraced.ts';
import type { Person } from '../../threads/fair-gate.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { cleanPath } from './markdown-text.ts';

const EDITS = new Set(['update_section_content', 'add_section', 'writemd']);

/** A line for the result of an edit that was made; empty where there is nothing to say. */
export async function untracedNote(
  deps: { db: Database; provenance: ProvenanceThreads },
  call: { name: string; arguments: ToolArguments; workId: string; person: Person; signal: AbortSignal },
  workspace: Workspace,
): Promise<string> {
  if (!EDITS.has(call.name) || typeof call.arguments === 'string') return '';
  const { file, content } = call.arguments;
  if (typeof file !== 'string' || typeof content !== 'string' || !/\d/.test(content)) return '';
  try {
    const of = { workId: call.workId, file: cleanPath(file), written: content };
    const words = inWords(await untracedIn(deps.db, deps.provenance, of, workspace, call));
    return words === '' ? '' : `\n\n${words}`;
  } catch (error) {
    // The edit was made; a paper that is too large to be looked through is told of in other places.
    if (error instanceof WorkspaceError || error instanceof UnreadableMarkdown) return '';
    throw error;
  }
}

/** Both, so that whoever makes the last edit of a turn knows what its answer has to name. */
function inWords({ written, elsewhere }: Untraced): string {
  return [
    written.length === 0
      ? ''
      : `In no run, message or file: ${written.join(', ')}. Let a script print them, or take them out.`,
    elsewhere.length === 0
      ? ''
      : `Elsewhere in the paper, in no run, message or file either: ${elsewhere.join(', ')}. Name in your answer what is left.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
