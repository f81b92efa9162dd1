/**
 * Which pictures a model that sees is shown (W10), and where in its conversation: what a person uploaded with their
 * message, the figures of a run behind its result, and a picture, or the pages without text of a PDF, that was read
 * behind that result. A picture that was
 * shown is kept as it was shown, so that every later step sends the same bytes (M1), whatever is drawn over it.
 */
import { createHash } from 'node:crypto';
import { keepShown, type PicturePlace, readShown, type ShownPicture } from '../../db/shown-pictures.ts';
import type { ContextMessage } from '../../db/summaries.ts';
import { persist } from '../../db/unavailable.ts';
import { MOST_FILE_BYTES, makePicture } from '../../documents/make-picture.ts';
import { pagesToShow } from '../../documents/scanned-pages.ts';
import type { ToolPart } from '../../domain/messages.ts';
import type { UserPart } from '../../llm/types.ts';
import type { Asking } from '../../threads/job-threads.ts';
import { printable } from '../../workspace/tree.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { cleanPath } from '../tools/markdown-text.ts';
import { attachmentPath } from '../tools/uploads.ts';

/** Of one message or call; a run that draws more names them in its result. */
const MOST_OF_ONE = 4;
const PDF = /\.pdf$/i;
const NAMED_SO = /\.(?:png|jpe?g|gif|webp)$/i;
/** Tools that leave figures, and tools that read one. */
const DRAW = new Set(['run_python', 'code_agent']);
const READ = new Set(['read_file', 'read_attachment']);

/** Parts by the id of the message, or of the call, behind which they stand. */
export type ShownParts = ReadonlyMap<string, UserPart[]>;

interface Wanted extends PicturePlace {
  /** Of the file as it was then, where that is known. */
  sha256?: string | undefined;
  /** Where it is a page of a PDF: `path` names both. */
  pageOf?: { path: string; page: number };
}

/** The places of pictures in a conversation, in its order. */
export function picturePlaces(conversation: ContextMessage[]): Wanted[] {
  return conversation.flatMap((message): Wanted[] =>
    message.role === 'user'
      ? (message.attachments ?? [])
          .filter((path) => NAMED_SO.test(path))
          .slice(0, MOST_OF_ONE)
          .map((path) => ({ place: message.id, path }))
      : message.parts.filter((part) => part.type === 'tool').flatMap(placesOfCall),
  );
}

function placesOfCall(call: ToolPart): Wanted[] {
  const { name, toolCallId: place, files = [], state } = call;
  if (DRAW.has(name))
    return files
      .filter(({ path, change }) => change !== 'removed' && NAMED_SO.test(path))
      .slice(0, MOST_OF_ONE)
      .map(({ path, sha256 }) => ({ place, path, sha256 }));
  const given = typeof call.arguments === 'string' ? undefined : call.arguments.path;
  if (!READ.has(name) || typeof given !== 'string') return [];
  const path = name === 'read_attachment' ? attachmentPath(given) : cleanPath(given);
  // A scanned PDF of another name is told by what its reading says.
  if (name === 'read_attachment' && (PDF.test(given) || state === 'error'))
    return pagesOfCall(call).map((page) => ({
      place,
      path: `${path}, page ${page}`,
      pageOf: { path, page },
    }));
  return state === 'ok' && NAMED_SO.test(given) ? [{ place, path }] : [];
}

function pagesOfCall({ arguments: given, result = '' }: ToolPart): number[] {
  const offset = typeof given === 'string' ? 1 : Number(given.offset ?? 1);
  return pagesToShow(result, Number.isInteger(offset) ? offset : 1, MOST_OF_ONE);
}

/**
 * How many of the first are not shown any more where `most` are at once. It grows by half of `most` at a time, so that a
 * further picture seldom changes what earlier steps have sent.
 */
export function leftOut(count: number, most: number): number {
  if (count <= most) return 0;
  const step = Math.max(1, Math.floor(most / 2));
  return Math.ceil((count - most) / step) * step;
}

/** The parts for a conversation, made where they were not shown yet. */
export async function shownParts(
  deps: Pick<ActivityDependencies, 'db' | 'limits' | 'workspaceOf'>,
  { workId, ...asking }: Asking & { workId: string },
  conversation: ContextMessage[],
): Promise<ShownParts> {
  const places = picturePlaces(conversation);
  const from = leftOut(places.length, deps.limits.pictures);
  const wanted = places.slice(from);
  const known = new Map(
    (await readShown(deps.db, workId, wanted)).map((one) => [keyOf(one), one.shown] as const),
  );
  const parts = new Map<string, UserPart[]>();
  for (const [at, place] of places.entries()) {
    const shown =
      at < from ? LEFT_OUT : (known.get(keyOf(place)) ?? (await firstShown(deps, workId, place, asking)));
    parts.set(place.place, [...(parts.get(place.place) ?? []), partOf(place.path, shown)]);
  }
  return parts;
}

const LEFT_OUT: ShownPicture = { ok: false, problem: 'newer pictures are shown in its place' };

function keyOf({ place, path }: PicturePlace): string {
  return JSON.stringify([place, path]);
}

function partOf(path: string, shown: ShownPicture): UserPart {
  const name = printable(path);
  if (!shown.ok) return { type: 'told', name: 'picture', text: `${name} (not shown: ${shown.problem})` };
  const { mediaType, data, width, height, missing } = shown;
  return {
    type: 'picture',
    text: `${name}, shown at ${width} x ${height} pixels${missing === undefined ? '' : `; ${missing}`}`,
    mediaType,
    data,
    width,
    height,
  };
}

/** Made, kept, and read again: of two that come at once, one counts for both. */
async function firstShown(
  { db, workspaceOf }: Pick<ActivityDependencies, 'db' | 'workspaceOf'>,
  workId: string,
  wanted: Wanted,
  asking: Asking,
): Promise<ShownPicture> {
  const made = await pictureOf(await workspaceOf(workId), wanted, asking);
  await persist(() => keepShown(db, workId, wanted, made));
  const [kept] = await readShown(db, workId, [wanted]);
  return kept?.shown ?? made;
}

async function pictureOf(
  workspace: Workspace,
  { path, sha256, pageOf }: Wanted,
  asking: Asking,
): Promise<ShownPicture> {
  try {
    const file = await workspace.read(pageOf?.path ?? path, { maxBytes: MOST_FILE_BYTES });
    const isAnother = sha256 !== undefined && createHash('sha256').update(file).digest('hex') !== sha256;
    if (isAnother) return { ok: false, problem: 'it has been drawn anew since' };
    return await makePicture(file, asking, pageOf?.page);
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    const isLarge = error.code === 'too_large';
    return {
      ok: false,
      problem: isLarge ? `it has more than ${MOST_FILE_BYTES / 1024 ** 2} MB` : 'it is not there any more',
    };
  }
}
