/** Names of workflows in Temporal. */

/** The id of a Work's one workflow. */
export function workflowIdOf(workId: string): string {
  return `work-${workId}`;
}

/** The id of the workflow that serves a code_agent call. */
export function codeWorkflowIdOf(toolCallId: string): string {
  return `code-${toolCallId}`;
}

/** The workflow that makes an export. */
export function exportWorkflowIdOf(exportId: string): string {
  return `export-${exportId}`;
}

/** The workflow that looks a Work's references up. */
export function lookUpWorkflowIdOf(workId: string): string {
  return `references-${workId}`;
}

/** A schedule in Temporal; the workflows that it starts have the time behind it. */
export function temporalScheduleIdOf(scheduleId: string): string {
  return `schedule-${scheduleId}`;
}

/** The workflow that makes a Work's runs again. */
export function verifyWorkflowIdOf(verificationId: string): string {
  return `verify-${verificationId}`;
}
