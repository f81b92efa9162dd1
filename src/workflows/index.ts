/** The workflow bundle: everything in here runs deterministically inside Temporal's sandbox. */
export { codeAgent } from './code-agent.ts';
export { exportWork } from './export.ts';
export { lookUpWork } from './look-up.ts';
export { scheduledTime } from './scheduled-time.ts';
export { verifyWork } from './verify.ts';
export { work } from './work.ts';
