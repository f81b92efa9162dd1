/** The processes that a supervisor starts, by name. */
export const ROLES = ['postgres', 'temporal', 'demo-model', 'worker', 'api'] as const;
export type Role = (typeof ROLES)[number];

/** Asked to stop one after the other in this order: who serves others goes last. */
export const STOP_ORDER: readonly Role[] = ['api', 'worker', 'demo-model', 'temporal', 'postgres'];
