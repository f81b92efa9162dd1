/** Does one attack and says what came of it. Runs in a thread, for what it calls may never come back. */
import { parentPort, workerData } from 'node:worker_threads';
import { readArguments } from '../../../src/activities/mending/mend-arguments.ts';
import { tree } from '../../../src/activities/tools/list-files.ts';
import { describeOutline } from '../../../src/activities/tools/section-texts.ts';
import type { ToolContext } from '../../../src/activities/tools/types.ts';
import { cleanName } from '../../../src/api/files/upload.ts';
import { findSection } from '../../../src/domain/markdown/find-section.ts';
import { outline } from '../../../src/domain/markdown/outline.ts';
import { collapse } from '../../../src/domain/markdown/plain-text.ts';
import { UnreadableMarkdown } from '../../../src/domain/markdown/unreadable.ts';
import { imageHeader } from '../../../src/workspace/image-header.ts';
import * as attacks from '../../support/attacks/bounds.ts';

/** As long as the largest Markdown that is read, or longer where nothing else bounds it. */
export const ATTACKS = {
  'SR-C1: a long title over many sections': () =>
    describeOutline('x.md', attacks.longTitleOverSections(98_000, 33_000)),
  'SR-C1: the longest titles that are read over most of the sections that are read': () =>
    describeOutline('x.md', attacks.longTitleOverSections(1_000, 9_000)),
  'SR-H1: sections with one title': () => describeOutline('x.md', attacks.twinSections(10_000)),
  'SR-H1: more sections with one title than are read': () =>
    describeOutline('x.md', attacks.twinSections(131_000)),
  'SR-H1: a title of marks': () => describeOutline('x.md', attacks.markedTitle(500_000)),
  'SR-H1: titles of marks, each as long as a title may be': () =>
    describeOutline('x.md', attacks.markedTitle(996).repeat(500)),
  'SR-H1: an argument of marks': () => collapse(attacks.markedTitle(8_000_000)).length,
  'SR-H1: a reference of separators': () =>
    findSection(outline('# >\n'.repeat(10_000)), attacks.separatedReference(5_000)).ok,
  'SR-H1: a reference of as many separators as fit': () =>
    findSection(outline('# >\n'.repeat(10_000)), attacks.separatedReference(500)).ok,
  'SR-H1: a path of slashes': async () => {
    const workspace = { list: async () => ({ entries: [], truncated: false }) };
    return (await tree({ path: attacks.slashedPath(4_000_000) }, { workspace } as unknown as ToolContext)).ok;
  },
  'SR-H1: an SVG with a spaced width': () => imageHeader(Buffer.from(attacks.spacedWidth(255_000)))?.format,
  'SR-H1: an SVG with a spaced attribute': () =>
    imageHeader(Buffer.from(attacks.spacedAttribute(255_000)))?.format,
  'SR-H1: arguments whose string nothing closes': () =>
    readArguments('writemd', attacks.unclosedString(4_000_000)).length,
  'SR-C3: a long file name': () => Buffer.byteLength(cleanName(attacks.longFileName(400_000))),
} satisfies Record<string, () => unknown>;

const name: unknown = workerData?.attack;
if (parentPort !== null && typeof name === 'string' && name in ATTACKS) {
  parentPort.postMessage(await resultOf(ATTACKS[name as keyof typeof ATTACKS]));
}

async function resultOf(attack: () => unknown): Promise<unknown> {
  try {
    const result = await attack();
    return typeof result === 'string' ? result.slice(0, 200) : result;
  } catch (error) {
    if (error instanceof UnreadableMarkdown) return error.message;
    throw error;
  }
}
