/**
 * What stands at the user's side of a turn's beginning (M1): the files as they are then, with the paper's outline and what is
 * left of the plan for the main agent, or with what its Python can import for a code agent (W1). It is stored with the turn's first step, so that
 * all later steps send the same bytes, whoever makes them, and whatever is installed meanwhile.
 */
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import { PAPER } from '../../workspace/paper.ts';
import { renderTree } from '../../workspace/tree.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { ATTACHMENTS, sayUpload, toldOf } from '../tools/uploads.ts';
import type { SeenFiles } from './seen-files.ts';
import { shortenText } from './shorten.ts';

/** A paper of more bytes is not even read for the prompt; the model still has its tools for it. */
const PAPER_BYTES = 2 * 1024 ** 2;

/** A file's outline in words. @throws UnreadableMarkdown */
export type OutlineOf = (path: string, source: string) => Promise<string>;

/**
 * The text for the model.
 * @param given.most limits outline, tree and what is said of uploads together, in UTF-16 code units
 * @param given.packages what code can import, a line a kind; absent for the main agent, which runs none
 * @param given.outlineOf how the paper's outline is found
 * @param given.plan what of the plan is still to be done (H3); null: nothing
 */
export async function openingOf(
  files: SeenFiles,
  given: {
    most: number;
    packages: string[] | undefined;
    outlineOf: OutlineOf;
    plan?: Promise<string | null>;
  },
): Promise<string> {
  const { most, packages, outlineOf } = given;
  const isMain = packages === undefined;
  const [tree, outline, uploads, planned] = await Promise.all([
    treeOf(files),
    isMain ? paperOutline(files.workspace, outlineOf) : '',
    toldUploads(files, Math.floor(most / 8)),
    given.plan,
  ]);
  const plan = shortenText(planned ?? '', Math.floor(most / 8));
  const left = most - uploads.length - plan.length;
  const half = Math.floor(left / 2);
  return [
    ...(isMain
      ? [
          section(
            `Outline of ${PAPER}`,
            shortenText(outline, half) || 'There is no paper yet, or it has no headings.',
          ),
        ]
      : []),
    section('Files in the workspace', shortenText(tree, isMain ? half : left) || 'none'),
    ...(uploads === '' ? [] : [section('What the uploaded files are', uploads)]),
    ...(plan === '' ? [] : [section('Your plan, as far as it is not done', plan)]),
    ...(packages?.length ? [section('Python packages that can be imported', packages.join('\n'))] : []),
  ].join('\n\n');
}

function section(title: string, body: string): string {
  return `${title}:\n${body}`;
}

/** A line for each upload of which more is known than its size. */
async function toldUploads(files: SeenFiles, most: number): Promise<string> {
  const uploads = await toldOf(files.workspace, await files.under(ATTACHMENTS));
  const known = uploads.filter(({ facts }) => facts !== null);
  return shortenText(known.map(sayUpload).join('\n'), most);
}

/** The files, as a tree; a folder that cannot be listed (it is gone) is something that the model can say. */
async function treeOf(files: SeenFiles): Promise<string> {
  try {
    return renderTree(await files.all());
  } catch (error) {
    if (error instanceof WorkspaceError) return `(the workspace cannot be listed: ${error.message})`;
    throw error;
  }
}

/** The paper's outline; a paper that is not there has none, and one that is too long or tangled has a sentence. */
export async function paperOutline(workspace: Workspace, outlineOf: OutlineOf): Promise<string> {
  try {
    const bytes = await workspace.read(PAPER, { maxBytes: PAPER_BYTES });
    return await outlineOf(PAPER, bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return `(${PAPER} has no outline. ${error.message})`;
    if (error instanceof WorkspaceError && error.code === 'too_large')
      return `(${PAPER} has no outline: ${error.message})`;
    if (error instanceof WorkspaceError) return '';
    throw error;
  }
}
