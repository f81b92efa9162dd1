import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConfig, readServiceConfig, VARIABLES } from '../../../src/config/config.ts';
import { ConfigError, withEnvFile } from '../../../src/config/environment.ts';
import { decodeKey } from '../../../src/config/values.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

const secrets = { JWT_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: 'ab'.repeat(32) };

describe('readConfig', () => {
  test('an empty environment gives the defaults of the protocol page: everything embedded, the demo model', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      temporal: { address: undefined, namespace: 'default', apiKey: undefined, tls: false },
      sandbox: 'auto',
    });
    expect(config).toMatchObject({ modelStallSeconds: 300, modelFirstTokenSeconds: 300, turnMaxSteps: 40 });
    expect(config.dataDir).toBe(`${process.cwd()}/pa_data`);
    expect([config.databaseUrl, config.temporal.address, config.model]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test.each([
    ['PORT', '0'],
    ['PORT', '3000x'],
    ['PORT', '70000'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['TEMPORAL_ADDRESS', 'localhost'],
    ['OPENAI_BASE_URL', 'api.example.com'],
    ['MODEL_INPUT_PRICE', 'cheap'],
    ['MODEL_OUTPUT_PRICE', '-1'],
    ['MODEL_CACHED_PRICE', 'free'],
    ['MODEL_ALLOWED_HOSTS', 'http://127.0.0.1'],
    ['PUBLIC_URL', 'paper.example.org'],
    ['PUBLIC_URL', 'https://paper.example.org/paper'],
    ['OIDC_ISSUER', 'http://login.example.org'],
    ['OIDC_REGISTRATION', 'some'],
    ['OIDC_DOMAINS', 'somebody@example.org'],
    ['LITERATURE', 'yes'],
    ['LITERATURE_CONTACT', 'nobody'],
    ['LITERATURE_HOSTS', 'google=https://example.org'],
    ['LITERATURE_HOSTS', 'crossref=example.org'],
    ['LITERATURE_HOSTS', 'crossref=https://user:word@example.org'],
    ['SANDBOX', 'chroot'],
    ['SANDBOX_PREPARE', 'yes'],
    ['SANDBOX_PACKAGES', 'polars'],
    ['SANDBOX_PACKAGES', 'polars==1.9.0 ../evil==1'],
    ['SANDBOX_PACKAGES', 'https://evil.example/x.whl==1'],
    ['SANDBOX_PACKAGES', 'polars==1 Polars==2'],
    ['JWT_SECRET', 'short'],
    ['ENCRYPTION_KEY', 'short'],
    ['TURN_MAX_STEPS', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['REQUIRE_DOCKER', 'yes'],
  ])('a wrong %s (%s) is refused by one sentence that names it', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} (must|names) [^\\n]+$`));
  });

  test('F13: prices come as a pair, and an operator’s hosts are allowed to people’s models', () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', MODEL_INPUT_PRICE: '0.4' };
    expect(() => readConfig(env)).toThrow(/^MODEL_OUTPUT_PRICE must be set/);
    expect(readConfig({ ...env, MODEL_OUTPUT_PRICE: '1.60' }).model?.prices).toEqual({
      input: 0.4,
      output: 1.6,
    });
    const more = { MODEL_CACHED_PRICE: '0.1', MODEL_WRITTEN_PRICE: '0' };
    expect(() => readConfig({ ...env, ...more })).toThrow(/^MODEL_OUTPUT_PRICE must be set/);
    expect(() => readConfig(more)).toThrow(/^MODEL_INPUT_PRICE must be set/);
    expect(readConfig({ ...env, ...more, MODEL_OUTPUT_PRICE: '1.60' }).model?.prices).toEqual({
      input: 0.4,
      output: 1.6,
      cached: 0.1,
      written: 0,
    });
    const allows = (env: Record<string, string>, host = '127.0.0.1') =>
      readConfig(env).allowModelHost(host, 11434);
    // V7: whoever reaches a server on loopback is at this machine, unless something says otherwise.
    expect([allows({}), allows({}, 'localhost'), allows({}, '::1'), allows({}, '10.0.0.5')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    for (const env of [{ HOST: '0.0.0.0' }, { TRUST_PROXY: '1' }, { GUEST_MODELS: 'on' }])
      expect(allows(env as Record<string, string>)).toBe(false);
    const { allowModelHost } = readConfig({ HOST: '0.0.0.0', MODEL_ALLOWED_HOSTS: '127.0.0.1:11434' });
    expect([allowModelHost('127.0.0.1', 11434), allowModelHost('127.0.0.1', 5432)]).toEqual([true, false]);
  });

  test('O6: works are looked up only where the operator says so, and names whom the sources may write to', () => {
    expect(readConfig({}).literature).toBeUndefined();
    expect(readConfig({ LITERATURE_CONTACT: 'a@b.org' }).literature).toBeUndefined();
    expect(() => readConfig({ LITERATURE: 'on' })).toThrow(
      /^LITERATURE_CONTACT must be set to a mail address/,
    );
    const on = { LITERATURE: 'on', LITERATURE_CONTACT: 'library@example.org' };
    expect(readConfig(on).literature).toEqual({ contact: 'library@example.org', hosts: {}, keys: {} });
    const more = { LITERATURE_HOSTS: 'crossref=http://127.0.0.1:8080/api, arxiv=off', OPENALEX_API_KEY: 'k' };
    expect(readConfig({ ...on, ...more }).literature).toEqual({
      contact: 'library@example.org',
      hosts: { crossref: new URL('http://127.0.0.1:8080/api'), arxiv: null },
      keys: { openalex: 'k' },
    });
  });

  test('H9: sign-ins by a provider need its address, a client and the address that people come back to', () => {
    expect(readConfig({}).provider).toBeUndefined();
    const issuer = { OIDC_ISSUER: 'https://login.example.org' };
    expect(() => readConfig(issuer)).toThrow(/^OIDC_CLIENT_ID must be set/);
    expect(() => readConfig({ OIDC_CLIENT_ID: 'paper' })).toThrow(/^OIDC_ISSUER must be set/);
    const client = { ...issuer, OIDC_CLIENT_ID: 'paper' };
    expect(() => readConfig(client)).toThrow(/^PUBLIC_URL must be set/);
    const whole = { ...client, PUBLIC_URL: 'https://paper.example.org', REGISTRATION: 'invitation' };
    expect(readConfig(whole).provider).toEqual({
      ...{ issuer: issuer.OIDC_ISSUER, clientId: 'paper', clientSecret: undefined, domains: undefined },
      ...{ redirectUri: 'https://paper.example.org/sign-in', name: 'login.example.org' },
      registration: 'invitation',
    });
    const more = {
      OIDC_REGISTRATION: 'open',
      OIDC_DOMAINS: 'Example.org, example.com',
      OIDC_NAME: 'Example',
    };
    expect(readConfig({ ...whole, ...more }).provider).toMatchObject({
      ...{ registration: 'open', domains: ['example.org', 'example.com'], name: 'Example' },
    });
  });

  test('a refused secret is not repeated in the message', () => {
    expect(() => readConfig({ JWT_SECRET: 'hunter2' })).toThrow(/^((?!hunter2).)*$/);
  });

  test('an empty variable counts as unset', () => {
    expect(readConfig({ PORT: '', OPENAI_BASE_URL: '' })).toMatchObject({ port: 3000, model: undefined });
  });

  test('a database of one`s own needs the secrets that go with it', () => {
    const DATABASE_URL = 'postgres://u:p@db/paperagent';
    expect(() => readConfig({ DATABASE_URL })).toThrow(/^JWT_SECRET must be set/);
    expect(() => readConfig({ DATABASE_URL, JWT_SECRET: secrets.JWT_SECRET })).toThrow(
      /^ENCRYPTION_KEY must be set/,
    );
    expect(readConfig({ DATABASE_URL, ...secrets }).databaseUrl).toBe(DATABASE_URL);
  });

  test('the three variables of a model make the server-wide one', () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1/', OPENAI_API_KEY: 'k', PAPERAGENT_MODEL: 'm' };
    expect(readConfig(env).model).toMatchObject({
      baseUrl: 'http://127.0.0.1:11434/v1',
      apiKey: 'k',
      model: 'm',
    });
  });

  test('CI makes a missing Docker engine a failure unless REQUIRE_DOCKER says otherwise', () => {
    const required = [
      {},
      { CI: 'true' },
      { CI: 'false' },
      { CI: 'true', REQUIRE_DOCKER: '0' },
      { REQUIRE_DOCKER: '1' },
    ];
    expect(required.map((env) => readConfig(env).requireDocker)).toEqual([false, true, false, false, true]);
  });
});

