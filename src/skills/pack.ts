/** Skills out of what a person sends (I7): a zip with one folder or many, or a single SKILL.md. Read as hostile. */
import { setImmediate } from 'node:timers/promises';
import { BadArchive, readDirectory, unpackStart, type ZipEntry } from '../documents/zip.ts';
import { bytesOfSkill, SKILL_FILE, type SkillTitle } from '../domain/skills.ts';
import { MOST_SKILL_FILE_BYTES, readSkillFile } from './skill-file.ts';

export interface PackedSkill extends SkillTitle {
  /** Paths under the skill's folder, SKILL.md among them. */
  files: Map<string, Buffer>;
}

/** A folder that is no skill here, and why, in a sentence. */
export interface LeftOutSkill {
  folder: string;
  problem: string;
}

export interface Pack {
  skills: PackedSkill[];
  leftOut: LeftOutSkill[];
}

/** Of one skill, and of all that come at once. */
const MOST_FILES = 200;
export const MOST_SKILL_BYTES = 4 * 1024 ** 2;
const MOST_PACK_BYTES = 16 * 1024 ** 2;
/** Of what a person sends. */
export const MOST_SENT_BYTES = 8 * 1024 ** 2;
const MOST_FOLDERS = 100;
const MOST_PATH_CHARACTERS = 200;

const ZIP_BEGINNING = Buffer.from('PK');

/** @throws BadArchive for what is neither, or holds no skill at all; its message goes behind "…, for " */
export async function readPack(bytes: Buffer): Promise<Pack> {
  if (!bytes.subarray(0, 2).equals(ZIP_BEGINNING))
    return packOf([readOne('', new Map([[SKILL_FILE, bytes]]))]);
  const entries = readDirectory(bytes);
  if (entries === null) throw new BadArchive('it is damaged');
  const folders = skillFolders(entries);
  if (folders.length === 0) throw new BadArchive(`there is no ${SKILL_FILE} in it`);
  let left = MOST_PACK_BYTES;
  const found: (PackedSkill | LeftOutSkill)[] = [];
  for (const folder of folders.slice(0, MOST_FOLDERS)) {
    const files = await filesOf(bytes, entries, folder, Math.min(left, MOST_SKILL_BYTES));
    if (typeof files === 'string') {
      found.push({ folder, problem: files });
      continue;
    }
    left -= bytesOfSkill(files);
    found.push(readOne(folder, files));
    // What is not compressed is read without a pause: others have a turn between two.
    await setImmediate();
  }
  return packOf(found);
}

/** The outermost folders that hold a SKILL.md, each with a slash behind it: what lies deeper is part of them. */
function skillFolders(entries: readonly ZipEntry[]): string[] {
  const all = entries
    .filter(({ name }) => name === SKILL_FILE || name.endsWith(`/${SKILL_FILE}`))
    .map(({ name }) => name.slice(0, -SKILL_FILE.length))
    .toSorted((a, b) => a.length - b.length);
  const outermost: string[] = [];
  for (const folder of all.slice(0, 10 * MOST_FOLDERS))
    if (!outermost.some((outer) => folder.startsWith(outer))) outermost.push(folder);
  return outermost.toSorted();
}

/** A skill's files, or why they are not taken. */
async function filesOf(
  bytes: Buffer,
  entries: readonly ZipEntry[],
  folder: string,
  most: number,
): Promise<Map<string, Buffer> | string> {
  const own = entries.filter(({ name }) => name.startsWith(folder) && !name.endsWith('/') && !isLitter(name));
  if (own.length > MOST_FILES) return `It has more than ${MOST_FILES} files.`;
  const files = new Map<string, Buffer>();
  let left = most;
  for (const entry of own) {
    const path = entry.name.slice(folder.length);
    if (!isPlainPath(path)) return 'A path in it is not one that every system can have.';
    const { content, isWhole } = await unpackStart(bytes, entry, left).catch((error: unknown) => {
      if (!(error instanceof BadArchive)) throw error;
      return { content: null, isWhole: false };
    });
    if (content === null) return 'It is damaged.';
    if (!isWhole)
      return `It has more than ${MOST_SKILL_BYTES / 1024 ** 2} MiB, or there is too much at once.`;
    left -= content.length;
    files.set(path, content);
  }
  return files;
}

/** What archivers leave beside the files. */
function isLitter(name: string): boolean {
  return /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|\.git\/|__pycache__\/|\._)/.test(name);
}

function isPlainPath(path: string): boolean {
  return (
    path.length <= MOST_PATH_CHARACTERS &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\p{C}]/u.test(part))
  );
}

function readOne(folder: string, files: Map<string, Buffer>): PackedSkill | LeftOutSkill {
  const text = files.get(SKILL_FILE) ?? Buffer.alloc(0);
  if (text.length > MOST_SKILL_FILE_BYTES)
    return { folder, problem: `Its ${SKILL_FILE} has more than ${MOST_SKILL_FILE_BYTES / 1024} KiB.` };
  const read = readSkillFile(text.toString('utf8'));
  return read.ok ? { ...read.title, files } : { folder, problem: read.problem };
}

function packOf(found: readonly (PackedSkill | LeftOutSkill)[]): Pack {
  const pack: Pack = { skills: [], leftOut: [] };
  for (const one of found) {
    if (!('files' in one)) pack.leftOut.push(one);
    else if (pack.skills.some(({ name }) => name === one.name))
      pack.leftOut.push({ folder: one.name, problem: 'Another skill of this name comes with it.' });
    else pack.skills.push(one);
  }
  return pack;
}
