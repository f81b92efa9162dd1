/** docker-compose.yml: what compose makes of it, and what it will not start without. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { VARIABLES } from '../../../src/config/config.ts';
import { ANSWER_MS } from '../../../src/db/database.ts';
import { FROM_BUNDLE, NODE_ENVIRONMENT, NODE_OPTIONS } from '../../../src/process/node-options.mjs';
import { CHECKOUT } from '../../../src/setup/checkout.ts';
import { composeCommand } from '../../support/compose.ts';
import { testWith } from '../../support/needs.ts';

const SECRETS = [
  'POSTGRES_PASSWORD',
  'DATABASE_PASSWORD',
  'TEMPORAL_DATABASE_PASSWORD',
  'JWT_SECRET',
  'ENCRYPTION_KEY',
  'PA_DATA',
];

const folder = mkdtempSync(join(tmpdir(), 'pa-compose-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `compose config` with these variables and none of ours. */
function config(variables: Record<string, string>) {
  const file = join(folder, 'env');
  writeFileSync(
    file,
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const [program = '', ...args] = [...(composeCommand() ?? []), '--env-file', file, 'config'];
  const { PATH = '', HOME = '' } = process.env;
  return spawnSync(program, args, { cwd: CHECKOUT, env: { PATH, HOME }, encoding: 'utf8' });
}

const all = Object.fromEntries(
  SECRETS.map((name) => [name, name === 'PA_DATA' ? '/srv/pa' : `${name}-value`]),
);

/** What compose makes of the file with all that it asks for: a second of a processor, for several tests. */
let complete: ReturnType<typeof config> | undefined;
const completeConfig = () => {
  complete ??= config(all);
  return complete;
};

const withCompose = testWith('compose');

/** The lines of one service. */
function service(text: string, name: string): string {
  const [, rest = ''] = text.split(`\n  ${name}:\n`);
  return rest.split(/\n {2}\S|\n\S/)[0] ?? '';
}

test('every variable can be set, but for those that say what compose itself says and those of tests', () => {
  const text = readFileSync(join(CHECKOUT, 'docker-compose.yml'), 'utf8');
  const composes = [
    'DATABASE_URL',
    'DATABASE_DIRECT_URL',
    'TEMPORAL_ADDRESS',
    ...VARIABLES.filter((name) => /^TEMPORAL_(API_KEY|TLS)/.test(name)),
    'SANDBOX',
    'WORKER_METRICS_PORT',
    // Of npm start's supervisor, which compose stands in for.
    'WORKER_SPARE',
    'REQUIRE_DOCKER',
    'CI',
  ];
  const settable = VARIABLES.filter((name) => !composes.includes(name));
  expect(settable.filter((name) => !text.includes(`\${${name}:`))).toEqual([]);
});

test('B15: the image runs Node by the flags, the bundle and the environment of `npm run api` and `npm run worker`', () => {
  const text = readFileSync(join(CHECKOUT, 'docker', 'app.Dockerfile'), 'utf8');
  const [, entrypoint = '[]'] = /^ENTRYPOINT (.*)$/m.exec(text) ?? [];
  const inImage = FROM_BUNDLE.map((option) => option.replace(pathToFileURL(CHECKOUT).href, 'file:///app'));
  expect(JSON.parse(entrypoint)).toEqual(['node', ...NODE_OPTIONS, ...inImage]);
  for (const [name, value] of Object.entries(NODE_ENVIRONMENT))
    expect(text).toContain(`\nENV ${name}=${value}\n`);
});

withCompose('F19: compose takes the file', () => {
  const { status, stderr } = completeConfig();
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('ERROR') });
});

withCompose('A11: without a secret nothing starts, and it is said which, and what to do', () => {
  for (const missing of SECRETS) {
    const { [missing]: _, ...others } = all;
    const { status, stderr } = config(others);
    expect(status).not.toBe(0);
    expect(stderr).toContain(missing);
    expect(stderr).toContain('docker/make-env.sh');
  }
});

withCompose(
  "S1: only the proxy and the preparing job have the engine's own socket; workers have the proxy's",
  () => {
    const { stdout } = completeConfig();
    for (const name of ['worker', 'api', 'migrate', 'demo-model', 'proxy', 'temporal', 'postgres'])
      expect(service(stdout, name)).not.toContain('docker.sock');
    for (const name of ['engine-proxy', 'prepare']) expect(service(stdout, name)).toContain('docker.sock');
    expect(service(stdout, 'worker')).toContain('unix:///run/paperagent/engine.sock');
  },
);

withCompose(
  'S1: the data folder has the same path inside as outside, for the engine mounts it from there',
  () => {
    const { stdout } = completeConfig();
    for (const name of ['worker', 'api', 'engine-proxy', 'prepare'])
      expect(service(stdout, name)).toMatch(/\/srv\/pa:\/srv\/pa|source: \/srv\/pa\n\s+target: \/srv\/pa/);
  },
);

withCompose(
  "A11: only the reverse proxy and Temporal's page are reached from outside, by default on loopback",
  () => {
    const { stdout } = completeConfig();
    expect(stdout.match(/^ +(- 127\.0\.0\.1:|host_ip: 127\.0\.0\.1)/gm)).toHaveLength(2);
    for (const name of ['postgres', 'temporal', 'api', 'worker', 'demo-model'])
      expect(service(stdout, name)).not.toContain('ports:');
  },
);

test('an api and a worker have the time to end in order while Postgres is silent', () => {
  const text = readFileSync(join(CHECKOUT, 'docker-compose.yml'), 'utf8');
  const seconds = (service: string) =>
    Number(
      new RegExp(`^  ${service}:\\n(?:    .*\\n|\\n)*?    stop_grace_period: (\\d+)s`, 'm').exec(text)?.[1],
    );
  // A statement that nobody answers, and another that waited behind it.
  for (const service of ['api', 'worker']) expect(seconds(service)).toBeGreaterThan((2 * ANSWER_MS) / 1000);
});
