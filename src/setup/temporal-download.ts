/** Official builds of Temporal's programs: from their GitHub releases, or the same from temporal.download; by the checksums of the releases. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { download as get } from '../network/download.ts';
import type { OnProgress } from './progress.ts';

/** A machine without the internet should not wait long to find that out. */
const ANSWER_MS = 5_000;
const DOWNLOAD_MS = 300_000;

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** What is left of an archive: the name of a program in it, and the file that it becomes (not yet executable). */
type Programs = Record<string, string>;

interface Place {
  url: string;
  /** Where the checksums are published, and the name of the archive in that list. */
  checksums: { url: string; asset: string };
}

/** How releases name this machine; undefined: there is no build for it. */
function thisMachine(): { system: string; processor: string } | undefined {
  const [system, processor] = [SYSTEMS[process.platform], PROCESSORS[process.arch]];
  return system && processor ? { system, processor } : undefined;
}

/**
 * Downloads and unpacks the CLI to `file`. False when there is no build for this machine, when no place answers, or
 * when what came is not what was published.
 */
export async function downloadTemporal(
  version: string,
  file: string,
  onProgress: OnProgress,
): Promise<boolean> {
  const machine = thisMachine();
  if (!machine) return false;
  const { system, processor } = machine;
  const asset = `temporal_cli_${version}_${system}_${processor}.tar.gz`;
  const release = `https://github.com/temporalio/cli/releases/download/v${version}`;
  const places = [
    { url: `${release}/${asset}`, checksums: { url: `${release}/checksums.txt`, asset } },
    // Another way to the archive, not another source: it has to be the one that the release has the checksum of.
    {
      url: `https://temporal.download/cli/archive/v${version}?platform=${system}&arch=${processor}`,
      checksums: { url: `${release}/checksums.txt`, asset },
    },
  ];
  return await fetchPrograms(places, { temporal: file }, onProgress);
}

/** The same for the programs of the server itself, which `programs` names. */
export async function downloadTemporalServer(
  version: string,
  programs: Programs,
  onProgress: OnProgress,
): Promise<boolean> {
  const machine = thisMachine();
  if (!machine) return false;
  const asset = `temporal_${version}_${machine.system}_${machine.processor}.tar.gz`;
  const release = `https://github.com/temporalio/temporal/releases/download/v${version}`;
  const place = { url: `${release}/${asset}`, checksums: { url: `${release}/checksums.txt`, asset } };
  return await fetchPrograms([place], programs, onProgress);
}

/**
 * Takes the programs from the first place whose archive is the published one (SR-M11); another is not unpacked.
 * False, with a line of progress for each place, when there is none.
 */
export async function fetchPrograms(
  places: Place[],
  programs: Programs,
  onProgress: OnProgress,
): Promise<boolean> {
  const archive = `${Object.values(programs)[0]}.tar.gz`;
  for (const { url, checksums } of places) {
    try {
      const wanted = await publishedChecksum(checksums.url, checksums.asset);
      await unpack(await download(url, archive, wanted), programs);
      return true;
    } catch (error) {
      onProgress(`Temporal: not from ${new URL(url).host}: ${reason(error)}`);
    } finally {
      await rm(archive, { force: true });
    }
  }
  return false;
}

async function publishedChecksum(url: string, asset: string): Promise<string> {
  const list = await text(await get(new URL(url), ANSWER_MS));
  const line = list.split('\n').find((each) => each.trim().split(/\s+/)[1] === asset);
  if (!line) throw new Error(`no checksum of ${asset} is published`);
  return line.trim().split(/\s+/)[0] ?? '';
}

async function download(url: string, archive: string, wanted: string): Promise<string> {
  const body = await get(new URL(url), ANSWER_MS);
  const hash = createHash('sha256');
  await pipeline(
    body,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(archive),
    { signal: AbortSignal.timeout(DOWNLOAD_MS) },
  );
  const sum = hash.digest('hex');
  if (sum !== wanted) throw new Error('its checksum is not the published one');
  return archive;
}

async function unpack(archive: string, programs: Programs): Promise<void> {
  const missing = new Map(Object.entries(programs));
  const entries = extract();
  const reading = pipeline(createReadStream(archive), createGunzip(), entries);
  // The reading's own failure ends the loop below as well; it is awaited after it.
  reading.catch(() => {});
  for await (const entry of entries) {
    const name = entry.header.name.replace(/^\.\//, '');
    const file = missing.get(name);
    if (file === undefined) {
      entry.resume();
      continue;
    }
    await pipeline(entry, createWriteStream(file));
    missing.delete(name);
  }
  await reading;
  if (missing.size > 0) throw new Error(`the archive holds no program ${[...missing.keys()].join(', ')}`);
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