test('a process that runs alone says what it misses', () => {
  expect(() => readServiceConfig({})).toThrow(/^DATABASE_URL must be set/);
  const env = {
    ...secrets,
    DATABASE_URL: 'postgres://u:p@db/paperagent',
    TEMPORAL_ADDRESS: 'temporal:7233',
    OPENAI_BASE_URL: 'http://demo/v1',
  };
  expect(() => readServiceConfig({ ...env, TEMPORAL_ADDRESS: '' })).toThrow(/^TEMPORAL_ADDRESS must be set/);
  expect(readServiceConfig(env).temporal.address).toBe('temporal:7233');
});

test('a key reads the same from hexadecimal and from base64', () => {
  expect(decodeKey('ab'.repeat(32))).toEqual(decodeKey(Buffer.alloc(32, 0xab).toString('base64')));
});

test('.env.example lists every variable and no other', () => {
  const listed = readFileSync('.env.example', 'utf8').match(/^#[A-Z_]+(?==)/gm) ?? [];
  expect(listed.map((line) => line.slice(1)).sort()).toEqual([...VARIABLES].sort());
});

test('.env fills in what the environment does not set; a set variable wins, even an empty one', async () => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, '.env');
    expect(withEnvFile({ PORT: '1' }, file)).toEqual({ PORT: '1' });
    await writeFile(file, '# a comment\nPORT=2\nHOST="::1"\n');
    expect(withEnvFile({ PORT: '' }, file)).toEqual({ PORT: '', HOST: '::1' });
  });
});

