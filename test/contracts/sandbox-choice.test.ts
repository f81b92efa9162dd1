/** Which sandbox is chosen, and what is said where there is none: a sentence, never an exception. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { chooseSandbox } from '../../src/sandbox/choose-sandbox.ts';
import { sandboxDoctor } from '../../src/sandbox/doctor.ts';
import { listsOf, packagesOf } from '../../src/sandbox/python-lists.ts';
import { testWith } from '../support/needs.ts';
import { sandboxConfig } from '../support/sandbox-under-test.ts';

const NO_ENGINE = 'unix:///nowhere/docker.sock';
const folder = mkdtempSync(join(tmpdir(), 'pa-choice-'));
const usual = process.env.DOCKER_HOST;

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  if (usual === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = usual;
});

test('F14: where Docker is asked for and no engine answers, there is none, and the reason says so', async () => {
  process.env.DOCKER_HOST = NO_ENGINE;
  const chosen = await chooseSandbox(sandboxConfig('docker', folder, 'choice'));
  expect(chosen).toEqual({
    sandbox: null,
    reason: expect.stringMatching(/^code cannot be run here: the Docker engine does not answer: /),
  });
});

testWith('bubblewrap')('F14: where no engine answers, bubblewrap is chosen, and why', async () => {
  process.env.DOCKER_HOST = NO_ENGINE;
  const chosen = await chooseSandbox({ ...sandboxConfig('docker', folder, 'choice'), mode: 'auto' });
  expect(chosen).toMatchObject({ kind: 'bubblewrap', why: expect.stringContaining('does not answer') });
});

test('F14: where there is neither, the reason names both and what to do', async () => {
  process.env.DOCKER_HOST = NO_ENGINE;
  const config = {
    ...sandboxConfig('docker', folder, 'choice'),
    mode: 'auto' as const,
    cacheDir: join(folder, 'empty'),
  };
  expect(await chooseSandbox(config)).toEqual({
    sandbox: null,
    reason: expect.stringMatching(
      /^code cannot be run here: the Docker engine .*; the Python environment .* `npm run sandbox`$/,
    ),
  });
});

testWith('bubblewrap')(
  'S11, W1: the doctor runs a script, and says each package with its version, and the fonts',
  async () => {
    const lines = await sandboxDoctor(sandboxConfig('bubblewrap', folder, 'choice'));
    expect(lines).toContainEqual(expect.stringMatching(/^SANDBOX=bubblewrap: bubblewrap /));
    expect(lines).toContainEqual(expect.stringMatching(/^a trial run finished in /));
    expect(lines).toContainEqual(
      expect.stringMatching(/^Python 3\.\S+ numpy .* pandas .* matplotlib .* scipy /),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^fonts: .*Noto/));
    expect(lines).toContainEqual(expect.stringMatching(/^numbers: numpy \d\S*, scipy \d/));
    // Each is there or said to be missing.
    const said = lines.join('\n');
    for (const { module } of listsOf('usual').flatMap(packagesOf))
      expect(said).toMatch(new RegExp(`[:,] ${module} \\d|^missing: ${module} \\(`, 'm'));
  },
);
