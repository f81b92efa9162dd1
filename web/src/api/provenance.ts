/** Where a paper's numbers come from (docs/trust.md). */
import type { z } from 'zod';
import type { decisionBody, provenance } from '../../../src/protocol/provenance.ts';
import type { runPage } from '../../../src/protocol/runs.ts';
import type { Http } from './http.ts';

export type PaperSources = z.infer<typeof provenance>;
export type SourcedNumber = PaperSources['numbers'][number];
export type SourcedFigure = PaperSources['figures'][number];
export type DecisionBody = z.infer<typeof decisionBody>;

export function fetchSources(http: Http, workId: string, file: string): Promise<PaperSources> {
  return http.json('GET', `/api/works/${workId}/provenance?${new URLSearchParams({ file })}`);
}

/** A value that a run gave by name. */
export interface RunFact {
  run: number;
  name: string;
  value: string;
}

/** The values of good runs, the newest first, and where older ones go on; undefined: there are none. */
export interface RunFacts {
  facts: RunFact[];
  next: number | undefined;
}

/** @param cursor `next` of the page before; absent: the newest */
export async function fetchRunFacts(http: Http, workId: string, cursor?: number): Promise<RunFacts> {
  const page = cursor === undefined ? '' : `?${new URLSearchParams({ cursor: String(cursor) })}`;
  const { items, nextCursor: next } = await http.json<z.infer<typeof runPage>>(
    'GET',
    `/api/works/${workId}/runs${page}`,
  );
  const facts = items
    .filter(({ ending, exitCode }) => ending === 'exited' && exitCode === 0)
    .flatMap(({ number, facts: own }) => own.map(({ name, value }) => ({ run: number, name, value })));
  return { facts, next };
}

/** The caller makes the id. */
export async function decide(http: Http, workId: string, id: string, body: DecisionBody): Promise<void> {
  await http.json('PUT', `/api/works/${workId}/provenance/decisions/${id}`, body);
}

export async function takeBack(http: Http, workId: string, id: string): Promise<void> {
  await http.json('DELETE', `/api/works/${workId}/provenance/decisions/${id}`);
}
