/** What a program may do with its key (I1): ask for something, or change something. */
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];
