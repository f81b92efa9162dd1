/** Ordering a file that is made of a Work (P20), whichever way the order came. */
import { randomUUID } from 'node:crypto';
import { MOST_AT_ONCE, orderExport } from '../../db/exports.ts';
import { isMadeOfPaper, isPaperFormat } from '../../exports/paper/format.ts';
import { listStyles, stylesFolder } from '../../exports/style.ts';
import { startExport } from '../../temporal/export-client.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { Person } from '../conversation/send-message.ts';
import type { ApiDependencies } from '../dependencies.ts';

type Dependencies = Pick<ApiDependencies, 'db' | 'temporal' | 'dataDir' | 'log'>;

/**
 * Takes an order and has it begun; gives its id. Where Temporal does not answer, a job begins it later.
 * @throws ApiError not_found, bad_request for what cannot be made, rate_limited
 */
export async function placeOrder(
  { db, temporal, dataDir, log }: Dependencies,
  { workId, ownerId }: Person,
  { format, ...wished }: OrderedExport,
): Promise<string> {
  const style = wished.style ?? null;
  const file = wished.file ?? null;
  const sources = wished.sources ?? false;
  if (sources && !isPaperFormat(format))
    throw new ApiError(
      'bad_request',
      'Only a document of the paper carries the sources of its numbers: leave `sources` out.',
    );
  await mustBePossible(dataDir, format, style, file);
  const id = randomUUID();
  const taken = await orderExport(db, { id, workId, ownerId, format, style, file, sources, isStarted: true });
  if (taken === 'missing') throw notFound('Work');
  if (taken === 'too_many')
    throw new ApiError(
      'rate_limited',
      `${MOST_AT_ONCE} exports of yours are being made: wait for one of them.`,
    );
  await startExport(temporal, id).catch((err: unknown) => {
    log.warn({ err, workId, exportId: id }, 'the workflow of an export is started later');
  });
  return id;
}

interface OrderedExport {
  format: string;
  style?: string | undefined;
  file?: string | undefined;
  sources?: boolean | undefined;
}

async function mustBePossible(
  dataDir: string,
  format: string,
  style: string | null,
  file: string | null,
): Promise<void> {
  if (!isMadeOfPaper(format)) {
    if (style !== null)
      throw new ApiError('bad_request', 'Only what is made of the paper has a style: leave `style` out.');
    if (file !== null) throw new ApiError('bad_request', 'This is made of the whole Work: leave `file` out.');
    return;
  }
  if (file !== null && !/\.(?:md|markdown)$/i.test(file))
    throw new ApiError('bad_request', 'Only Markdown is made into a document: name a file that ends in .md.');
  if (style === null) return;
  const known = (await listStyles(stylesFolder(dataDir))).styles.map(({ id }) => id);
  if (!known.includes(style))
    throw new ApiError('bad_request', `There is no such style; there are: ${known.join(', ')}.`);
}
