/** The REST calls about Works, as the page needs them (docs/protocol.md, REST). */
import type { z } from 'zod';
import type { Message } from '../../../src/domain/messages.ts';
import type { Plan, PlannedStep } from '../../../src/domain/plans.ts';
import { MAX_PAGE_ITEMS } from '../../../src/protocol/limits.ts';
import type { meta } from '../../../src/protocol/meta.ts';
import type { Work, workflowInfo } from '../../../src/protocol/works.ts';
import type { Http } from './http.ts';

export type { Work };
export type Meta = z.infer<typeof meta>;
export type WorkflowInfo = z.infer<typeof workflowInfo>;

/** A page of a list; `nextCursor` is absent on the last one. */
export interface Page<Item, Cursor = string> {
  items: Item[];
  nextCursor?: Cursor | undefined;
}

/** Works whose title holds `q` (all where it is empty), the newest first. */
export function listWorks(
  http: Http,
  { q, cursor }: { q: string; cursor?: string | undefined },
): Promise<Page<Work>> {
  const query = new URLSearchParams({ ...(q === '' ? {} : { q }), ...(cursor ? { cursor } : {}) });
  return http.json('GET', `/api/works?${query}`);
}

/** A Work without a title gets one from its first message; `language` is that of the default template. */
export function createWork(http: Http, language: 'en' | 'zh', templateId?: string): Promise<Work> {
  return http.json('POST', '/api/works', { language, ...(templateId === undefined ? {} : { templateId }) });
}

export function getWork(http: Http, id: string): Promise<Work> {
  return http.json('GET', `/api/works/${id}`);
}

export function renameWork(http: Http, id: string, title: string): Promise<Work> {
  return http.json('PATCH', `/api/works/${id}`, { title });
}

/** Chooses which of the person's models serves each role of the Work; a role that is absent has the default. */
export function chooseModels(http: Http, id: string, models: Work['models']): Promise<Work> {
  return http.json('PATCH', `/api/works/${id}`, { models });
}

/** What its turns may take; null: whatever they need. */
export function setBudget(http: Http, id: string, budget: Work['budget']): Promise<Work> {
  return http.json('PATCH', `/api/works/${id}`, { budget });
}

/** What its agents may do by themselves; null: all. */
export function setPolicy(http: Http, id: string, policy: Work['policy']): Promise<Work> {
  return http.json('PATCH', `/api/works/${id}`, { policy });
}

/** Whether a reviewer reads its paper; null: none does. */
export function setReview(http: Http, id: string, review: Work['review']): Promise<Work> {
  return http.json('PATCH', `/api/works/${id}`, { review });
}

/** Changes the plan of that version (0: there is none); no steps take it away. @throws ApiError conflict where it is another by now */
export function changePlan(
  http: Http,
  id: string,
  change: { version: number; steps: PlannedStep[] },
): Promise<Plan> {
  return http.json('PUT', `/api/works/${id}/plan`, change);
}

export function deleteWork(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/works/${id}`);
}

/** A copy of its files and of its conversation up to the last turn that ended. */
export function duplicateWork(http: Http, id: string, title: string): Promise<Work> {
  return http.json('POST', `/api/works/${id}/duplicate`, { title });
}

/** What the Work's workflow is doing, and where Temporal shows it. */
export function getWorkflow(http: Http, id: string): Promise<WorkflowInfo> {
  return http.json('GET', `/api/works/${id}/workflow`);
}

/** Messages older than `cursor`, oldest first. */
export function olderMessages(http: Http, id: string, cursor: number): Promise<Page<Message, number>> {
  return http.json('GET', `/api/works/${id}/messages?limit=${MAX_PAGE_ITEMS}&cursor=${cursor}`);
}

export function getMeta(http: Http): Promise<Meta> {
  return http.json('GET', '/api/meta');
}
