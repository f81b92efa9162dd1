/**
 * Stands in the bundle for what Temporal's worker makes workflow bundles with: webpack and a file system in memory,
 * which a worker that finds its workflow bundle never needs. Loaded from its package when it is asked for.
 */
const load = () => require('@temporalio/worker/lib/workflow/bundler.js');

for (const name of ['bundleWorkflowCode', 'WorkflowCodeBundler'])
  Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });

// Looked at by each worker, to know that none was added.
exports.defaultWorkflowInterceptorModules = ['@temporalio/worker/lib/workflow-log-interceptor.js'];
