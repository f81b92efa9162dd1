/** Each strict server against each kind of request, at its own address and where nobody knows it. */
import type { LookupFunction } from 'node:net';
import { openModelConnection } from '../../../src/llm/connection.ts';
import { createLearning, type LearnedFact } from '../../../src/llm/profiles/learning.ts';
import type { ProfileChange } from '../../../src/llm/profiles/profile.ts';
import type { ModelEndpoint } from '../../../src/llm/types.ts';
import { REQUEST_KINDS } from './request-kinds.ts';
import { SILENT } from './rules.ts';
import { type RunningServer, startStrictServer } from './server.ts';
import { startTalk } from './talk.ts';
import { STRICT_SERVERS, type StrictServer } from './vendors.ts';

/** What became of one kind of request. */
export interface Cell {
  kind: string;
  /** Refusals on the way; each was answered by another shape. */
  refusals: number;
  /** Why it was not answered; absent where it was. */
  failed?: string;
}

export interface Row {
  server: StrictServer;
  cells: Cell[];
  learned: ProfileChange;
}

/** Names that are resolved to this machine, so that a server is found at its vendor's address. */
const toThisMachine: LookupFunction = (_host, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** All kinds through one server, in their order, with what is learned on the way. */
async function rowOf(server: StrictServer, where: 'known' | 'unknown'): Promise<Row> {
  const running = await startStrictServer(server);
  const facts: LearnedFact[] = [];
  const learning = createLearning();
  const connection = {
    ...openModelConnection({
      allowHost: () => true,
      learning: {
        ...learning,
        learn: (of, learned) => {
          facts.push(...learned);
          return learning.learn(of, learned);
        },
      },
    }),
    lookupFor: () => toThisMachine,
  };
  const endpoint = endpointOf(server, running, where);
  const cells: Cell[] = [];
  for (const kind of REQUEST_KINDS) {
    const before = refusals(running);
    const task = kind.task === undefined ? {} : { task: kind.task };
    try {
      await kind.play(startTalk({ server: running, endpoint, connection, ...task }));
      cells.push({ kind: kind.name, refusals: refusals(running) - before });
    } catch (error) {
      const words = running.seen.at(-1)?.refused?.message;
      cells.push({ kind: kind.name, refusals: refusals(running) - before, failed: words ?? String(error) });
    }
  }
  connection.close();
  await running.close();
  return { server, cells, learned: Object.assign({}, ...facts.map(({ change }) => change)) };
}

function refusals({ seen }: RunningServer): number {
  return seen.filter(({ refused }) => refused !== undefined).length;
}

/** At its vendor's name, or at an address and under a model's name that no table has. */
function endpointOf(
  server: StrictServer,
  { port }: RunningServer,
  where: 'known' | 'unknown',
): ModelEndpoint {
  const { model, maxOutput, temperature } = server;
  const url = new URL(server.at);
  const baseUrl =
    where === 'known'
      ? `http://${url.hostname}:${port}${url.pathname}`
      : `http://models.test:${port}${url.pathname}`;
  return {
    ...{ baseUrl, apiKey: 'key', model: where === 'known' ? model : 'a-model', contextWindow: 128_000 },
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

export async function matrix(where: 'known' | 'unknown'): Promise<Row[]> {
  const servers = where === 'known' ? STRICT_SERVERS : STRICT_SERVERS.map(outspoken);
  return await Promise.all(servers.map((server) => rowOf(server, where)));
}

/** The server without what it does not say in words, which nobody can learn. */
export function outspoken(server: StrictServer): StrictServer {
  const { defaultMost: _, ...habits } = server.habits;
  return { ...server, habits, refuses: server.refuses.filter((rule) => !SILENT.has(rule)) };
}

/** The table of docs/models.md: a server a line, a kind of request a column. */
export function tableOf(known: Row[], unknown: Row[]): string {
  const kinds = REQUEST_KINDS.map(({ name }, at) => `${at + 1} ${name}`).join(' · ');
  const numbers = REQUEST_KINDS.map((_, at) => `${at + 1}`);
  const lines = known.map(({ server, cells }, at) => {
    const stranger = unknown[at] as Row;
    const learned = Object.entries(stranger.learned).map(([field, value]) => `${field}: ${String(value)}`);
    return [
      server.name,
      server.refuses.map((rule) => `\`${rule}\``).join(' '),
      ...cells.map(mark),
      `${sum(stranger)}${learned.length === 0 ? '' : `: ${learned.join(', ')}`}`,
    ];
  });
  const heads = [
    'server',
    'refuses what breaks',
    ...numbers,
    'refusals at an unknown address, and what they taught',
  ];
  return [
    `Kinds: ${kinds}.`,
    '',
    `| ${heads.join(' | ')} |`,
    `|${heads.map(() => '---').join('|')}|`,
    ...lines.map((line) => `| ${line.join(' | ')} |`),
  ].join('\n');
}

/** Taken at once, or after so many refusals. */
function mark({ refusals: count, failed }: Cell): string {
  if (failed !== undefined) return 'no';
  return count === 0 ? '✓' : `✓ ${count}`;
}

function sum({ cells }: Row): number {
  return cells.reduce((all, { refusals: count }) => all + count, 0);
}

const BEGIN = '<!-- the strict servers: written by test/support/strict-servers/write-table.ts -->';
const END = '<!-- the strict servers: end -->';

/** The page with this table in its place. @throws Error for a page without a place for it */
export function withTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no place for the table: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n${table}\n${page.slice(end)}`;
}
