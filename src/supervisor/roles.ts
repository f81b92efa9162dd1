/** The processes that a supervisor starts, by name. */
export const ROLES = ['postgres', 'temporal', 'demo-model', 'worker', 'api'] as const;
export type Role = (typeof ROLES)[number];

/**
 * A process as the pid file and logs call it: its role, with a number where there are several of it. One that waits to
 * take over from another has that one's name and says so.
 */
export type ProcessName = Running | `${Running}-spare`;
type Running = Role | `${Role}-${number}`;

export function roleOf(name: string): string {
  return name.replace(/(-\d+)?(-spare)?$/, '');
}

/** Asked to stop one after the other in this order: who serves others goes last. */
export const STOP_ORDER: readonly Role[] = ['api', 'worker', 'demo-model', 'temporal', 'postgres'];
