/** The sources of literature as a test plays them: one server on this machine, each source below a path of its own. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SOURCES, type Source } from '../../src/domain/references/sources.ts';
import { openSources, type Sources } from '../../src/literature/open-sources.ts';

/** What one request is answered with; a function does it itself. */
export type Played =
  | { status?: number; json?: unknown; body?: string; headers?: Record<string, string> }
  | ((request: IncomingMessage, response: ServerResponse) => void);

export interface PlayedSources {
  /** `LITERATURE_HOSTS` of this server. */
  setting: string;
  hosts: Record<Source, URL>;
  /** Paths with their queries, as they were asked, in their order. */
  asked: string[];
  userAgents: Set<string>;
  /** The most that one source was asked at a time. */
  mostAtOnce(): number;
  /** What answers from now on: by `source` and the decoded path below it, or what the path begins with. */
  play(source: Source, path: string, ...answers: Played[]): void;
  close(): Promise<void>;
}

const NOT_FOUND: Played = { status: 404, body: 'Resource not found.' };

/** What nobody plays is not found. Of several answers each is given once, the last for ever. */
export async function playSources(): Promise<PlayedSources> {
  const played = new Map<string, Played[]>();
  const asked: string[] = [];
  const userAgents = new Set<string>();
  const running = new Map<string, number>();
  let most = 0;
  const server = createServer((request, response) => {
    const [, source = '', ...rest] = (request.url ?? '').split('/');
    const path = rest.join('/');
    asked.push(`${source} ${decodeURIComponent(path.replaceAll('+', ' '))}`);
    userAgents.add(request.headers['user-agent'] ?? '');
    const now = (running.get(source) ?? 0) + 1;
    running.set(source, now);
    most = Math.max(most, now);
    response.once('close', () => running.set(source, (running.get(source) ?? 1) - 1));
    answer(answersOf(source, decodeURIComponent(path.split('?')[0] ?? '')), request, response);
  });
  function answersOf(source: string, path: string): Played {
    const key = `${source} ${path}`;
    const found = played.get(key) ?? [...played].find(([begin]) => key.startsWith(begin))?.[1];
    return (found !== undefined && found.length > 1 ? found.shift() : found?.[0]) ?? NOT_FOUND;
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const entries = SOURCES.map((source) => [source, new URL(`http://127.0.0.1:${port}/${source}`)] as const);
  return {
    setting: entries.map(([source, url]) => `${source}=${url.href}`).join(', '),
    hosts: Object.fromEntries(entries) as Record<Source, URL>,
    asked,
    userAgents,
    mostAtOnce: () => most,
    play: (source, path, ...answers) => played.set(`${source} ${path}`, answers),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(played: Played, request: IncomingMessage, response: ServerResponse): void {
  if (typeof played === 'function') {
    played(request, response);
    return;
  }
  const { status = 200, json, body = '', headers = {} } = played;
  const type = json === undefined ? 'text/html' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(json === undefined ? body : JSON.stringify(json));
}

/** The sources of this server, as a worker opens them. */
export function openPlayed(played: PlayedSources, options: { timeoutMs?: number } = {}): Sources {
  return openSources({
    contact: 'library@example.org',
    hosts: played.hosts,
    keys: {},
    onTrouble: () => {},
    ...options,
  });
}

/** Crossref's `works/{doi}`, with what it has of every work. */
export function crossrefWork(work: Record<string, unknown>): Played {
  return { json: { status: 'ok', 'message-type': 'work', 'message-version': '1.0.0', message: work } };
}

export function crossrefList(...works: Record<string, unknown>[]): Played {
  const message = { facets: {}, 'total-results': works.length, items: works, 'items-per-page': 5, query: {} };
  return { json: { status: 'ok', 'message-type': 'work-list', 'message-version': '1.0.0', message } };
}

const issued = (...parts: number[]) => ({ 'date-parts': [parts] });

/** As Crossref has it. */
export const KNUTH = {
  publisher: 'Oxford University Press (OUP)',
  issue: '2',
  DOI: '10.1093/comjnl/27.2.97',
  type: 'journal-article',
  page: '97-111',
  source: 'Crossref',
  'is-referenced-by-count': 1006,
  title: ['Literate Programming'],
  prefix: '10.1093',
  volume: '27',
  author: [{ given: 'D. E.', family: 'Knuth', sequence: 'first', affiliation: [] }],
  'container-title': ['The Computer Journal'],
  issued: issued(1984, 2, 1),
  'published-print': issued(1984, 2, 1),
  subtitle: [],
  URL: 'https://doi.org/10.1093/comjnl/27.2.97',
};

/** A retracted one: the title says so at some publishers, the notices do everywhere. */
export const RETRACTED = {
  DOI: '10.1177/1758835920922055',
  type: 'journal-article',
  title: [
    'miR-34a induces immunosuppression in colorectal carcinoma through modulating a SIRT1/NF-&amp;kappa;B axis',
  ],
  author: [{ given: 'Li', family: 'Chen', sequence: 'first', affiliation: [] }],
  'container-title': ['Therapeutic Advances in Medical Oncology'],
  issued: issued(2020, 1),
  'published-online': issued(2020, 5, 7),
  'updated-by': [
    {
      DOI: '10.1177/17588359231172420',
      type: 'retraction',
      label: 'Retraction',
      source: 'publisher',
      updated: issued(2023, 1),
    },
    {
      DOI: '10.1177/17588359231172420',
      type: 'retraction',
      label: 'Retraction',
      source: 'retraction-watch',
      'record-id': '44541',
    },
  ],
};

/** As DataCite's content negotiation gives a preprint of arXiv's. */
export const ATTENTION = {
  type: 'article',
  id: 'https://doi.org/10.48550/arxiv.1706.03762',
  categories: ['Computation and Language (cs.CL)', 'Machine Learning (cs.LG)'],
  author: [
    { family: 'Vaswani', given: 'Ashish' },
    { family: 'Shazeer', given: 'Noam' },
  ],
  issued: issued(2017),
  abstract:
    'The dominant sequence transduction models are based on complex recurrent or convolutional networks.',
  DOI: '10.48550/ARXIV.1706.03762',
  publisher: 'arXiv',
  title: 'Attention Is All You Need',
  copyright: 'arXiv.org perpetual, non-exclusive license',
};
