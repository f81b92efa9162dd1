/**
 * A process of its own, run as a worker is, that reads files of a workspace: `node memory-of-reading.ts FOLDER CALLS`,
 * where CALLS is a list of names of tools with their arguments. Prints what its memory grew by behind the first of them,
 * which loads what is there once for all (the tables of the detector of encodings are 50 MB), and how much each reading
 * took from the disk, as JSON.
 */
import type { Readable } from 'node:stream';
import { runFileTool } from '../../../src/activities/tools/run-file-tool.ts';
import type { ToolArguments } from '../../../src/domain/messages.ts';
import { createWorkspace } from '../../../src/workspace/create-workspace.ts';
import { toolContext } from './context.ts';

export interface Measured {
  grewMegabytes: number;
  readings: { ok: boolean; end: string; megabytes: number }[];
}

const [folder = '', calls = '[]'] = process.argv.slice(2);
const workspace = await createWorkspace(folder);
const opened: (Readable & { bytesRead?: number })[] = [];
const counting: typeof workspace = {
  ...workspace,
  openRead: async (...args) => {
    const file = await workspace.openRead(...args);
    opened.push(file.stream);
    return file;
  },
};

let before = 0;
let most = 0;
const look = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 2);
const readings: Measured['readings'] = [];
for (const [name, args] of JSON.parse(calls) as [string, ToolArguments][]) {
  const { ok, result } = await runFileTool(name, args, toolContext(counting));
  const bytes = opened.splice(0).reduce((sum, { bytesRead = 0 }) => sum + bytesRead, 0);
  if (readings.length === 0) {
    before = process.memoryUsage.rss();
    most = before;
  }
  readings.push({ ok, end: result.slice(-60), megabytes: bytes / 1024 ** 2 });
}
clearInterval(look);
const measured: Measured = { grewMegabytes: (most - before) / 1024 ** 2, readings };
console.log(JSON.stringify(measured));
process.exit();
