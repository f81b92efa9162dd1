/** What a run tells of itself reaches whoever asks, in every sandbox, whatever the run does to hide or to drown it (T2, T3). */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { MOST_FACTS } from '../../src/domain/runs.ts';
import { readTold } from '../../src/recording/told.ts';
import { TOLD_BYTES } from '../../src/sandbox/types.ts';
import { testWith } from '../support/needs.ts';
import {
  kindOf,
  openSandbox,
  PREPARING_OWNER,
  type RunOptions,
  type SandboxUnderTest,
  WAYS,
} from '../support/sandbox-under-test.ts';

describe.each(WAYS)('%s', (way) => {
  const test = testWith(kindOf(way));
  let box: SandboxUnderTest;

  beforeAll(async () => {
    box = await openSandbox(way);
  });
  beforeEach(() => {
    if (!box) return;
    rmSync(join(box.workspace, 'data'), { recursive: true, force: true });
    mkdirSync(join(box.workspace, 'data'));
    writeFileSync(join(box.workspace, 'data/in.csv'), 'a,b\n1,2\n3,4\n');
  });
  afterAll(() => box?.dispose());

  /** Runs it and reads what there is of it afterwards, as a process that reattaches would. */
  async function run(code: string, options: RunOptions = {}) {
    const key = options.key ?? box.newKey();
    const outcome = await box.run(code, { ...options, key });
    const traces = await box.sandbox.traces(key);
    return { ...outcome, traces, told: readTold(traces.told, outcome.ending.kind === 'exited') };
  }

  test('T2: record keeps any kind of number in full precision, with its unit and the script line', async () => {
    const { told, ending, stderr } = await run(`from paperagent import record
import numpy as np
from fractions import Fraction
from decimal import Decimal
record("third", 1 / 3)
record("count", 10**30, "people")
record("single", np.float32(0.1))
record("double", np.array([2.5]).mean())
record("integer", np.int64(-7))
record("element", np.array([[1.5]]))
record("fraction", Fraction(1, 4))
record("decimal", Decimal("1.10"))
record("nothing", float("nan"))
record(
    "infinite",
    -np.inf,
)
def inner():
    record("inner  one\\n", 5, "%")
inner()
`);
    expect(stderr).toBe('');
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(told.unseen).toBeUndefined();
    expect(told.facts.map(({ name, value, unit, scriptLine }) => [name, value, unit, scriptLine])).toEqual([
      ['third', '0.3333333333333333', undefined, 5],
      ['count', '1000000000000000000000000000000', 'people', 6],
      ['single', '0.1', undefined, 7],
      ['double', '2.5', undefined, 8],
      ['integer', '-7', undefined, 9],
      ['element', '1.5', undefined, 10],
      ['fraction', '0.25', undefined, 11],
      ['decimal', '1.10', undefined, 12],
      ['nothing', 'nan', undefined, 13],
      ['infinite', '-inf', undefined, expect.any(Number)],
      ['inner one', '5', '%', 19],
    ]);
  });

  test('T2: what is no number, and a name of a megabyte, is refused with a sentence, and the rest is kept', async () => {
    const { told, stdout } = await run(`from paperagent import record
import numpy as np
record("first", 1)
for name, value in [("list", [1, 2]), ("text", "3"), ("truth", True), ("array", np.arange(3)), ("complex", 1j),
                    ("x" * 2**20, 1), ("", 1), (None, 1), ("digits", 10**300), ("more digits", 10**5000)]:
    try:
        record(name, value)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
record("last", 2)
`);
    expect(told.facts.map(({ name }) => name)).toEqual(['first', 'last']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe(
      'TypeError record takes one number, and a value of type list is none: record each number by itself',
    );
    expect(lines[5]).toBe('ValueError record: the name has to have 1 to 200 characters, and has 1,048,576');
  });

  test('T2: what records is byte code that is there already, and loads no library that a script does not use', async () => {
    const { stdout, stderr } = await run(`import os, sys, paperagent
paperagent.record("one", 1)
print(os.path.exists(paperagent.__spec__.cached), "json" in sys.modules)
`);
    // A container's relay has loaded json for itself, before the script's process branched off.
    expect([stdout, stderr]).toEqual([`True ${kindOf(way) === 'bubblewrap' ? 'False' : 'True'}\n`, '']);
  });

  test('T3: twelve ways of reading a file are seen, each with the line of the script', async () => {
    writeFileSync(join(box.workspace, 'code/helper_module.py'), 'def two():\n    return 2\n');
    const prepared =
      await run(`import sqlite3, pickle, json, numpy as np, pandas as pd, matplotlib.pyplot as plt
frame = pd.DataFrame({"x": [1.0, 2.0]})
frame.to_parquet("data/p.parquet"); frame.to_excel("data/e.xlsx"); frame.to_csv("data/c.csv.gz")
np.save("data/n.npy", np.arange(3)); np.savetxt("data/t.txt", np.arange(3)); np.arange(3.0).tofile("data/raw.bin")
with open("data/o.json", "w") as file: json.dump([1], file)
with open("data/k.pkl", "wb") as file: pickle.dump(1, file)
plt.imsave("data/i.png", np.zeros((2, 2)))
base = sqlite3.connect("data/s.db"); base.execute("create table t (x)"); base.commit(); base.close()
np.memmap("data/m.bin", dtype="f8", mode="w+", shape=(3,)).flush()
`);
    expect(prepared.ending).toMatchObject({ kind: 'exited', code: 0 });
    const { told, ending, stderr } =
      await run(`import os, sqlite3, pickle, json, pathlib, numpy as np, pandas as pd, matplotlib.pyplot as plt
open("data/in.csv").read()
pathlib.Path("/workspace/data/o.json").read_text()
pd.read_csv("data/c.csv.gz")
pd.read_parquet("data/p.parquet")
pd.read_excel("data/e.xlsx")
np.load("data/n.npy")
np.loadtxt("data/t.txt")
np.fromfile("data/raw.bin")
os.close(os.open(b"data/k.pkl", os.O_RDONLY))
plt.imread("data/i.png")
sqlite3.connect("data/s.db").execute("select * from t")
np.memmap("data/m.bin", dtype="f8", mode="r")
import helper_module
for _ in range(3): open("data/in.csv").read()
open("/etc/localtime", "rb").close(); open("/tmp/x", "w").close()
try: open("data/none.csv")
except OSError: pass
open("data/out.txt", "w").write("1"); open("data/out.txt").read()
`);
    expect(stderr).toBe('');
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(told.unseen).toBeUndefined();
    expect(told.opened.map(({ how, path, scriptLine }) => `${how} ${path} ${scriptLine}`)).toEqual([
      'read data/in.csv 2',
      'read data/o.json 3',
      'read data/c.csv.gz 4',
      'read data/p.parquet 5',
      'read data/e.xlsx 6',
      'read data/n.npy 7',
      'read data/t.txt 8',
      'read data/raw.bin 9',
      'read data/k.pkl 10',
      'read data/i.png 11',
      'read data/s.db 12',
      'wrote data/s.db 12',
      'read data/m.bin 13',
      'read code/helper_module.py 14',
      'wrote data/out.txt 19',
      'read data/out.txt 19',
    ]);
  });

  const perhaps: [string, string, RegExp][] = [
    ['a child process', 'import subprocess; subprocess.run(["cat", "data/in.csv"])', /started .*cat/],
    ['a shell', 'import os; os.system("cat data/in.csv")', /started .*cat/],
    [
      'a Python that multiprocessing starts',
      `import multiprocessing
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    one = multiprocessing.Process(target=print); one.start(); one.join()`,
      /started .*python/,
    ],
    ['a library that opens files by itself', 'import h5py; h5py.File("data/x.h5", "w").close()', /h5py/],
    ['the end of the stream', 'import os; os.closerange(3, 100); open("data/in.csv").read()', /last word/],
    ['os._exit', 'import os; open("data/in.csv"); os._exit(0)', /last word/],
  ];
  test.each(perhaps)(
    'T3: after %s, what was read is not claimed to be all',
    async (...[, code, why]: [string, string, RegExp]) => {
      const { told, ending } = await run(code);
      expect(ending).toMatchObject({ kind: 'exited', code: 0 });
      expect(told.unseen).toMatch(why);
    },
  );

  test('T3: forked workers are heard, and programs that only look at the machine do no harm', async () => {
    const { told } = await run(`import os, platform, ctypes.util, multiprocessing
platform.processor(); ctypes.util.find_library("c")
def read(_): return open("data/in.csv").read()
with multiprocessing.get_context("fork").Pool(2) as pool: pool.map(read, range(4))
`);
    expect(told.unseen).toBeUndefined();
    expect(told.opened.map(({ path }) => path)).toContain('data/in.csv');
  });

  test('S12, T2: a prepared sandbox tells as any other', async () => {
    await box.sandbox.warm(PREPARING_OWNER, box.workspace);
    const { told } = await run(
      'from paperagent import record; import numpy as np\nrecord("x", np.loadtxt("data/in.csv", delimiter=",", skiprows=1).sum())',
      { owner: PREPARING_OWNER },
    );
    expect(told).toEqual({
      python: expect.stringMatching(/^3\./),
      facts: [{ name: 'x', value: '10.0', source: 'record', scriptLine: 2 }],
      opened: [expect.objectContaining({ path: 'data/in.csv', how: 'read', scriptLine: 2 })],
      moreFacts: false,
    });
  });

  test('T2: of a million facts the first are kept, it is said, and the run goes on', async () => {
    const { told, stdout, stderr } = await run(`from paperagent import record
for number in range(1_000_000): record("n", number)
print("done")`);
    expect(stdout).toBe('done\n');
    expect(stderr).toBe('record: 5,000 numbers of a run are kept, this one and the next are not\n');
    expect(told.facts).toHaveLength(MOST_FACTS);
    expect(told.facts.at(-1)?.value).toBe('4999');
    expect(told.moreFacts).toBe(true);
  });

  /** What a hostile script finds out in some way or other. */
  const FD = 'import os, paperagent; fd = paperagent.STREAM.fd\n';

  test('T2: forged lines are kept as far as they are what a run may say, and break nothing', async () => {
    const { told, ending } = await run(`${FD}
from paperagent import record
record("honest", 1)
for line in (b'["fact", "forged", "2", null, 1]', b'["fact", "no number", "<b>", null, 1]', b'{"a": 1}', b'\\xff\\xfe',
             b'["read", "../../etc/passwd", 1, 1, "1"]', b'[' * 5000, b't 0 AAAA', b'x {"code": 0}', b'', b'["fact"]'):
    os.write(fd, line + b"\\n")
record("after", 3)
`);
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(told.facts.map(({ name }) => name)).toEqual(['honest', 'forged', 'after']);
    expect(told.unseen).toMatch(/cannot be read/);
  });

  test('T2: whoever floods the stream is let go of: no more than its bound is kept, and the run goes on', async () => {
    const { traces, told, stdout } = await run(`${FD}
from paperagent import record
record("first", 1)
try:
    while True: os.write(fd, b"x" * 65536)
except OSError: print("let go of")
record("later", 2)
print("done")`);
    expect(stdout).toMatch(/let go of\n(later=2\n)?done\n/);
    expect(traces.told).toHaveLength(TOLD_BYTES);
    expect(told.facts.map(({ name }) => name)).toEqual(['first']);
    expect(told).toMatchObject({ moreFacts: true, unseen: expect.any(String) });
  });

  const killed: [string, string, string, object][] = [
    ['its deadline', 'timed_out', 'import time\nwhile True: time.sleep(1)', { deadlineMs: 1_500 }],
    ['its memory', 'out_of_memory', 'x = b"x" * 2**31', { memoryBytes: 200 * 1024 ** 2 }],
    ['too much output', 'output_limit', 'while True: print("x" * 10_000)', { outputBytes: 2 ** 20 }],
    ['a signal', 'exited', 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)', {}],
  ];
  test.each(killed)(
    'T2: what was recorded before a run is ended by %s is kept',
    async (...[, kind, code, limits]: [string, string, string, object]) => {
      const { told, ending } = await run(
        `from paperagent import record\nopen("data/in.csv").close()\nfor n in range(100): record(f"n{n}", n)\n${code}`,
        { limits },
      );
      expect(ending.kind).toBe(kind);
      expect(told.facts).toHaveLength(100);
      expect(told.opened.map(({ path }) => path)).toEqual(['data/in.csv']);
    },
  );

  test('T2: after a flood of output the facts that came before it are still there', async () => {
    const { told, traces } = await run(
      `from paperagent import record\nrecord("early", 1)\nfor n in range(300_000): print("0123456789")\nrecord("late", 2)`,
    );
    expect(told.facts.map(({ name }) => name)).toEqual(['early', 'late']);
    expect(told.unseen).toBeUndefined();
    expect(traces.stdout.length).toBe(3_300_000);
  });

  test('T2: a run of which nothing is left has left nothing', async () => {
    const key = box.newKey();
    expect(await box.sandbox.traces(key)).toEqual({ told: Buffer.alloc(0), stdout: Buffer.alloc(0) });
    await run('print(1)', { key });
    await box.sandbox.remove(key);
    expect(await box.sandbox.traces(key)).toEqual({ told: Buffer.alloc(0), stdout: Buffer.alloc(0) });
  });
});
