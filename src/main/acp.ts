/**
 * `npm run --silent acp [-- --url http://…]`: an agent for editors that speak ACP, over standard input and output (I8). Without a
 * url it finds the system that runs here, or starts one. PAPERAGENT_KEY is a key for programs, whose owner's Works these
 * are; without one they are the guest's of `npm run ask`. What it has to say goes to standard error.
 */
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { ndJsonStream } from '@agentclientprotocol/sdk';
import { createAcpAgent } from '../cli/acp/agent.ts';
import { guestOf, keyHolder } from '../cli/ask/guest.ts';
import { findOrStartSystem } from '../cli/ask/running-system.ts';
import { readCommandLine } from '../cli/command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError, withEnvFile } from '../config/environment.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { SetupError } from '../setup/setup-error.ts';

const log = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = readCommandLine({ options: { url: { value: 'http://…' } } });
  const key = process.env.PAPERAGENT_KEY;
  const app = createAcpAgent({ ...(await systemAt(values.url, key)), log });
  const input = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
  const output = Writable.toWeb(process.stdout) as WritableStream<Uint8Array>;
  await app.connect(ndJsonStream(output, input)).closed;
}

async function systemAt(url: string | undefined, key: string | undefined) {
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new ConfigError('--url must be an address such as http://127.0.0.1:3000');
    if (!key) throw new ConfigError('PAPERAGENT_KEY must be set with --url: the account page makes a key');
    return { appUrl: url, person: keyHolder(url, key), filesOf: () => undefined };
  }
  const config = readConfig(withEnvFile(process.env, join(CHECKOUT, '.env')));
  const { instance, folder } = await findOrStartSystem(config.dataDir, log);
  const { appUrl } = instance;
  return {
    appUrl,
    person: key ? keyHolder(appUrl, key) : guestOf(appUrl, folder.root),
    filesOf: (workId: string) => join(folder.root, 'workspaces', workId),
  };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    log(
      error instanceof ConfigError || error instanceof SetupError
        ? `paperagent: ${error.message}`
        : String((error as Error).stack),
    );
    process.exit(1);
  },
);
