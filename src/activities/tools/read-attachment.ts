/** `read_attachment`: what a person uploaded, as text. What a file is, its content says and not its name. */
import type { ArgumentsOf } from '../../agents/tool-definitions.ts';
import { mayBeDocument, START_BYTES } from '../../documents/kind.ts';
import { readDocument } from '../../documents/read-document.ts';
import { readText } from './read-text.ts';
import { failed, succeeded, type ToolContext, type ToolResult } from './types.ts';
import { attachmentPath } from './uploads.ts';

export async function readAttachment(
  args: ArgumentsOf<'read_attachment'>,
  ctx: ToolContext,
): Promise<ToolResult> {
  const path = attachmentPath(args.path);
  const { workspace } = ctx;
  const readAsText = async () => succeeded(await readText(workspace, path, args));
  const start = await workspace.read(path, { limit: START_BYTES });
  if (start.length === 0) return failed(`${path} is empty (0 bytes): ask the person to upload it again.`);
  if (!mayBeDocument(start)) return await readAsText();
  const document = await readDocument(() => workspace.openRead(path), args, ctx);
  if (document.ok) return succeeded(document.text);
  return document.isText ? await readAsText() : failed(`${path}: ${document.problem}`);
}
