/** The engine proxy before a real engine: whose container it is, and what a workspace is at the moment of the start. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Policy } from '../../src/engine-proxy/policy.ts';
import { type EngineProxy, startEngineProxy } from '../../src/engine-proxy/proxy-server.ts';
import { containerOptions, sandboxUser } from '../../src/sandbox/docker/container-options.ts';
import { findEngineSocket } from '../../src/sandbox/docker/engine-socket.ts';
import { findEngine } from '../../src/sandbox/docker/find-engine.ts';
import { sandboxImageTag } from '../../src/sandbox/docker/image.ts';
import { DEFAULT_LIMITS } from '../../src/sandbox/types.ts';
import { testWith } from '../support/needs.ts';
import { docker } from '../support/sandbox-under-test.ts';

let folder: string;
let policy: Policy;
let proxy: EngineProxy;
const refusals: string[] = [];

beforeAll(async () => {
  const [found, engine] = [await findEngine(), findEngineSocket(process.env)];
  if (!found.found || !engine.found) throw new Error('no engine answers');
  folder = mkdtempSync(join(tmpdir(), 'pa-proxy-'));
  const { facts } = found;
  policy = {
    ...{
      instance: randomUUID(),
      image: sandboxImageTag({ libraries: 'usual', own: [] }),
      user: sandboxUser(facts),
      facts,
    },
    workspaces: join(folder, 'workspaces'),
  };
  mkdirSync(policy.workspaces);
  proxy = await startEngineProxy({
    policy,
    engineSocket: engine.path,
    socket: join(folder, 'engine.sock'),
    onRefused: (line) => refusals.push(line),
  });
});

afterAll(async () => {
  if (!proxy) return;
  const own = docker('ps', '-aq', '--filter', `label=com.paperagent.instance=${policy.instance}`);
  for (const id of own.split('\n').filter(Boolean)) docker('rm', '-f', id);
  await proxy.close();
  rmSync(folder, { recursive: true, force: true });
});

const withEngine = testWith('docker');

async function ask(line: string, body?: object, socketPath = join(folder, 'engine.sock')) {
  const [method, path] = line.split(' ');
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request({ socketPath, method, path, headers, agent: false }, resolve).on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
  const said = await text(answer);
  return { status: answer.statusCode, body: said === '' ? {} : JSON.parse(said) };
}

const newName = () => `paperagent-run-${randomBytes(12).toString('hex')}`;

/** What a worker would send for a run in this workspace. */
function runIn(workspace: string) {
  return containerOptions({
    ...policy,
    ...{ workspace, limits: DEFAULT_LIMITS },
    purpose: {
      kind: 'run',
      workId: workspace.split('/').at(-1) ?? '',
      ...{ turn: 1, toolCallId: 'call', deadline: new Date().toISOString(), order: '{}' },
    },
  });
}

function newWorkspace(): string {
  const workspace = join(policy.workspaces, randomUUID());
  mkdirSync(workspace);
  return workspace;
}

withEngine('S1: what it refuses is answered with 403 and a sentence, and told to the log', async () => {
  const { status, body } = await ask('POST /containers/create?name=postgres', { Image: 'x' });
  expect({ status, body }).toEqual({
    status: 403,
    body: { message: expect.stringMatching(/^refused by the engine proxy: its name is not/) },
  });
  expect(refusals.at(-1)).toMatch(/^POST \/containers\/create\?name=postgres: its name is not/);
});

withEngine("S1: nothing is done to, or told of, a container that is not the instance's own", async () => {
  const name = newName();
  docker('create', '--name', name, '--label', 'com.paperagent.instance=other', policy.image, 'true');
  try {
    for (const line of [
      `GET /containers/${name}/json`,
      `POST /containers/${name}/start`,
      `POST /containers/${name}/kill?signal=SIGKILL`,
      `GET /containers/${name}/logs?stdout=1`,
      `DELETE /containers/${name}?force=true`,
    ])
      expect(await ask(line)).toMatchObject({
        status: 403,
        body: { message: expect.stringContaining('not of this instance') },
      });
    expect(docker('inspect', '-f', '{{.State.Status}}', name).trim()).toBe('created');
  } finally {
    docker('rm', '-f', name);
  }
});

withEngine('S3: a workspace that is a link, or is not there, is not mounted', async () => {
  const linked = join(policy.workspaces, randomUUID());
  symlinkSync('/etc', linked);
  for (const workspace of [linked, join(policy.workspaces, randomUUID())])
    expect(await ask(`POST /containers/create?name=${newName()}`, runIn(workspace))).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('is not a folder') },
    });
});

withEngine(
  'S3: a workspace that became a link after its container was made is not mounted either',
  async () => {
    const [workspace, name] = [newWorkspace(), newName()];
    expect(await ask(`POST /containers/create?name=${name}`, runIn(workspace))).toMatchObject({
      status: 201,
    });
    renameSync(workspace, `${workspace}-moved`);
    symlinkSync('/etc', workspace);
    expect(await ask(`POST /containers/${name}/start`)).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('is not a folder') },
    });
    expect(await ask(`DELETE /containers/${name}?force=true&v=true`)).toMatchObject({ status: 204 });
  },
);

withEngine("S1: of the engine's machine no more is told than the sandbox needs", async () => {
  const { body } = await ask('GET /info');
  expect(Object.keys(body).sort()).not.toContain('Name');
  expect(body).toMatchObject({ OSType: 'linux', ServerVersion: expect.any(String) });
});

withEngine('an engine that is away is an answer of 502, which is tried again', async () => {
  const socket = join(folder, 'alone.sock');
  const alone = await startEngineProxy({
    ...{ policy, socket, engineSocket: join(folder, 'nothing.sock'), onRefused: () => {} },
  });
  try {
    expect(await ask('GET /info', undefined, socket)).toMatchObject({ status: 502 });
  } finally {
    await alone.close();
  }
});
