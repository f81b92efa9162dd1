/** What generated code may try, against both sandboxes: each attempt is contained, ends as it should, and harms nothing. */

import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../src/sandbox/types.ts';
import { openWorkspace } from '../../src/workspace/workspace.ts';
import { testWith } from '../support/needs.ts';
import { processesWith } from '../support/sandbox-processes.ts';
import { kindOf, openSandbox, type SandboxUnderTest, WAYS } from '../support/sandbox-under-test.ts';
import { until } from '../support/until.ts';

const MIB = 1024 ** 2;

function attackProgram(name: string): string {
  return readFileSync(new URL(`../support/attacks/${name}.py`, import.meta.url), 'utf8');
}

describe.each(WAYS)('%s', (way) => {
  const test = testWith(kindOf(way));
  let box: SandboxUnderTest;
  let outside: string;
  let secretFile: string;
  const secret = `secret-${randomUUID()}`;

  beforeAll(async () => {
    process.env.PA_TEST_SECRET = secret;
    outside = mkdtempSync(join(tmpdir(), 'pa-outside-'));
    secretFile = join(outside, 'secret.txt');
    writeFileSync(secretFile, secret);
    chmodSync(secretFile, 0o644);
    chmodSync(outside, 0o755);
    box = await openSandbox(way);
  });

  afterAll(async () => {
    delete process.env.PA_TEST_SECRET;
    if (!box) return;
    await box.dispose();
    rmSync(outside, { recursive: true, force: true });
  });

  /** An attack, followed by a look at the host and by a run that has to work as if nothing had been. */
  const attack = (name: string, body: () => Promise<void>, ms = 30_000) =>
    test(
      name,
      async () => {
        const before = statSync(secretFile);
        await body();
        expect(readFileSync(secretFile, 'utf8')).toBe(secret);
        const { uid, gid, mode, mtimeMs } = statSync(secretFile);
        expect({ uid, gid, mode, mtimeMs }).toEqual({
          uid: before.uid,
          gid: before.gid,
          mode: before.mode,
          mtimeMs: before.mtimeMs,
        });
        await cleanWorkspace();
        const next = await box.run('print("the next run works")');
        expect(next.ending).toMatchObject({ kind: 'exited', code: 0 });
        expect(next.stdout).toBe('the next run works\n');
      },
      ms,
    );

  /** What a person would delete after a run that filled the disk. */
  const cleanWorkspace = async () => {
    rmSync(box.workspace, { recursive: true, force: true });
    await box.dispose();
    box = await openSandbox(way);
  };

  attack('S2: a fork bomb ends by itself or at its deadline, and leaves no process', async () => {
    const marker = `bomb-${randomUUID()}`;
    const { ending } = await box.run(
      `import os, sys, time
if len(sys.argv) < 2: os.execv(sys.executable, [sys.executable, __file__, '${marker}'])
while True:
    try: os.fork()
    except OSError: time.sleep(0.01)
`,
      { limits: { deadlineMs: 1_500 } },
    );
    expect(['timed_out', 'exited']).toContain(ending.kind);
    expect(processesWith(marker)).toEqual([]);
  });

  attack('S2: at most 128 processes run at once', async () => {
    const { stdout } = await box.run(`import os, time
count = 0
try:
    while count < 1000:
        if os.fork() == 0: time.sleep(100)
        count += 1
except OSError: pass
print(count)
`);
    expect(Number(stdout)).toBeGreaterThan(50);
    expect(Number(stdout)).toBeLessThanOrEqual(128);
  });

  attack('S10: a memory bomb ends as out_of_memory, with the figure', async () => {
    const { ending } = await box.run('hoard = []\nwhile True: hoard.append(bytearray(4 * 1024 ** 2))', {
      limits: { memoryBytes: 256 * MIB, deadlineMs: 20_000 },
    });
    expect(ending.kind).toBe('out_of_memory');
    expect(ending.message).toMatch(/^out of memory: the limit is 256 MiB/);
  });

  attack('S10: a memory bomb in another process ends the whole run as out_of_memory', async () => {
    const { ending } = await box.run(
      `import multiprocessing, time
def bomb():
    hoard = []
    while True: hoard.append(bytearray(4 * 1024 ** 2))
if __name__ == '__main__':
    multiprocessing.Process(target=bomb).start()
    time.sleep(100)
`,
      { limits: { memoryBytes: 256 * MIB, deadlineMs: 20_000 } },
    );
    expect(ending.kind).toBe('out_of_memory');
  });

  attack('S2: temporary files cannot take the memory of the host', async () => {
    const { ending, stdout } = await box.run(`
for folder in ('/tmp', '/dev/shm'):
    try:
        with open(folder + '/big', 'wb') as file:
            for _ in range(300): file.write(bytes(1024 ** 2))
        print('wrote it all')
    except OSError as error: print(error.errno)
`);
    expect(ending.kind).toBe('exited');
    expect(stdout).toBe('28\n28\n');
  });

  attack('S6: 10 GiB of files end as disk_limit, with the figure', async () => {
    const { ending } = await box.run(
      `piece = bytes(1024 ** 2)
for number in range(400):
    with open(f'data-{number}', 'wb') as file:
        for _ in range(25): file.write(piece)
`,
      { limits: { workspaceBytes: 128 * MIB } },
    );
    expect(ending.kind).toBe('disk_limit');
    expect(ending.message).toMatch(/^disk limit: the workspace may hold 128 MiB/);
  });

  attack('S6: files count whose names are no UTF-8, in folders whose names are none', async () => {
    const { ending } = await box.run(
      `import os, time
os.mkdir(b'\\xff'); os.chdir(b'\\xff')
for number in range(40):
    with open(b'\\xfe%d' % number, 'wb') as file: file.write(bytes(1024 ** 2))
time.sleep(20)`,
      { limits: { workspaceBytes: 32 * MIB } },
    );
    expect(ending.kind).toBe('disk_limit');
    expect(ending.message).toMatch(/^disk limit: the workspace may hold 32 MiB/);
  });

  attack('S2: one file of 10 GiB is refused at 256 MiB', async () => {
    const { ending, stderr } = await box.run(`with open('big', 'wb') as file:
    for _ in range(10 * 1024): file.write(bytes(1024 ** 2))`);
    expect(ending).toMatchObject({ kind: 'exited', code: 1 });
    expect(stderr).toContain('File too large');
    expect(statSync(join(box.workspace, 'big')).size).toBeLessThanOrEqual(256 * MIB);
  });

  attack('S6: a million files end as disk_limit', async () => {
    const { ending } = await box.run('for n in range(10 ** 6): open(str(n), "w").close()');
    expect(ending.kind).toBe('disk_limit');
    expect(ending.message).toContain('10,000 files');
  });

  attack('S6: folders too deep to count end as disk_limit', async () => {
    const { ending } = await box.run(`import os, time
for n in range(200):
    os.mkdir('d' * 200)
    os.chdir('d' * 200)
time.sleep(20)`);
    expect(ending.kind).toBe('disk_limit');
  });

  attack('SR-C2: no room on the disk can be had without writing; what libraries ask for works', async () => {
    const { stdout } = await box.run(attackProgram('fill_by_fallocate'));
    expect(stdout).toBe('0\n');
    const earnest = await box.run(attackProgram('posix_fallocate'));
    expect(earnest.stderr).toBe('');
    expect(earnest.stdout).toBe(`${8 * MIB} 8000000\n`);
  });

  attack(
    'SR-C2: sparse files end as disk_limit by their length, and no code runs over the limit',
    async () => {
      const { ending } = await box.run(attackProgram('sparse_files'));
      expect(ending.kind).toBe('disk_limit');
      const again = await box.run('print("ran")');
      expect(again.ending.kind).toBe('disk_limit');
      expect(again.ending.message).toContain('no code runs in it until files are deleted');
      expect(again.stdout).toBe('');
      const workspace = openWorkspace(box.workspace);
      const target = { bytes: DEFAULT_LIMITS.workspaceBytes, entries: 10_000, diskBytes: 0 };
      // How many there are depends on when it was ended; four of them fit.
      const made = readdirSync(box.workspace).filter((name) => name.startsWith('sparse-')).length;
      expect(made).toBeGreaterThan(4);
      const removed = await workspace.trim({ before: new Map(), keep: [], target });
      expect(removed).toBeGreaterThanOrEqual(made - 4);
      expect((await box.run('print("ran")')).stdout).toBe('ran\n');
    },
  );

  attack('SR-C2: no file grows past what the Work has left', async () => {
    const full = join(box.workspace, 'full');
    writeFileSync(full, '');
    truncateSync(full, 1020 * MIB);
    const { stdout } = await box.run(`import resource
print(resource.getrlimit(resource.RLIMIT_FSIZE)[0] <= 4 * 1024 ** 2)`);
    expect(stdout).toBe('True\n');
  });

  attack(
    'SR-M6: folders nested without end end as disk_limit, and are removed with few of them open',
    async () => {
      const { ending } = await box.run(attackProgram('nested_folders'));
      expect(ending.kind).toBe('disk_limit');
      const target = { bytes: DEFAULT_LIMITS.workspaceBytes, entries: 10_000, diskBytes: 0 };
      expect(await openWorkspace(box.workspace).trim({ before: new Map(), keep: [], target })).toBe(1);
    },
    120_000,
  );

  attack('SR-H3: no file gets a bit that lends its owner to whoever starts it', async () => {
    const { stdout, stderr } = await box.run(attackProgram('set_id_bits'));
    expect(stderr).toBe('');
    expect(stdout).toBe('tried\n');
  });

  attack('SR-H3: such a bit that is there already is taken off before a run', async () => {
    const file = join(box.workspace, 'old');
    writeFileSync(file, '');
    chmodSync(file, 0o6755);
    await box.run('print()');
    expect(statSync(file).mode & 0o7777).toBe(0o755);
  });

  attack('SR-M5: what a shell above left open leads nowhere inside', async () => {
    const { stdout } = await box.run(attackProgram('inherited_descriptors').replace('MARKER', outside));
    expect(stdout).toBe('tried\n');
  });

  attack("SR-L7: the first process's command line names no folder of the host", async () => {
    const { stdout } = await box.run(attackProgram('host_paths'));
    expect(stdout).not.toContain(box.workspace);
  });

  attack(
    'SR-H4: memory in sockets and page tables counts, or is refused',
    async () => {
      for (const name of ['socket_buffers', 'page_tables']) {
        const { ending, stdout } = await box.run(attackProgram(name), { limits: { memoryBytes: 256 * MIB } });
        if (ending.kind !== 'out_of_memory')
          expect(Number(stdout.trim().split('\n').at(-1))).toBeLessThan(512);
      }
      expect(Number((await box.run(attackProgram('message_queues'))).stdout)).toBe(0);
    },
    60_000,
  );

  attack('S5: a flood of output ends as output_limit after 4 MiB', async () => {
    const { ending, bytes } = await box.run('while True: print("x" * 1000)');
    expect(ending.kind).toBe('output_limit');
    expect(ending.message).toMatch(/^output limit: more than 4 MiB/);
    expect(bytes.stdout).toBeGreaterThanOrEqual(4 * MIB);
    expect(bytes.stdout).toBeLessThan(4.1 * MIB);
  });

  attack(
    'S5: what is written past the sandbox, into its own log, ends as output_limit or nowhere',
    async () => {
      const memory = process.memoryUsage.rss();
      const { ending, stdout } = await box.run(
        `import glob, os
ways = []
for path in glob.glob('/proc/[0-9]*/fd/*'):
    if path.startswith(f'/proc/{os.getpid()}/'): continue
    try: ways.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError: pass
if not ways: print('no way')
while ways:
    for way in ways:
        try: os.write(way, b'x' * 16384)
        except OSError: pass`,
        { limits: { deadlineMs: 8_000 } },
      );
      // With bubblewrap there may be no such place at all.
      expect(stdout.startsWith('no way') ? 'output_limit' : ending.kind).toBe('output_limit');
      expect(stdout.length).toBeLessThan(5 * MIB);
      expect(process.memoryUsage.rss() - memory).toBeLessThan(200 * MIB);
    },
  );

  attack('S5: binary output is counted to the byte, and what is no UTF-8 becomes U+FFFD', async () => {
    const { ending, stdout, bytes } = await box.run(
      'import os\nfor _ in range(100): os.write(1, bytes(range(256)))\nos.write(1, "€".encode()[:2])',
    );
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(bytes.stdout).toBe(25_602);
    expect(stdout).toContain('\ufffd');
    expect(stdout).not.toMatch(/[\ud800-\udfff]/);
  });

  attack('S5: characters are whole however they were written', async () => {
    const { stdout } = await box.run(`import os, time
for byte in '估计π的值 🎲'.encode():
    os.write(1, bytes([byte])); time.sleep(0.003)
print('的' * 30000)`);
    expect(stdout).toBe(`估计π的值 🎲${'的'.repeat(30_000)}\n`);
  });

  attack('S4: sleeping past the deadline ends as timed_out, with the figure', async () => {
    const { ending, stdout, ms } = await box.run('print("before")\nimport time\ntime.sleep(100)', {
      limits: { deadlineMs: 1_000 },
    });
    expect(ending).toMatchObject({ kind: 'timed_out', message: 'timed out after 1 s' });
    expect(stdout).toBe('before\n');
    expect(ms).toBeLessThan(5_000);
  });

  attack('S4: who ignores SIGTERM is killed 5 s later', async () => {
    const { ending, ms } = await box.run(
      'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)',
      { limits: { deadlineMs: 500 } },
    );
    expect(ending).toMatchObject({ kind: 'timed_out', message: 'timed out after 500 ms' });
    expect(ms).toBeGreaterThan(5_000);
    expect(ms).toBeLessThan(9_000);
  });

  attack('S4: a script may use its SIGTERM to save what it has', async () => {
    const { ending, stdout } = await box.run(
      `import signal, sys, time
def save(*_): print('saved'); sys.exit(0)
signal.signal(signal.SIGTERM, save)
while True: time.sleep(0.1)`,
      { limits: { deadlineMs: 3_000 } },
    );
    expect(ending.kind).toBe('timed_out');
    expect(stdout).toBe('saved\n');
  });

  attack('S9: cancelling ends a run within a second, and what it printed was reported', async () => {
    const stop = new AbortController();
    let stopped = 0;
    const { ending, stdout } = await box.run(
      'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint("begun")\nwhile True: time.sleep(1)',
      {
        signal: stop.signal,
        onText: () => {
          stopped = performance.now();
          stop.abort();
        },
      },
    );
    expect(performance.now() - stopped).toBeLessThan(1_000);
    expect(ending.kind).toBe('cancelled');
    expect(ending.message).toMatch(/^stopped after/);
    expect(stdout).toBe('begun\n');
  });

  attack('S1: a daemon that detaches does not outlive its run', async () => {
    const marker = `daemon-${randomUUID()}`;
    const { ending, stdout, ms } = await box.run(`import os, subprocess, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)', '${marker}'])
        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(100)', '${marker}'])
    os._exit(0)
os.wait()
print('done')`);
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(stdout).toBe('done\n');
    expect(ms).toBeLessThan(10_000);
    await until(() => processesWith(marker).length === 0, 'the daemon is gone', 2_000);
  });

  attack(
    'S7: links and a FIFO in place of files neither block a run nor lead out of the workspace',
    async () => {
      const { ending } = await box.run(`import os
os.mkfifo('paper.md'); os.mkdir('images'); os.mkfifo('images/figure.png')
os.symlink('${secretFile}', 'stolen.txt'); os.symlink('${outside}', 'folder'); os.symlink('/', 'root')
os.symlink('loop', 'loop')
os.link('code/' + os.listdir('code')[0], 'hard')
with open('images/not.png', 'wb') as file: file.write(b'not a png')`);
      expect(ending).toMatchObject({ kind: 'exited', code: 0 });
      const again = await box.run('print(open("stolen.txt").read())');
      expect(again.ending).toMatchObject({ kind: 'exited', code: 1 });
      expect(again.stdout).not.toContain(secret);
      expect(again.stderr).toContain('FileNotFoundError');
    },
  );

  attack('S7: file names of any bytes harm nothing', async () => {
    const first = await box.run(`import os
for name in (b'new\\nline', b'x' * 255, b'\\xff\\xfe', b'-rf', b'*', ' \\u202e'.encode()):
    os.mkdir(name); open(os.path.join(name, name[:200]), 'w').close()`);
    expect(first.ending).toMatchObject({ kind: 'exited', code: 0 });
    const second = await box.run(
      'import os\nprint(len(os.listdir(b".")))\nopen(b"\\xff\\xfe/new", "w").close()',
    );
    expect(second.stdout).toBe('7\n');
  });

  attack('S7: a script outside the workspace is no script', async () => {
    for (const script of ['../x.py', '/etc/passwd', 'code/../../x.py', './x.py', 'code//x.py', 'a\nb', ''])
      await expect(box.runScript(script)).rejects.toThrow(RangeError);
  });

  attack('S3: neither secrets, nor the host and its files, nor other processes can be seen', async () => {
    const { ending, stdout, stderr } = await box.run(`import glob, os
print(dict(os.environ))
for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline') + [
    '${secretFile}', '/etc/shadow', '/proc/1/root/etc/shadow', '/proc/self/root${secretFile}', '/proc/kcore',
    '/root/.ssh/id_rsa', '/var/run/docker.sock', '/sys/kernel/security']:
    try: print(path, open(path, 'rb').read())
    except OSError as error: print(path, error.strerror)
print(len(glob.glob('/proc/[0-9]*')), 'processes')
print([name for name in ('/home', '/var/lib/docker', '${outside}') if os.path.exists(name) and os.listdir(name)])`);
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout).not.toContain('root:');
    expect(Number(/(\d+) processes/.exec(stdout)?.[1])).toBeLessThan(6);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('[]');
  });

  attack('S2: nothing outside the workspace can be written', async () => {
    const { stdout } =
      await box.run(`for path in ('/x', '/usr/x', '/etc/x', '/opt/x', '/dev/x', '/proc/sys/kernel/core_pattern',
             '/opt/paperagent/bootstrap.py', '/sys/x', '/proc/sysrq-trigger'):
    try: open(path, 'w').write('x'); print('wrote', path)
    except OSError: pass
print('tried')`);
    expect(stdout).toBe('tried\n');
  });

  attack('S2: the process has no privilege and cannot gain one', async () => {
    const { stdout } = await box.run(`import os, resource
status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
print(os.getuid() != 0, set(os.getgroups()) <= {os.getgid()}, status['NoNewPrivs'], status['Seccomp'])
print([status[name] for name in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb')])
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_FSIZE))
for action in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.chroot('/'), lambda: os.nice(-5)):
    try: action(); print('could')
    except OSError: pass`);
    expect(stdout).toBe(
      `True True 1 2\n${JSON.stringify(Array(4).fill('0000000000000000')).replaceAll('"', "'").replaceAll(',', ', ')}\n` +
        '(1024, 1024) (0, 0) (268435456, 268435456)\n',
    );
  });

  attack('S2: system calls that let code out of containers are refused', async () => {
    const { stdout, stderr } = await box.run(`import ctypes, errno, os, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == 'x86_64'
calls = {'io_uring_setup': 425, 'clone3': 435, 'open_tree': 428, 'fsopen': 430,
         'bpf': 321 if x86 else 280, 'userfaultfd': 323 if x86 else 282, 'keyctl': 250 if x86 else 219,
         'add_key': 248 if x86 else 217, 'ptrace': 101 if x86 else 117, 'mount': 165 if x86 else 40,
         'umount2': 166 if x86 else 39, 'unshare': 272 if x86 else 97, 'setns': 308 if x86 else 268,
         'perf_event_open': 298 if x86 else 241, 'process_vm_readv': 310 if x86 else 270,
         'pivot_root': 155 if x86 else 41, 'init_module': 175 if x86 else 105}
for name, number in calls.items():
    ctypes.set_errno(0)
    result = libc.syscall(number, 0, 0, 0, 0, 0)
    if result != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS): print(name, result, ctypes.get_errno())
for flags in (0x10000000, 0x20000, 0x40000000):
    if libc.syscall(56 if x86 else 220, flags | 17, 0, 0, 0, 0) != -1: print('clone', hex(flags))
if x86 and os.fork() == 0: os._exit(libc.syscall(0x40000000 | 39) != -1)
if x86 and os.wait()[1] > 255: print('x32')
for family in (16, 17, 31, 38, 40):  # netlink, packet, bluetooth, crypto, vsock
    try: socket.socket(family, socket.SOCK_RAW); print(family)
    except OSError as error:
        if error.errno != errno.EPERM: print(family, error)
print(os.system('unshare -Ur true 2>/dev/null') != 0)`);
    expect(stderr).toBe('');
    expect(stdout).toBe('True\n');
  });

  attack('S2: nothing answers on any network', async () => {
    const names = [
      { port: 0, host: '127.0.0.1' },
      { path: `\0pa-${randomUUID()}` },
      { path: join(outside, 'socket') },
    ];
    let connections = 0;
    const servers = await Promise.all(
      names.map(
        (name) =>
          new Promise<Server>((resolve) => {
            const server = createServer(() => {
              connections += 1;
            });
            server.listen(name, () => resolve(server));
          }),
      ),
    );
    const { port } = (servers[0] as Server).address() as { port: number };
    const { stdout } = await box.run(`import socket
def tried(what):
    try: what(); print('connected')
    except OSError: pass
tried(lambda: socket.create_connection(('127.0.0.1', ${port}), 1))
tried(lambda: socket.create_connection(('192.0.2.1', 80), 1))
tried(lambda: socket.create_connection(('172.17.0.1', ${port}), 1))
tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53)))
tried(lambda: socket.getaddrinfo('example.com', 80))
for name in (${JSON.stringify(names[1]?.path)}, '${join(outside, 'socket')}', '/var/run/docker.sock'):
    tried(lambda: socket.socket(socket.AF_UNIX).connect(name))
print('tried')`);
    for (const server of servers) server.close();
    expect(stdout).toBe('tried\n');
    expect(connections).toBe(0);
  });

  attack('S1: killing everything it can reach ends only the run itself', async () => {
    const { ending } = await box.run(
      `import os, signal
for pid in (1, -1, os.getpid()):
    try: os.kill(pid, signal.SIGKILL)
    except OSError: pass`,
    );
    // A container's relay may be among what it kills; then nobody is left who could say how it ended.
    expect(['exited', 'lost']).toContain(ending.kind);
  });

  attack('S4: stopping everything it can reach does not keep a run alive', async () => {
    const { ending } = await box.run(
      'import os, signal\ntry: os.kill(-1, signal.SIGSTOP)\nexcept OSError: pass\nos.kill(os.getpid(), signal.SIGSTOP)',
      { limits: { deadlineMs: 500 } },
    );
    expect(ending.kind).toBe('timed_out');
  });
});