describe('Temporal, by the names that its own programs use', () => {
  const address = { TEMPORAL_ADDRESS: 'prod.a1b2c.tmprl.cloud:7233' };
  const pem = (what: string) => `-----BEGIN ${what}-----\nAA==\n-----END ${what}-----\n`;

  test('an API key means TLS, unless TEMPORAL_TLS says no', () => {
    const key = { ...address, TEMPORAL_API_KEY: 'secret' };
    expect(readConfig(key).temporal).toMatchObject({ apiKey: 'secret', tls: {} });
    expect(readConfig({ ...key, TEMPORAL_TLS: 'false' }).temporal.tls).toBe(false);
    expect(readConfig({ ...address, TEMPORAL_TLS: 'true' }).temporal).toMatchObject({ tls: {} });
    expect(readConfig(address).temporal.tls).toBe(false);
  });

  test('what is PEM is given as it is or as a file, and means TLS', async () => {
    await withTemporaryFolder(async (folder) => {
      const authority = join(folder, 'ca.pem');
      await writeFile(authority, pem('CERTIFICATE'));
      const env = {
        ...address,
        TEMPORAL_TLS_CLIENT_CERT_DATA: pem('CERTIFICATE'),
        TEMPORAL_TLS_CLIENT_KEY_DATA: pem('PRIVATE KEY'),
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority,
        TEMPORAL_TLS_SERVER_NAME: 'temporal.internal',
      };
      expect(readConfig(env).temporal.tls).toEqual({
        serverNameOverride: 'temporal.internal',
        serverRootCACertificate: Buffer.from(pem('CERTIFICATE')),
        clientCertPair: { crt: Buffer.from(pem('CERTIFICATE')), key: Buffer.from(pem('PRIVATE KEY')) },
      });
    });
  });

  test.each([
    ['TEMPORAL_ADDRESS', { TEMPORAL_API_KEY: 'secret' }],
    ['TEMPORAL_TLS', { ...address, TEMPORAL_TLS: 'maybe' }],
    ['TEMPORAL_TLS', { ...address, TEMPORAL_TLS: 'false', TEMPORAL_TLS_SERVER_NAME: 'x' }],
    ['TEMPORAL_TLS_CLIENT_KEY_PATH', { ...address, TEMPORAL_TLS_CLIENT_CERT_DATA: pem('CERTIFICATE') }],
    ['TEMPORAL_TLS_CLIENT_KEY_DATA', { ...address, TEMPORAL_TLS_CLIENT_KEY_DATA: 'secret' }],
    ['TEMPORAL_TLS_CLIENT_CERT_PATH', { ...address, TEMPORAL_TLS_CLIENT_KEY_DATA: pem('PRIVATE KEY') }],
    ['TEMPORAL_TLS_SERVER_CA_CERT_PATH', { ...address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere.pem' }],
    [
      'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
      {
        ...address,
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere.pem',
        TEMPORAL_TLS_SERVER_CA_CERT_DATA: pem('CERTIFICATE'),
      },
    ],
  ])('a wrong %s is refused by one sentence that names it and repeats no secret', (name, env) => {
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(new RegExp(`^${name} must ((?!secret|BEGIN CERT).)+$`));
  });
});
