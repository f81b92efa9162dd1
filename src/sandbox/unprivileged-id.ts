/** The user and group that generated code runs as when the server is root (S2); no system has given it away. */
export const UNPRIVILEGED_ID = 65532;
