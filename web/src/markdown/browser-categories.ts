/**
 * What stands in for `uc.micro` in the build (vite.config.ts): browsers have Unicode's categories, and markdown-it asks
 * for no other than these, to tell where emphasis may begin and end.
 */

/** Punctuation. */
export const P = /\p{P}/u;
/** Symbols. */
export const S = /\p{S}/u;
