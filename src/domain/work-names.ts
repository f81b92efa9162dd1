/** Names that are made from a Work's id. */

/** The id of a Work's one workflow. */
export function workflowIdOf(workId: string): string {
  return `work-${workId}`;
}
