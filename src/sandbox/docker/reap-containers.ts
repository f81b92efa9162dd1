/** Ends containers that should not run any more, and removes those that nobody will ask about (S4, D7). */
import type Docker from 'dockerode';
import { isRunning, type ProcessIdentity, thisMachine } from '../processes.ts';
import type { SeenFor } from '../sightings.ts';
import type { Wanted } from '../types.ts';
import { removeContainer, signalContainer } from './container.ts';
import { CREATOR_LABEL, INSTANCE_LABEL, OWNER_LABEL } from './container-options.ts';
import { ask } from './engine.ts';
import { overruledAfter } from './guard-limits.ts';
import { giveVerdict, readOrder, recordFolder, recordNames, removeRecord } from './run-record.ts';

/** A container of one instance; `name` is that of a run, or of a warm one. */
export interface SandboxContainer {
  name: string;
  /** Docker's word for it: `created` (it was not started yet), `running`, `exited` and others. */
  state: string;
  labels: Record<string, string>;
}

export async function sandboxContainers(engine: Docker, instance: string): Promise<SandboxContainer[]> {
  const filters = { label: [`${INSTANCE_LABEL}=${instance}`] };
  const listed = await ask(engine.listContainers({ all: true, filters }));
  return listed.map(({ Names, State, Labels }) => ({
    name: Names[0]?.replace(/^\//, '') ?? '',
    state: State,
    labels: Labels,
  }));
}

/** States of a warm one that waits for its run, or is about to: whoever created it starts it in the next instant. */
const WAITING = new Set(['created', 'running']);

/** A warm one whose owner is done, that has ended, or that was prepared by a process that is dead. */
async function isForsaken({ state, labels }: SandboxContainer, wanted: Wanted): Promise<boolean> {
  const creator = JSON.parse(labels[CREATOR_LABEL] ?? 'null') as ProcessIdentity | null;
  if (!WAITING.has(state) || !creator || (creator.machine === thisMachine() && !isRunning(creator)))
    return true;
  return !(await wanted.agent(labels[OWNER_LABEL] ?? ''));
}

export async function reapContainers(
  { engine, instance, stateDir }: { engine: Docker; instance: string; stateDir: string },
  wanted: Wanted,
  seenFor: SeenFor,
): Promise<void> {
  const containers = await sandboxContainers(engine, instance);
  for (const container of containers) {
    const { name, state } = container;
    const folder = recordFolder(stateDir, name);
    const order = readOrder(folder);
    if (!order) {
      if (name.startsWith('paperagent-run-') || (await isForsaken(container, wanted)))
        await removeContainer(engine, name);
    } else if (!(await wanted.run(order.key))) {
      await removeContainer(engine, name);
      removeRecord(folder);
    } else if (state === 'running' && seenFor(name) > overruledAfter(order.limits)) {
      giveVerdict(folder, { kind: 'timed_out' });
      await signalContainer(engine, name, 'SIGKILL');
    }
  }
  const names = new Set(containers.map(({ name }) => name));
  for (const name of recordNames(stateDir)) {
    const folder = recordFolder(stateDir, name);
    const order = names.has(name) ? null : readOrder(folder);
    if (order && !(await wanted.run(order.key))) removeRecord(folder);
  }
}
