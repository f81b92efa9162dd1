/** Looking at a container, and what is done to one whoever else may be doing the same. */
import type Docker from 'dockerode';
import { ask, unlessStatus } from './engine.ts';

/** @returns null when there is no such container. */
export function inspect(engine: Docker, name: string): Promise<Docker.ContainerInspectInfo | null> {
  return unlessStatus([404], ask(engine.getContainer(name).inspect()));
}

/** Starting one that runs does nothing. */
export async function startContainer(engine: Docker, name: string): Promise<void> {
  await unlessStatus([304], ask(engine.getContainer(name).start()));
}

/** One that has ended, or is gone, needs no signal. */
export async function signalContainer(
  engine: Docker,
  name: string,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  await unlessStatus([404, 409], ask(engine.getContainer(name).kill({ signal })));
}

/** Kills and removes; one that is gone, or is being removed, is left alone. */
export async function removeContainer(engine: Docker, name: string): Promise<void> {
  await unlessStatus([404, 409], ask(engine.getContainer(name).remove({ force: true, v: true })));
}

/** @returns false when there is none of that name, or the new name is taken: someone was faster. */
export async function renameContainer(engine: Docker, name: string, newName: string): Promise<boolean> {
  const renamed = ask(engine.getContainer(name).rename({ name: newName })).then(() => true);
  return (await unlessStatus([404, 409], renamed)) ?? false;
}

/** Writes to the standard input of a running container, which stays open. */
export async function writeToContainer(engine: Docker, name: string, text: string): Promise<void> {
  const input = await ask(engine.getContainer(name).attach({ stream: true, stdin: true, hijack: true }));
  const written = new Promise<void>((resolve, reject) => {
    input.on('error', reject);
    input.end(text, () => resolve());
    input.resume();
  });
  await ask(written);
}
