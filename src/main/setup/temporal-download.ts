/** The official build of the Temporal CLI: from its GitHub release, by its checksum, else from temporal.download. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { OnProgress } from './progress.ts';

/** A machine without the internet should not wait long to find that out. */
const CONNECT_MS = 5_000;
const DOWNLOAD_MS = 300_000;

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Downloads and unpacks the program to `file` (not yet executable). False when there is no build for this
 * machine, when no place answers, or when what came is not what was published.
 */
export async function downloadTemporal(
  version: string,
  file: string,
  onProgress: OnProgress,
): Promise<boolean> {
  const [system, processor] = [SYSTEMS[process.platform], PROCESSORS[process.arch]];
  if (!system || !processor) return false;
  const asset = `temporal_cli_${version}_${system}_${processor}.tar.gz`;
  const release = `https://github.com/temporalio/cli/releases/download/v${version}`;
  const places = [
    { url: `${release}/${asset}`, checksums: `${release}/checksums.txt` },
    { url: `https://temporal.download/cli/archive/v${version}?platform=${system}&arch=${processor}` },
  ];
  for (const { url, checksums } of places) {
    try {
      const wanted = checksums && (await publishedChecksum(checksums, asset));
      await unpack(await download(url, `${file}.tar.gz`, wanted), file);
      return true;
    } catch (error) {
      onProgress(`Temporal: not from ${new URL(url).host}: ${reason(error)}`);
    } finally {
      await rm(`${file}.tar.gz`, { force: true });
    }
  }
  return false;
}

async function publishedChecksum(url: string, asset: string): Promise<string> {
  const response = await get(url);
  const line = (await response.text()).split('\n').find((text) => text.trim().split(/\s+/)[1] === asset);
  if (!line) throw new Error(`no checksum of ${asset} is published`);
  return line.trim().split(/\s+/)[0] ?? '';
}

async function download(url: string, archive: string, wanted: string | undefined): Promise<string> {
  const response = await get(url);
  if (!response.body) throw new Error('an empty answer');
  const hash = createHash('sha256');
  await pipeline(
    Readable.fromWeb(response.body),
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
  if (wanted && sum !== wanted) throw new Error('its checksum is not the published one');
  return archive;
}

/** The answer's head within CONNECT_MS; its body is read without that limit. */
async function get(url: string): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error('no answer')), CONNECT_MS);
  try {
    const response = await fetch(url, { signal: patience.signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

async function unpack(archive: string, file: string): Promise<void> {
  let found = false;
  const entries = extract();
  const reading = pipeline(createReadStream(archive), createGunzip(), entries);
  // The reading's own failure ends the loop below as well; it is awaited after it.
  reading.catch(() => {});
  for await (const entry of entries) {
    if (entry.header.name.replace(/^\.\//, '') === 'temporal') {
      await pipeline(entry, createWriteStream(file));
      found = true;
    } else {
      entry.resume();
    }
  }
  await reading;
  if (!found) throw new Error('the archive holds no temporal program');
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
