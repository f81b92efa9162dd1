/**
 * The base images of docker-compose.yml where none can be pulled: Debian's packages by debootstrap, Node and npm from
 * npm, Temporal from its Go modules. Each stands in for the official image that the compose file names.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { findTemporalServer, TEMPORAL_SERVER_VERSION } from '../../src/setup/temporal-server-binaries.ts';
import { output, run, shell } from './commands.ts';

const UI_MODULE = 'github.com/temporalio/ui-server/v2';
const UI_VERSION = '2.42.1';
const DEBIAN = 'paperagent-base-debian:bookworm';
const PACKAGES = 'ca-certificates,wget,postgresql,haproxy,fonts-noto-cjk';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const DOCKERFILES = join(CHECKOUT, 'docker', 'offline');

/** The variable of docker-compose.yml that names each base, and what is made for it. */
export const BASES = {
  NODE_IMAGE: 'paperagent-base-node:offline',
  POSTGRES_IMAGE: 'paperagent-base-postgres:offline',
  TEMPORAL_IMAGE: 'paperagent-base-temporal:offline',
  TEMPORAL_UI_IMAGE: 'paperagent-base-temporal-ui:offline',
  PROXY_IMAGE: DEBIAN,
};

/** Makes what is missing: minutes, the first time. Needs root, debootstrap and Go. */
export async function makeBases(say: (line: string) => void): Promise<void> {
  if (!(await exists(DEBIAN))) await importDebian(say);
  const stage = mkdtempSync(join(tmpdir(), 'paperagent-stage-'));
  try {
    cpSync(DOCKERFILES, stage, { recursive: true });
    cpSync(process.execPath, join(stage, 'node'));
    const npm = dirname(
      dirname(await output('readlink', ['-f', await output('sh', ['-c', 'command -v npm'])])),
    );
    cpSync(npm, join(stage, 'npm'), { recursive: true });
    cpSync(CERTIFICATES, join(stage, 'certificates.crt'));
    await stageTemporal(stage, say);
    for (const name of ['node', 'postgres', 'temporal', 'temporal-ui']) {
      say(`base image: ${name}`);
      const args = ['--file', join(stage, `${name}.Dockerfile`), '--build-arg', `BASE_IMAGE=${DEBIAN}`];
      await run('docker', ['build', '--quiet', ...args, '--tag', `paperagent-base-${name}:offline`, stage]);
    }
  } finally {
    rmSync(stage, { recursive: true });
  }
}

async function exists(image: string): Promise<boolean> {
  return (await output('docker', ['images', '--quiet', image])) !== '';
}

async function importDebian(say: (line: string) => void): Promise<void> {
  say('base image: Debian, by debootstrap (about two minutes)');
  const root = mkdtempSync('/var/tmp/paperagent-debian-');
  try {
    await run('debootstrap', ['--variant=minbase', `--include=${PACKAGES}`, 'bookworm', root]);
    const without = ['./var/cache/apt', './var/lib/apt/lists', './usr/share/doc', './usr/share/man'];
    await shell(
      `tar -C "$1" ${without.map((path) => `--exclude='${path}/*'`).join(' ')} -c . | docker import --change 'CMD ["/bin/sh"]' - "$2"`,
      [root, DEBIAN],
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function stageTemporal(stage: string, say: (line: string) => void): Promise<void> {
  const dataDir = join(CHECKOUT, 'pa_data');
  const { server, sqlTool } = await findTemporalServer({ env: process.env, dataDir, onProgress: say });
  cpSync(server, join(stage, 'temporal-server'));
  cpSync(sqlTool, join(stage, 'temporal-sql-tool'));
  const schema = join(
    await module('go.temporal.io/server', TEMPORAL_SERVER_VERSION),
    'schema/postgresql/v12',
  );
  cpSync(schema, join(stage, 'schema'), { recursive: true });
  const ui = await module(UI_MODULE, UI_VERSION);
  cpSync(join(ui, 'config', 'docker.yaml'), join(stage, 'ui-config.yaml'));
  say("building the server of Temporal's page with Go (some minutes, the first time only)");
  const bin = join(stage, 'bin');
  await run('go', ['install', '-ldflags=-s -w', `${UI_MODULE}/cmd/server@v${UI_VERSION}`], { GOBIN: bin });
  cpSync(join(bin, readdirSync(bin)[0] ?? ''), join(stage, 'ui-server'));
  // From the module cache, where everything is read-only.
  await run('chmod', ['-R', 'u+w', stage]);
}

/** The folder of a Go module's sources. */
async function module(path: string, version: string): Promise<string> {
  const told = JSON.parse(await output('go', ['mod', 'download', '-json', `${path}@v${version}`]));
  if (!existsSync(told.Dir)) throw new Error(`Go gave no sources of ${path}: ${told.Error}`);
  return told.Dir;
}
