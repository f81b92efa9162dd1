/** Whoever follows a run may detach: the run goes on, and nothing of the follower stays behind (D7). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../src/sandbox/types.ts';
import { testWith } from '../support/needs.ts';
import { openSandbox, type SandboxUnderTest } from '../support/sandbox-under-test.ts';

const SILENT = `import pathlib, time
print('begun', flush=True)
open('begun', 'a').write('x')
while not pathlib.Path('go').exists(): time.sleep(0.02)
print('ended', flush=True)
`;

describe.each(['bubblewrap', 'docker'] as const)('%s', (kind) => {
  const test = testWith(kind);
  let box: SandboxUnderTest;

  beforeAll(async () => {
    box = await openSandbox(kind);
  });

  afterAll(() => box?.dispose());

  test('D7: a silent run is detached at once, goes on, and is reattached with the rest of its output', async () => {
    const script = 'code/silent.py';
    writeFileSync(join(box.workspace, script), SILENT);
    const key = box.newKey();
    const spec = { key, owner: 'nobody', workspace: box.workspace, script, limits: DEFAULT_LIMITS };
    const detach = new AbortController();
    const reason = new Error('the worker goes away');
    let told = { stdout: 0, stderr: 0 };
    let at = 0;
    const left = box.sandbox.run(spec, {
      progress: { stdout: 0, stderr: 0 },
      mayStart: true,
      signal: new AbortController().signal,
      detach: detach.signal,
      async onOutput({ bytes, text }) {
        told = { stdout: bytes, stderr: 0 };
        // A line may come in two pieces.
        if (!text.endsWith('\n')) return;
        at = performance.now();
        detach.abort(reason);
      },
    });
    await expect(left).rejects.toBe(reason);
    expect(performance.now() - at).toBeLessThan(1_000);
    const reattached = box.runScript(script, { key, mayStart: false, progress: told });
    writeFileSync(join(box.workspace, 'go'), '');
    expect(await reattached).toMatchObject({ ending: { kind: 'exited', code: 0 }, stdout: 'ended\n' });
    expect(readFileSync(join(box.workspace, 'begun'), 'utf8')).toBe('x');
  });
});
