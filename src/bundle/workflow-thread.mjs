/** Linked into the bundle: the file of the thread that runs workflows, which lies beside this one there. */
import { fileURLToPath } from 'node:url';

export const WORKFLOW_THREAD = fileURLToPath(new URL('./workflow-thread.mjs', import.meta.url));
