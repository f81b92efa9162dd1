/** What the engine proxy lets pass: what the sandbox's own code asks, and nothing that differs from it anywhere. */
import { describe, expect, test } from '@jest/globals';
import { judgeCreate } from '../../../src/engine-proxy/create-rule.ts';
import type { Policy } from '../../../src/engine-proxy/policy.ts';
import { judgeRequest } from '../../../src/engine-proxy/request-rules.ts';
import { type ContainerPurpose, containerOptions } from '../../../src/sandbox/docker/container-options.ts';
import { DEFAULT_LIMITS } from '../../../src/sandbox/types.ts';

const WORK = '3f0e9d54-6a43-4f0e-9b8a-2f6a5a3f1c11';
const OTHER_WORK = '00000000-6a43-4f0e-9b8a-2f6a5a3f1c11';
const RUN = `paperagent-run-${'a'.repeat(24)}`;
const READY = `paperagent-ready-${'b'.repeat(24)}-${'c'.repeat(24)}`;
const policy: Policy = {
  instance: 'abcdef012345',
  image: 'paperagent-sandbox:0123456789abcdef',
  workspaces: '/srv/paperagent/workspaces',
  user: '10001:10001',
  facts: { runtime: undefined, hasInit: true, rootless: false, cpuQuota: true, selinux: false },
};
const workspace = `${policy.workspaces}/${WORK}`;

const RUN_PURPOSE: ContainerPurpose = {
  kind: 'run',
  ...{ workId: WORK, turn: 3, toolCallId: 'call', deadline: '2026-01-01T00:00:00.000Z' },
  order: JSON.stringify({ script: '/workspace/code/a.py', fileBytes: 1, deadlineMs: 1_000, outputBytes: 4 }),
};
const READY_PURPOSE: ContainerPurpose = {
  kind: 'ready',
  owner: 'agent',
  creator: { pid: 7, startTime: '123', machine: 'boot pid:[1]' },
};

type Body = Record<string, unknown> & {
  HostConfig: Record<string, unknown> & { Mounts: Record<string, unknown>[] };
  Labels: Record<string, string>;
};

/** What a worker sends, as the engine would read it. */
function body(purpose: ContainerPurpose = RUN_PURPOSE, given: Partial<Policy> = {}): Body {
  const { image, instance, user, facts } = { ...policy, ...given };
  const options = containerOptions({
    ...{ image, instance, user, facts, workspace, purpose },
    limits: DEFAULT_LIMITS,
  });
  return JSON.parse(JSON.stringify(options)) as Body;
}

test('S1: what the sandbox creates for a run, and for one started ahead, passes', () => {
  expect(judgeCreate(policy, RUN, body())).toEqual({ allowed: true, workspace });
  expect(judgeCreate(policy, READY, body(READY_PURPOSE))).toEqual({ allowed: true, workspace });
});

test('S2: where SELinux is enforced the relabelled mount passes, and neither form passes for the other', () => {
  const enforced = { ...policy, facts: { ...policy.facts, selinux: true } };
  expect(judgeCreate(enforced, RUN, body(RUN_PURPOSE, enforced))).toEqual({ allowed: true, workspace });
  expect(judgeCreate(enforced, RUN, body())).toMatchObject({ allowed: false });
  expect(judgeCreate(policy, RUN, body(RUN_PURPOSE, enforced))).toMatchObject({ allowed: false });
  for (const bind of ['/:/workspace:z', `${workspace}/..:/workspace:z`, `${workspace}:/etc:z`]) {
    const other = body(RUN_PURPOSE, enforced);
    Object.assign(other.HostConfig, { Binds: [bind] });
    expect(judgeCreate(enforced, RUN, other)).toMatchObject({ allowed: false });
  }
});

