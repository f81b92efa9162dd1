/**
 * Runs a program in bubblewrap in a process that sees no control groups, as an ordinary user sees none that it may
 * make. usage: unshare --mount node run-without-group.ts PROGRAM.py MEMORY_MIB. Prints what came of it as JSON.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { openSandbox } from './sandbox-under-test.ts';

execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', '/sys/fs/cgroup']);
const [program = '', mib = '1024'] = process.argv.slice(2);
const box = await openSandbox('bubblewrap');
const limits = { memoryBytes: Number(mib) * 1024 ** 2, deadlineMs: 60_000 };
const { ending, stdout, stderr } = await box.run(readFileSync(program, 'utf8'), { limits });
await box.dispose();
process.stdout.write(`${JSON.stringify({ ending, stdout, stderr })}\n`);
