/** What a model is used for; each may be another model (F5): the MainAgent, code agents, summaries of older turns. */
export const MODEL_ROLES = ['main', 'code', 'summary'] as const;
export type ModelRole = (typeof MODEL_ROLES)[number];
