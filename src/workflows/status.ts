/** The search attribute by which Works in a turn are found in Temporal's list (F17). */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES, type StatusAttribute, type WorkState } from './messages.ts';

const key = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, SearchAttributeType.KEYWORD);

const STATUS: Record<WorkState['phase'], StatusAttribute> = {
  waiting: 'idle',
  model: 'running',
  tools: 'running',
  asking: 'asking',
  stopping: 'stopping',
};

/**
 * Keeps the attribute up to date. It is a command, so that it is given only where it changes, and not at all by a
 * workflow that was started without: those are of older code, or their namespace would refuse it.
 */
export function statusAttribute(known: boolean): (now: WorkState) => void {
  // A workflow is started, and continued, with this one.
  let said: StatusAttribute = 'idle';
  return ({ phase }) => {
    const status = STATUS[phase];
    if (!known || status === said) return;
    said = status;
    upsertSearchAttributes([{ key, value: status }]);
  };
}
