/** Looking at a container, and ending it. */
import { type Engine, EngineError } from './engine.ts';

/** What matters of `GET /containers/NAME/json`. */
export interface Inspected {
  State: {
    Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
    Running: boolean;
    ExitCode: number;
    OOMKilled: boolean;
    StartedAt: string;
    FinishedAt: string;
  };
  Config: { Labels: Record<string, string> };
}

/** Resolves with null where the engine answers with one of these: it is gone, or was never there. */
export async function unlessStatus<Answer>(
  statuses: number[],
  asked: Promise<Answer>,
): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EngineError && statuses.includes(error.status)) return null;
    throw error;
  }
}

/** @returns null when there is no such container. */
export function inspect(engine: Engine, name: string): Promise<Inspected | null> {
  return unlessStatus([404], engine.json<Inspected>({ method: 'GET', path: `/containers/${name}/json` }));
}

/** One that has ended, or is gone, needs no signal. */
export async function signalContainer(
  engine: Engine,
  name: string,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  const path = `/containers/${name}/kill?signal=${signal}`;
  await unlessStatus([404, 409], engine.json({ method: 'POST', path }));
}

/** Kills and removes; one that is gone, or is being removed, is left alone. */
export async function removeContainer(engine: Engine, name: string): Promise<void> {
  await unlessStatus(
    [404, 409],
    engine.json({ method: 'DELETE', path: `/containers/${name}?force=true&v=true` }),
  );
}

/** @returns false when there is none of that name, or the new name is taken: someone was faster. */
export async function renameContainer(engine: Engine, name: string, newName: string): Promise<boolean> {
  const path = `/containers/${name}/rename?name=${newName}`;
  const renamed = engine.json({ method: 'POST', path }).then(() => true);
  return (await unlessStatus([404, 409], renamed)) ?? false;
}
