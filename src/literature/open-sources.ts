/** The sources that the operator allows (O6), as works are looked up and looked for there; once per worker process. */
import { SOURCES, type Source } from '../domain/references/sources.ts';
import { portOf } from '../network/address-guard.ts';
import { type Answer, type Asking, createHost, type Host } from './host.ts';
import { openRequests } from './request.ts';
import type { LiteratureSource, TitleAsked } from './source.ts';
import { arxiv } from './sources/arxiv.ts';
import { crossref } from './sources/crossref.ts';
import { AGENCIES, doi } from './sources/doi.ts';
import { openalex } from './sources/openalex.ts';
import { semanticScholar } from './sources/semantic-scholar.ts';

export interface LiteratureOptions {
  /** A mail address: the sources want to reach whoever asks too much. */
  contact: string;
  /** Addresses in place of the sources' own; null: that one is not asked. */
  hosts: Readonly<Partial<Record<Source, URL | null>>>;
  keys: Readonly<Partial<Record<Source, string>>>;
  onTrouble(source: string, why: string): void;
  /** Milliseconds that one request may take. */
  timeoutMs?: number;
}

/** An answer of one source; `absent` where it is not asked by this. */
export interface Sources {
  /** Those that are asked, in their order. */
  readonly names: readonly Source[];
  byDoi(source: Source, doi: string, asking: Asking): Promise<Answer>;
  byTitle(source: Source, of: TitleAsked, asking: Asking): Promise<Answer>;
  bySearch(source: Source, words: string, most: number, asking: Asking): Promise<Answer>;
  close(): void;
}

const ALL: Record<Source, LiteratureSource> = {
  doi,
  crossref,
  openalex,
  semantic_scholar: semanticScholar,
  arxiv,
};

export function openSources({ contact, hosts, keys, onTrouble, timeoutMs }: LiteratureOptions): Sources {
  const own = Object.values(hosts).filter((url): url is URL => url instanceof URL);
  const requests = openRequests({
    allowHost: (host, port) =>
      own.some((url) => url.hostname.replace(/^\[|\]$/g, '') === host && portOf(url) === port),
    followTo: AGENCIES,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const userAgent = `PaperAgent (mailto:${contact})`;
  const asked = new Map<Source, Host>();
  for (const name of SOURCES) {
    const address = hosts[name];
    if (address === null) continue;
    const of = { source: ALL[name], address, contact, key: keys[name], userAgent, requests, onTrouble };
    asked.set(name, createHost(of));
  }

  function ask(
    source: Source,
    asks: (of: LiteratureSource) => ReturnType<NonNullable<LiteratureSource['byDoi']>> | undefined,
    asking: Asking,
  ): Promise<Answer> {
    const host = asked.get(source);
    const question = host === undefined ? undefined : asks(host.source);
    return host === undefined || question === undefined
      ? Promise.resolve({ kind: 'absent' })
      : host.ask(question, asking);
  }

  return {
    names: [...asked.keys()],
    byDoi: (source, doi, asking) => ask(source, ({ byDoi }) => byDoi?.(doi), asking),
    byTitle: (source, of, asking) => ask(source, ({ byTitle }) => byTitle?.(of), asking),
    bySearch: (source, words, most, asking) => ask(source, ({ bySearch }) => bySearch?.(words, most), asking),
    close: requests.close,
  };
}