describe('S2, S3: a body that differs in anything is refused', () => {
  const host = (change: Record<string, unknown>) => (given: Body) => Object.assign(given.HostConfig, change);
  const top = (change: Record<string, unknown>) => (given: Body) => Object.assign(given, change);
  const mount = (Source: string, more = {}) =>
    host({ Mounts: [{ Type: 'bind', Source, Target: '/workspace', ...more }] });
  const without = (key: string) => (given: Body) => {
    delete given.HostConfig[key];
  };

  test.each<[string, (given: Body) => unknown]>([
    ['is privileged', host({ Privileged: true })],
    ['adds a capability', host({ CapAdd: ['SYS_ADMIN'] })],
    ['keeps the capabilities', without('CapDrop')],
    ['drops only some', host({ CapDrop: ['NET_RAW'] })],
    ['has a network', host({ NetworkMode: 'host' })],
    ["has a container's network", host({ NetworkMode: 'container:postgres' })],
    ['asks for endpoints', top({ NetworkingConfig: { EndpointsConfig: { app: {} } } })],
    ['has the network on', top({ NetworkDisabled: false })],
    ["sees the host's processes", host({ PidMode: 'host' })],
    ["shares the host's memory", host({ IpcMode: 'host' })],
    ["has the host's name", host({ UTSMode: 'host' })],
    ["is in the host's user namespace", host({ UsernsMode: 'host' })],
    ["is in the host's control group", host({ CgroupnsMode: 'host' })],
    ['chooses its control group', host({ CgroupParent: '/' })],
    ['can write its root', host({ ReadonlyRootfs: false })],
    ['has a device', host({ Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda' }] })],
    ['asks for devices', host({ DeviceRequests: [{ Count: -1 }] })],
    ['may use a device', host({ DeviceCgroupRules: ['a *:* rwm'] })],
    ['binds a path', host({ Binds: ['/:/host'] })],
    ['takes volumes of another', host({ VolumesFrom: ['postgres'] })],
    ['makes a volume', top({ Volumes: { '/data': {} } })],
    ['mounts a second path', (given) => given.HostConfig.Mounts.push({ ...given.HostConfig.Mounts[0] })],
    ['mounts the root', mount('/')],
    ['mounts all workspaces', mount(policy.workspaces)],
    ['mounts all workspaces, with a slash', mount(`${policy.workspaces}/`)],
    ['mounts what is beside', mount(`${policy.workspaces}/../secrets.json`)],
    ['climbs out of a workspace', mount(`${workspace}/..`)],
    ['climbs from a workspace', mount(`${workspace}/../../secrets`)],
    ['mounts a folder inside a workspace', mount(`${workspace}/code`)],
    ["mounts the engine's socket", mount('/var/run/docker.sock')],
    ["mounts another Work's workspace", mount(`${policy.workspaces}/${OTHER_WORK}`)],
    ['mounts it elsewhere', mount(workspace, { Target: '/etc' })],
    ['mounts it with propagation', mount(workspace, { BindOptions: { Propagation: 'shared' } })],
    ['mounts a volume', mount(workspace, { Type: 'volume' })],
    ['has another tmpfs', host({ Tmpfs: { '/tmp': 'rw,exec,suid' } })],
    [
      'has no filter of system calls',
      host({ SecurityOpt: ['no-new-privileges:true', 'seccomp=unconfined'] }),
    ],
    ['may gain privileges', (given) => (given.HostConfig.SecurityOpt as string[]).shift()],
    [
      'adds a security option',
      (given) => (given.HostConfig.SecurityOpt as string[]).push('apparmor=unconfined'),
    ],
    ['unmasks paths', host({ MaskedPaths: [] })],
    ['unlocks paths', host({ ReadonlyPaths: [] })],
    ['sets the kernel', host({ Sysctls: { 'kernel.msgmax': '1' } })],
    ['has another runtime', host({ Runtime: 'mine' })],
    ['has more memory', host({ Memory: 2 * 1024 ** 3, MemorySwap: 2 * 1024 ** 3 })],
    ['may swap', host({ MemorySwap: -1 })],
    ['is not killed for memory', host({ OomKillDisable: true })],
    ['is killed after the host', host({ OomScoreAdj: -1000 })],
    ['has more processes', host({ PidsLimit: -1 })],
    ['has more processors', host({ NanoCpus: 64e9 })],
    ['has other limits', host({ Ulimits: [] })],
    ['logs elsewhere', host({ LogConfig: { Type: 'syslog', Config: {} } })],
    ['logs without end', host({ LogConfig: { Type: 'json-file', Config: {} } })],
    ['starts by itself', host({ RestartPolicy: { Name: 'always' } })],
    ['removes itself', host({ AutoRemove: true })],
    ['opens a port', host({ PortBindings: { '80/tcp': [{ HostPort: '80' }] } })],
    ['opens every port', host({ PublishAllPorts: true })],
    ['knows another host', host({ ExtraHosts: ['db:10.0.0.1'] })],
    ['is linked', host({ Links: ['postgres:db'] })],
    ['joins groups', host({ GroupAdd: ['0'] })],
    ['has a key in other letters', host({ privileged: true })],
    ['has a key that nobody knows', host({ Tomorrow: true })],
    ['has a top key that nobody knows', top({ Tomorrow: true })],
    ['has its host settings twice', top({ hostconfig: { Privileged: true } })],
    ['is root', top({ User: '0:0' })],
    ['is root by name', top({ User: 'root' })],
    ['has no user', (given) => delete given.User],
    ['is of another image', top({ Image: 'postgres:18' })],
    ['is of another tag', top({ Image: 'paperagent-sandbox:latest' })],
    ['runs another program', top({ Entrypoint: ['/bin/sh', '-c'] })],
    ['has more arguments', (given) => (given.Cmd as string[]).push('more')],
    ['has another command', top({ Cmd: ['later', 'x'] })],
    ['has a variable', (given) => (given.Env as string[]).push('LD_PRELOAD=/workspace/a.so')],
    ['has a terminal', top({ Tty: true })],
    ['checks its health', top({ Healthcheck: { Test: ['CMD', 'id'] } })],
    ['works elsewhere', top({ WorkingDir: '/' })],
    ["is another instance's", (given) => Object.assign(given.Labels, { 'com.paperagent.instance': 'other' })],
    ['has no instance', (given) => delete given.Labels['com.paperagent.instance']],
    ['has a label more', (given) => Object.assign(given.Labels, { 'com.docker.compose.project': 'x' })],
    ['claims another Work', (given) => Object.assign(given.Labels, { 'com.paperagent.work': OTHER_WORK })],
    ['has no host settings', (given) => delete (given as Record<string, unknown>).HostConfig],
    ['has a proto', (given) => Object.defineProperty(given, '__proto__', { value: {}, enumerable: true })],
  ])('one that %s', (_what, change) => {
    const given = body();
    change(given);
    expect(judgeCreate(policy, RUN, given)).toEqual({ allowed: false, reason: expect.any(String) });
  });

  test.each([null, [], 'text', 7, {}, { HostConfig: null }])('one that is %j', (given) => {
    expect(judgeCreate(policy, RUN, given).allowed).toBe(false);
  });

  test('one for a runtime that the engine lacks, or without the one that it has', () => {
    const gvisor = { ...policy, facts: { ...policy.facts, runtime: 'runsc' } };
    expect(judgeCreate(gvisor, RUN, body()).allowed).toBe(false);
    expect(judgeCreate(policy, RUN, body(RUN_PURPOSE, gvisor)).allowed).toBe(false);
    expect(judgeCreate(gvisor, RUN, body(RUN_PURPOSE, gvisor)).allowed).toBe(true);
  });

  test('one under a name that is not of its kind', () => {
    for (const name of [READY, 'postgres', '', `${RUN}/../x`])
      expect(judgeCreate(policy, name, body()).allowed).toBe(false);
    expect(judgeCreate(policy, RUN, body(READY_PURPOSE)).allowed).toBe(false);
  });

  test('the reason names what is wrong', () => {
    const given = body();
    given.HostConfig.Privileged = true;
    expect(judgeCreate(policy, RUN, given)).toEqual({
      allowed: false,
      reason: 'its HostConfig.Privileged is not that of a sandbox',
    });
  });
});

describe('S1: of the engine only what the sandbox asks is answered', () => {
  const filters = encodeURIComponent(JSON.stringify({ label: ['com.paperagent.instance=abcdef012345'] }));
  const foreign = encodeURIComponent(JSON.stringify({ label: ['com.paperagent.instance=other'] }));
  const all = encodeURIComponent('{}');

  test.each([
    ['GET /_ping', 'ping'],
    ['GET /info', 'info'],
    ['GET /v1.41/info', 'info'],
    [`GET /images/${policy.image}/json`, 'image'],
    [`GET /containers/json?all=true&filters=${filters}`, 'list'],
    [`POST /containers/create?name=${RUN}`, 'create'],
    [`GET /containers/${RUN}/json`, 'inspect'],
    [`POST /containers/${READY}/start`, 'start'],
    [`POST /containers/${RUN}/kill?signal=SIGTERM`, 'act'],
    [`POST /containers/${READY}/rename?name=${RUN}`, 'act'],
    [`POST /containers/${RUN}/attach?stream=true&stdin=true&hijack=true`, 'act'],
    [`GET /containers/${RUN}/logs?stdout=true&stderr=true&follow=true`, 'act'],
    [`DELETE /containers/${RUN}?force=true&v=true`, 'act'],
  ])('%s passes', (line, kind) => {
    const [method = '', url = ''] = line.split(' ');
    expect(judgeRequest(policy, { method, url })).toMatchObject({ allowed: true, asked: { kind } });
  });

  test.each([
    `POST /containers/${RUN}/exec`,
    'POST /exec/0123/start',
    `POST /containers/${RUN}/update`,
    `POST /containers/${RUN}/restart`,
    `POST /containers/${RUN}/pause`,
    `GET /containers/${RUN}/archive?path=/`,
    `PUT /containers/${RUN}/archive?path=/`,
    `HEAD /containers/${RUN}/archive?path=/`,
    `GET /containers/${RUN}/export`,
    `GET /containers/${RUN}/top`,
    `GET /containers/${RUN}/attach/ws?stdin=true`,
    `POST /commit?container=${RUN}`,
    'POST /build?dockerfile=x',
    'POST /images/create?fromImage=evil',
    'POST /images/load',
    `DELETE /images/${policy.image}`,
    'GET /images/json',
    'GET /images/postgres:18/json',
    'GET /volumes',
    'POST /volumes/create',
    'GET /networks',
    'POST /networks/app/connect',
    'GET /secrets',
    'POST /swarm/init',
    'POST /services/create',
    'POST /plugins/pull',
    'GET /events',
    'GET /system/df',
    'POST /session',
    'POST /auth',
    'GET /version',
    'GET /',
    'GET /containers/json',
    'GET /containers/json?all=true',
    `GET /containers/json?all=true&filters=${foreign}`,
    `GET /containers/json?all=true&filters=${all}`,
    `GET /containers/json?all=true&filters=${filters}&size=true`,
    `GET /containers/json?all=true&filters=${filters}&filters=${all}`,
    'GET /containers/postgres/json',
    'GET /containers/0123456789ab/json',
    'POST /containers/postgres/kill?signal=SIGKILL',
    'POST /containers/create?name=postgres',
    'POST /containers/create',
    `POST /containers/create?name=${RUN}&platform=x`,
    `POST /containers/${RUN}/start?checkpoint=x&checkpoint-dir=/etc`,
    `POST /containers/${RUN}/kill?signal=SIGSTOP`,
    `POST /containers/${READY}/rename?name=postgres`,
    `POST /containers/${READY}/rename?name=${READY}`,
    `POST /containers/${RUN}/attach?stream=true&detachKeys=x`,
    `DELETE /containers/${RUN}?force=true&link=true`,
    `DELETE /containers/${RUN}/json`,
    `GET /info?x=1`,
    `GET //info`,
    `GET /containers/../info`,
    `GET /containers/${RUN}/../../info`,
    `GET /containers/${RUN}%2f..%2f..%2finfo`,
    `GET /v1.41/v1.41/info`,
    `GET http://docker/info`,
    `get /info`,
    `POST /info`,
  ])('%s is refused', (line) => {
    const [method = '', url = ''] = line.split(' ');
    expect(judgeRequest(policy, { method, url })).toEqual({ allowed: false, reason: expect.any(String) });
  });

  test('what is passed on is put together anew', () => {
    const url = `/v1.41/containers/${RUN}/kill?signal=SIGTERM`;
    const judged = judgeRequest(policy, { method: 'POST', url });
    if (!judged.allowed || judged.asked.kind !== 'act') throw new Error('it was refused');
    expect(judged.asked.pathOf('id')).toBe('/containers/id/kill?signal=SIGTERM');
  });
});
