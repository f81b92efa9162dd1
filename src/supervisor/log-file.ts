/**
 * The log of one child process. The child writes into the file itself, not into a pipe of ours: so it goes on
 * when the supervisor is killed. The supervisor reads along and shows what a person should see.
 */
import { closeSync, copyFileSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const MOST_BYTES = 16 * 1024 * 1024;
const READ_EVERY_MS = 200;
/** When a log could not be put aside, this much more has to come before that is tried again. */
const TRY_AGAIN_BYTES = 1024 * 1024;

export interface LogFile {
  /** Open for appending; give it to a child as its standard output and error. */
  fd: number;
  /** The newest lines, oldest first, for the sentence about a child that did not start. */
  lastLines(): string[];
  close(): void;
}

/**
 * Opens `file` and calls `onLine` with each line that is written to it from now on.
 * @param report takes a line when the file cannot be read or put aside, which ends nothing
 */
export function openLogFile(
  file: string,
  onLine: (line: string) => void,
  report: (line: string) => void,
): LogFile {
  const fd = openSync(file, 'a', 0o600);
  const reader = openSync(file, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(65_536);
  let offset = fstatSync(reader).size;
  let most = MOST_BYTES;
  let rest = '';
  let last: string[] = [];
  let told = '';

  /** Called by a timer too, where an error would end the supervisor. */
  function read(): void {
    try {
      readOn();
    } catch (error) {
      if (told !== (error as Error).message) report(`${file} cannot be read: ${(error as Error).message}`);
      told = (error as Error).message;
    }
    if (offset > most) startOver();
  }

  function readOn(): void {
    for (let count = 1; count > 0; ) {
      count = readSync(reader, buffer, 0, buffer.length, offset);
      offset += count;
      const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
      rest = (lines.pop() ?? '').slice(-65_536);
      for (const line of lines) onLine(line);
      last = [...last, ...lines.filter((line) => line.trim() !== '')].slice(-20);
    }
  }

  /** Writers append, so the file may be cut under them. */
  function startOver(): void {
    try {
      copyFileSync(file, `${file}.1`);
      truncateSync(file);
      offset = 0;
      most = MOST_BYTES;
    } catch (error) {
      report(`${file} has ${offset} bytes and could not be put aside: ${(error as Error).message}`);
      most = offset + TRY_AGAIN_BYTES;
    }
  }

  const timer = setInterval(read, READ_EVERY_MS);
  return {
    fd,
    lastLines() {
      read();
      return last;
    },
    close() {
      clearInterval(timer);
      read();
      closeSync(reader);
      closeSync(fd);
    },
  };
}
