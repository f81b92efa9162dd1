/**
 * How our processes run Node. Where a machine has much memory V8 lets a heap grow to a multiple of what is in use
 * before it collects, and gives pages that it has once taken back to nobody: what a worker holds is what it once
 * needed at most. Collecting sooner halves that (docs/benchmarks.md, "Memory").
 */
export const NODE_OPTIONS = ['--max-semi-space-size=8', '--heap-growing-percent=30'];

/** glibc gives each thread an arena of its own and returns little of it: two are enough for what is native here. */
export const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };
