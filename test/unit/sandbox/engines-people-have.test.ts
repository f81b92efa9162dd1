/** Docker and bubblewrap as people's machines have them: other sockets, contexts, SELinux, snaps, Ubuntu, WSL. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { namespaceRemedy } from '../../../src/sandbox/bubblewrap/find-bubblewrap.ts';
import { containerOptions } from '../../../src/sandbox/docker/container-options.ts';
import { findEngineSocket } from '../../../src/sandbox/docker/engine-socket.ts';
import {
  type EngineInfo,
  factsOf,
  findEngine,
  isSnap,
  snapProblem,
} from '../../../src/sandbox/docker/find-engine.ts';
import { drivesRemedy } from '../../../src/setup/postgres.ts';

let home: string;
const servers: Server[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-home-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((closed) => server.close(closed));
  rmSync(home, { recursive: true, force: true });
});

async function listen(path: string): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  const server = createServer();
  servers.push(server);
  await new Promise<void>((listening) => server.listen(path, listening));
  return path;
}

function write(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

function context(name: string, Host: string): void {
  const folder = createHash('sha256').update(name).digest('hex');
  write(join(home, `.docker/contexts/meta/${folder}/meta.json`), {
    Name: name,
    Metadata: {},
    Endpoints: { docker: { Host, SkipTLSVerify: false } },
  });
}

const info: EngineInfo = {
  ServerVersion: '29.0',
  OSType: 'linux',
  SecurityOptions: ['name=seccomp,profile=builtin'],
};

test("S1: the engine of the current context is found, that of DOCKER_CONTEXT before it, DOCKER_HOST's before all", async () => {
  const [colima, other] = [await listen(join(home, 'colima.sock')), await listen(join(home, 'other.sock'))];
  context('colima', `unix://${colima}`);
  context('other', `unix://${other}`);
  write(join(home, '.docker/config.json'), { currentContext: 'colima', auths: {} });
  expect(findEngineSocket({}, home)).toEqual({ found: true, path: colima });
  expect(findEngineSocket({ DOCKER_CONTEXT: 'other' }, home)).toEqual({ found: true, path: other });
  const env = { DOCKER_HOST: `unix://${other}`, DOCKER_CONTEXT: 'colima' };
  expect(findEngineSocket(env, home)).toEqual({ found: true, path: other });
});

test('F14: a context that is remote, unknown or unreadable is said in one sentence that names it', () => {
  context('far', 'ssh://me@far');
  expect(findEngineSocket({ DOCKER_CONTEXT: 'far' }, home)).toEqual({
    found: false,
    reason: 'the Docker engine of the context "far", ssh://me@far, is on no local socket',
  });
  expect(findEngineSocket({ DOCKER_CONTEXT: 'gone' }, home)).toMatchObject({
    reason: expect.stringContaining('the context "gone"'),
  });
  write(join(home, '.docker/config.json'), '{');
  expect(findEngineSocket({}, home)).toMatchObject({ reason: expect.stringContaining('cannot be read') });
});

test.each([
  '.docker/desktop/docker.sock',
  '.colima/default/docker.sock',
  '.rd/docker.sock',
  '.orbstack/run/docker.sock',
  'run/podman/podman.sock',
])('S1: an engine that listens at %s is found where the machine has no other', async (place) => {
  const path = await listen(join(home, place));
  const found = findEngineSocket({ XDG_RUNTIME_DIR: join(home, 'run') }, home);
  // A machine with an engine of its own has that one, which comes first.
  const own = findEngineSocket({}, join(home, 'nobody'));
  expect(found).toEqual(own.found && own.path === '/var/run/docker.sock' ? own : { found: true, path });
});

test('F14: an engine without a CPU quota is asked for none, and its lack is said', async () => {
  const without = { ...info, CpuCfsQuota: false };
  expect(factsOf(info).cpuQuota).toBe(true);
  expect(factsOf(without).cpuQuota).toBe(false);
  expect(optionsFor(without).HostConfig).not.toHaveProperty('NanoCpus');
  expect(optionsFor(info).HostConfig).toMatchObject({ NanoCpus: 1_000_000_000 });
});

test('S2: where SELinux is enforced the workspace is relabelled for all containers, elsewhere it is left alone', () => {
  const enforced = { ...info, SecurityOptions: ['name=selinux'] };
  expect(optionsFor(enforced).HostConfig).toMatchObject({ Binds: ['/srv/w:/workspace:z'] });
  expect(optionsFor(enforced).HostConfig).not.toHaveProperty('Mounts');
  expect(optionsFor(info).HostConfig).not.toHaveProperty('Binds');
  expect(() => optionsFor(enforced, '/srv/a:b')).toThrow('colon');
});

test('F14: a snap is known by its folder, and what it cannot mount is said with the remedy', () => {
  expect(isSnap({ ...info, DockerRootDir: '/var/snap/docker/common/var-lib-docker' })).toBe(true);
  expect(isSnap({ ...info, DockerRootDir: '/var/lib/docker' })).toBe(false);
  expect(snapProblem('/home/ann/PaperAgent/pa_data/sandbox')).toBeNull();
  for (const folder of ['/srv/pa', '/home/ann/.local/pa', '/root/pa'])
    expect(snapProblem(folder)).toContain(`cannot mount ${folder}: set PA_DATA`);
});

test('F14: a kernel that denies user namespaces is said with the command that allows them', () => {
  const ubuntu = (setting: string) =>
    setting === 'kernel.apparmor_restrict_unprivileged_userns' ? '1' : undefined;
  expect(namespaceRemedy(ubuntu, false)).toContain(
    '`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`',
  );
  expect(namespaceRemedy(ubuntu, true)).toBeUndefined();
  expect(namespaceRemedy((name) => (name === 'user.max_user_namespaces' ? '0' : '1'), true)).toContain(
    '15000',
  );
});

test("F14: a folder on a drive of Windows is said to be one, where initdb's words are not enough", () => {
  expect(drivesRemedy('/mnt/c/Users/ann/PaperAgent/pa_data/postgres')).toContain("Linux's own home");
  expect(drivesRemedy('/mnt/data/postgres')).toBe('');
  expect(drivesRemedy('/home/ann/pa_data/postgres')).toBe('');
});

test('F14: an engine that is not there leaves a sentence that names DOCKER_HOST', async () => {
  const found = await findEngine({ DOCKER_HOST: `unix://${join(home, 'none.sock')}` });
  expect(found).toMatchObject({ found: false, reason: expect.stringContaining('DOCKER_HOST') });
});

function optionsFor(given: EngineInfo, workspace = '/srv/w') {
  return containerOptions({
    ...{ image: 'i', instance: 'abc', workspace, limits: { memoryBytes: 2 ** 30 }, user: '1:1' },
    facts: factsOf(given),
    purpose: { kind: 'ready', owner: 'o', creator: { pid: 1, startTime: '1', machine: 'm' } },
  });
}
