/** What the descriptions of routes have in common (OpenAPI, and the checks that follow from it). */
import { z } from 'zod';
import { errorBody } from '../protocol/errors.ts';
import { uuid } from '../protocol/messages.ts';

const WORDS = {
  400: 'the request is not valid',
  401: 'no valid access token',
  403: 'not allowed',
  404: 'no such thing, or not yours',
  409: 'in conflict with how things are',
  412: 'changed meanwhile',
  413: 'too large',
  416: 'no such range',
  429: 'too many; see Retry-After',
  503: 'a dependency does not answer',
  507: 'no room is left',
} as const;

export type ErrorStatus = keyof typeof WORDS;

export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** The errors that a route answers with. */
export function errors<const Statuses extends readonly ErrorStatus[]>(...statuses: Statuses) {
  return Object.fromEntries(
    statuses.map((status) => [status, json(errorBody, WORDS[status])]),
  ) as unknown as Record<Statuses[number], { description: string }>;
}

/** A page of a list, with the cursor of the next one where there is one. */
export function pageOf<Item, Cursor>(items: Item[], nextCursor: Cursor | undefined) {
  return { items, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

export const bearer = [{ bearer: [] as string[] }];

/** Of something of the person's own. */
export const idParams = z.object({ id: uuid.toLowerCase().meta({ param: { name: 'id', in: 'path' } }) });

export const workParams = z.object({
  id: uuid.toLowerCase().meta({ param: { name: 'id', in: 'path' }, description: 'of a Work' }),
});
