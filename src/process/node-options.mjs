/** How our processes run Node: V8 gives pages back to nobody, so that it should not take many (docs/benchmarks.md, "Memory"). */
export const NODE_OPTIONS = ['--max-semi-space-size=8'];

/** Runs an entry point of src/main from the bundle of its sources, where there is one (src/bundle/run.mjs). */
export const FROM_BUNDLE = [`--import=${new URL('../bundle/run.mjs', import.meta.url).href}`];

/** `FROM_BUNDLE`, for the processes that this one starts, where it was started so itself; `npm run dev` is not. */
export const fromBundleToo = () => FROM_BUNDLE.filter((option) => process.execArgv.includes(option));

/** glibc gives each thread an arena of its own and returns little of it: two are enough for what is native here. */
export const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };
