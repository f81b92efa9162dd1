/** The largest file that the server takes, in bytes (src/protocol/files.ts, whose schemas the page does not need). */
export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;
