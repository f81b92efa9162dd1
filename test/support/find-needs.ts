/** Looks for what tests may need of the machine (needs.ts), once a run. */
import { spawnSync } from 'node:child_process';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { readConfig } from '../../src/config/config.ts';
import { whyNoCluster } from './cluster/cluster-servers.ts';
import { composeCommand } from './compose.ts';
import { whyNoOwnEngine } from './faults/own-engine.ts';
import type { FoundNeeds, Need } from './found-needs.ts';
import { whyNoPythonClients } from './python-clients.ts';
import { setUp } from './sandbox-under-test.ts';
import { whyNoSkillPacks } from './skill-packs.ts';

/** Why it is missing, or null. Where it is required, what can be made here is made. */
type Look = (required: boolean) => string | null | Promise<string | null>;

/** Quick enough for a run of unit tests alone. */
const QUICK: Partial<Record<Need, Look>> = {
  Linux: () => (process.platform === 'linux' ? null : 'only on Linux'),
  root: () => (process.getuid?.() === 0 ? null : 'only as root'),
  compose: () => (composeCommand() ? null : 'there is neither `docker compose` nor `docker-compose`'),
  nginx: () => (runs('nginx', '-v') ? null : 'there is no nginx'),
  pgbouncer: () => (runs('pgbouncer', '--version') ? null : 'there is no pgbouncer'),
  Python: () => (runs('python3', '-c', 'import venv, ensurepip') ? null : 'there is no python3 with venv'),
  openssl: () => (runs('openssl', 'version') ? null : 'there is no openssl'),
};

/** Each may set up what the tests then use, and takes up to minutes the first time. */
const THOROUGH: Partial<Record<Need, Look>> = {
  bubblewrap: () => setUp('bubblewrap'),
  docker: () => setUp('docker'),
  'own engine': () => whyNoOwnEngine(),
  'Temporal server': whyNoCluster,
  browser: whyNoBrowser,
  'Python clients': whyNoPythonClients,
  'skill packs': whyNoSkillPacks,
};

/**
 * Looks for everything, and says what is missing.
 * @param only `quick` where only unit tests are run
 * @param env CI: all is required; REQUIRE_DOCKER settles it for Docker either way
 */
export async function findNeeds(
  only: 'quick' | 'all',
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<FoundNeeds> {
  const required = requiredBy(env);
  const looks = Object.entries(only === 'quick' ? QUICK : { ...QUICK, ...THOROUGH }) as [Need, Look][];
  const found: FoundNeeds = {};
  // One after the other: set-ups would slow each other down.
  for (const [need, look] of looks)
    found[need] = { missing: await look(required(need)), required: required(need) };
  report(found, say);
  return found;
}

function report(found: FoundNeeds, say: (line: string) => void): void {
  const missing = (what: { required: boolean }) =>
    Object.values(found).flatMap((need) =>
      need.missing !== null && need.required === what.required ? `  ${need.missing}` : [],
    );
  const [skipped, failing] = [missing({ required: false }), missing({ required: true })];
  if (skipped.length > 0)
    say(['tests that need more than there is here are skipped:', ...skipped].join('\n'));
  if (failing.length > 0) say(['tests fail, for CI or REQUIRE_DOCKER is set:', ...failing].join('\n'));
}

function requiredBy({ CI, REQUIRE_DOCKER }: Readonly<Record<string, string | undefined>>) {
  const all = readConfig({ CI }).requireDocker;
  const docker = readConfig({ CI, REQUIRE_DOCKER }).requireDocker;
  return (need: Need) => (need === 'docker' || need === 'own engine' ? docker : all);
}

function runs(...command: readonly string[]): boolean {
  const [program = '', ...args] = command;
  return spawnSync(program, args).status === 0;
}

async function whyNoBrowser(): Promise<string | null> {
  try {
    const browser = await launchBrowser();
    await browser.close();
    return null;
  } catch (error) {
    const { message } = error as Error;
    // Playwright's own first line tells less than what the browser said.
    const said = /\[err\] (.*)/.exec(message)?.[1] ?? message.split('\n')[0];
    return `no browser can be started: ${said}`;
  }
}
