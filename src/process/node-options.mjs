/** How our processes run Node: V8 gives pages back to nobody, so that it should not take many (docs/benchmarks.md, "Memory"). */
export const NODE_OPTIONS = ['--max-semi-space-size=8'];

/** glibc gives each thread an arena of its own and returns little of it: two are enough for what is native here. */
export const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };
