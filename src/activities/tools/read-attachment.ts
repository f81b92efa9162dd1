/** `read_attachment`: what a person uploaded, as text. What a file is, its content says and not its name. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { convertDocument } from '../../documents/convert.ts';
import { withDocumentPlace } from '../../documents/document-places.ts';
import { kindOfDocument, mayBeDocument } from '../../documents/kind.ts';
import { listArchive } from '../../documents/zip.ts';
import { readWindow } from './line-window.ts';
import { ATTACHMENTS } from './list-files.ts';
import { cleanPath } from './markdown-text.ts';
import { readText } from './read-text.ts';
import { failed, succeeded, type ToolContext, type ToolResult } from './types.ts';

/** The largest document that is converted; uploads are no larger (A7). */
const MOST_BYTES = 50 * 1024 ** 2;

export async function readAttachment(
  args: ArgumentsOf<'read_attachment'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  const given = cleanPath(args.path);
  const path = given.startsWith(`${ATTACHMENTS}/`) ? given : `${ATTACHMENTS}/${given}`;
  if (!mayBeDocument(await ctx.workspace.read(path, { limit: 8 }))) {
    return succeeded(await readText(ctx.workspace, path, args));
  }
  return await withDocumentPlace(ctx.signal, () => readDocument(path, args, ctx));
}

async function readDocument(
  path: string,
  args: ArgumentsOf<'read_attachment'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  const bytes = await ctx.workspace.read(path, { maxBytes: MOST_BYTES });
  const kind = kindOfDocument(bytes);
  if (kind === 'old-office') {
    return failed(
      `${path} is a document of the old Office formats (.doc, .xls, .ppt), or one that is protected by a password. ` +
        'Ask the person for it as .docx, .xlsx or .csv without a password.',
    );
  }
  if (kind === 'zip') return listed(path, bytes);
  const converted = await convertDocument(kind, bytes, ctx.signal);
  if (!converted.ok) return failed(`${path}: ${converted.problem}`);
  return succeeded(await readWindow([converted.text], args));
}

function listed(path: string, bytes: Buffer): ToolResult {
  const listing = listArchive(bytes);
  if (listing === null) return failed(`${path} is a damaged archive: it cannot be read.`);
  return succeeded(`${path} is an archive; archives are not unpacked. It says that it holds:\n${listing}`);
}
