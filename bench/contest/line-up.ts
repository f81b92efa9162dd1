/** Who takes part in B14, and how each is brought up. A peer that cannot be is reported, and fails nobody else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../../src/setup/ports.ts';
import type { Contestant } from './contestant.ts';
import { httpPeer } from './http-peer.ts';
import { forgetLangGraph, langGraph } from './langgraph.ts';
import { installPeer, peerFolder, startPeer } from './peer-process.ts';
import { type PeerServer, startPostgres, startRestate, startTemporal } from './servers.ts';

/** What each entry is given. */
export interface Ground {
  modelUrl: string;
  /** Absolute path of an empty folder of this run. */
  dir: string;
  say(line: string): void;
}

export interface Entry {
  /** The folder below bench/peers. */
  folder: string;
  start(ground: Ground): Promise<Contestant>;
}

const dbos: Entry = {
  folder: 'dbos',
  async start(ground) {
    const postgres = await startPostgres(ground.dir);
    return await own('dbos', ground, {
      name: `DBOS ${await versionOf('dbos', '@dbos-inc/dbos-sdk')}`,
      unit: 'rows',
      env: { DATABASE_URL: postgres.address },
      server: postgres,
    });
  },
};

const langgraph: Entry = {
  folder: 'langgraph',
  async start({ dir, modelUrl }) {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    await forgetLangGraph();
    const peer = await startPeer({
      args: [
        'node_modules/@langchain/langgraph-cli/dist/cli/cli.mjs',
        ...['dev', '--no-browser', '--host', '127.0.0.1', '--port', String(port)],
      ],
      cwd: peerFolder('langgraph'),
      // It reports to nobody, neither how it is used nor what it is told.
      env: { MODEL_URL: modelUrl, LANGGRAPH_CLI_NO_ANALYTICS: '1', LANGSMITH_TRACING: 'false' },
      healthUrl: `${url}/ok`,
      logFile: join(dir, 'langgraph.log'),
    });
    const version = await versionOf('langgraph', '@langchain/langgraph');
    const server = await versionOf('langgraph', '@langchain/langgraph-cli');
    return langGraph(`LangGraph ${version}, dev server ${server}`, url, peer);
  },
};

const temporalAiSdk: Entry = {
  folder: 'temporal-ai-sdk',
  async start(ground) {
    const temporal = await startTemporal(ground.dir, ground.say);
    return await own('temporal-ai-sdk', ground, {
      name: `Temporal ai-sdk ${await versionOf('temporal-ai-sdk', '@temporalio/ai-sdk')}`,
      unit: 'events',
      env: { TEMPORAL_ADDRESS: temporal.address },
      server: temporal,
    });
  },
};

const restate: Entry = {
  folder: 'restate',
  async start(ground) {
    const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
    const program = join(peerFolder('restate'), 'node_modules', platform, 'bin', 'restate-server');
    const server = await startRestate(ground.dir, program);
    return await own('restate', ground, {
      name: `Restate ${await versionOf('restate', '@restatedev/restate-server')}`,
      unit: 'entries',
      env: {
        RESTATE_INGRESS: server.address,
        RESTATE_ADMIN: server.admin,
        SERVICE_PORT: String(await findFreePort()),
      },
      server,
    });
  },
};

const mastra: Entry = {
  folder: 'mastra',
  start: async (ground) =>
    own('mastra', ground, {
      name: `Mastra ${await versionOf('mastra', '@mastra/core')}`,
      unit: 'rows',
      env: { STORAGE_URL: `file:${join(ground.dir, 'mastra.db')}`, MASTRA_TELEMETRY_DISABLED: '1' },
    }),
};

export const lineUp: readonly Entry[] = [dbos, langgraph, temporalAiSdk, restate, mastra];

/** A peer with a server.ts of ours, which speaks the protocol of bench/peers/README.md. */
async function own(
  folder: string,
  { dir, modelUrl }: Ground,
  how: { name: string; unit: string; env: Record<string, string>; server?: PeerServer },
): Promise<Contestant> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  try {
    const peer = await startPeer({
      args: ['server.ts'],
      cwd: peerFolder(folder),
      env: { ...how.env, PORT: String(port), MODEL_URL: modelUrl },
      healthUrl: `${url}/health`,
      logFile: join(dir, `${folder}.log`),
    });
    const { name, unit, server } = how;
    const contestant = httpPeer({ name, url, unit, process: peer, server });
    return {
      ...contestant,
      async stop() {
        await contestant.stop();
        await server?.stop();
      },
    };
  } catch (error) {
    await how.server?.stop();
    throw error;
  }
}

/** The installed version of one of a peer's packages. */
async function versionOf(folder: string, name: string): Promise<string> {
  const file = join(peerFolder(folder), 'node_modules', name, 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

/** Installs and starts an entry. */
export async function bringUp(entry: Entry, ground: Ground): Promise<Contestant> {
  await installPeer(entry.folder, ground.say);
  return await entry.start(ground);
}
