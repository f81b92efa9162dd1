import type { Work } from '../api/works.ts';

/** What of a Work its person is told by. */
export type Glance = Pick<Work, 'id' | 'title' | 'status' | 'usage' | 'updatedAt'>;

export interface News {
  work: Glance;
  what: 'ended' | 'asks';
}

const tokens = ({ usage }: Glance) => usage.inputTokens + usage.outputTokens;

/**
 * What a person missed between two looks at the list of their Works: questions that wait, and turns after which the
 * Work rests. A turn that another one follows at once is no end; one that began and ended between the looks is known
 * by what it took. A Work that was not listed before is news where it did something since. Pure.
 */
export function newsOf(before: readonly Glance[], now: readonly Glance[]): News[] {
  const known = new Map(before.map((work) => [work.id, work]));
  const latest = Math.max(...before.map(({ updatedAt }) => Date.parse(updatedAt)));
  return now.flatMap((work): News[] => {
    const then = known.get(work.id);
    if (then === undefined && Date.parse(work.updatedAt) <= latest) return [];
    if (work.status === 'asking') return then?.status === 'asking' ? [] : [{ work, what: 'asks' }];
    if (work.status !== 'idle') return [];
    const wasAtWork = then !== undefined && then.status !== 'idle';
    const hasWorked = tokens(work) > (then === undefined ? 0 : tokens(then));
    return wasAtWork || hasWorked ? [{ work, what: 'ended' }] : [];
  });
}
