/** How much a Work's files may be, whoever writes them (S6). */

/** Bytes of all files together. */
export const WORKSPACE_BYTES = 1024 ** 3;
