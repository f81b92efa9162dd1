/** The Sandbox that is made of Docker containers (S1-S6). */
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { cancelled, lost } from '../ending.ts';
import { readyForRun } from '../first-start.ts';
import { ownWorkspace } from '../own-workspace.ts';
import { identityOf } from '../processes.ts';
import { kindsInWords, type Libraries, listsOf, lockedPackages, ownInWords } from '../python-lists.ts';
import { runName, warmName, warmSuffix } from '../run-name.ts';
import { scriptInside } from '../script-path.ts';
import { createSightings } from '../sightings.ts';
import {
  DEFAULT_LIMITS,
  type Ending,
  type RunKey,
  type RunSpec,
  type Sandbox,
  SandboxUnavailable,
} from '../types.ts';
import { inspect, removeContainer, renameContainer, startContainer, writeToContainer } from './container.ts';
import { containerOptions, type EngineFacts, sandboxUser } from './container-options.ts';
import { ask, EngineError, unlessStatus } from './engine.ts';
import { followContainer, readTraces } from './follow-container.ts';
import { reapContainers, sandboxContainers } from './reap-containers.ts';
import { keepOrder, mayStartContainer, type Order, recordFolder, removeRecord } from './run-record.ts';

const CREATE_MS = 15_000;

export interface DockerConfig {
  instance: string;
  libraries: Libraries;
  /** The operator's own packages that the image has. */
  own: string[];
  /** Where runs keep what their containers cannot: under PA_DATA, outside every workspace. */
  stateDir: string;
  engine: Docker;
  facts: EngineFacts;
  image: string;
  /** Takes a line about what went wrong beside a run. */
  log: (line: string) => void;
}

/** What the relay is told (see sandbox/relay.py). */
function orderLine({ script, limits }: Order): string {
  const { fileBytes, deadlineMs, outputBytes } = limits;
  return JSON.stringify({ script: scriptInside(script), fileBytes, deadlineMs, outputBytes });
}

/** The name as the one parameter of the address, where dockerode would repeat the whole body: 20 KB of it. */
function onlyNamed(name: string, options: Docker.ContainerCreateOptions): Docker.ContainerCreateOptions {
  return { _query: { name }, _body: options } as Docker.ContainerCreateOptions;
}

export function createDockerSandbox(config: DockerConfig): Sandbox {
  const { instance, stateDir, engine, facts, image, log } = config;
  const user = sandboxUser(facts);
  const sightings = createSightings();
  const nameOf = (key: RunKey) => runName(instance, key);

  /** Creates a container, or waits until the one that someone else is creating under this name is there. */
  const create = async (name: string, options: Docker.ContainerCreateOptions): Promise<void> => {
    for (const limit = performance.now() + CREATE_MS; performance.now() < limit; await sleep(50)) {
      // A name is taken some time before the container that has it can be seen, and given back if that fails.
      const created = ask(engine.createContainer(onlyNamed(name, options))).then((module) => module);
      if ((await unlessStatus([409], created)) || (await inspect(engine, name))) return;
    }
    throw new EngineError(409, `the name ${name} is taken by a container that does not appear`);
  };

  const createRun = ({ key, workspace, limits }: RunSpec, name: string, order: Order) =>
    create(
      name,
      containerOptions({
        ...{ image, instance, workspace, limits, facts, user },
        purpose: {
          kind: 'run',
          ...key,
          deadline: new Date(order.at + limits.deadlineMs).toISOString(),
          order: orderLine(order),
        },
      }),
    );

  /** Gives the owner's warm container the name of this run. @returns false when there is none to take. */
  const takeWarm = async ({ workspace, owner, limits }: RunSpec, name: string): Promise<boolean> => {
    if (limits.memoryBytes !== DEFAULT_LIMITS.memoryBytes) return false;
    const warm = warmName(instance, workspace, owner);
    const found = await inspect(engine, warm);
    return found?.State.Running === true && (await renameContainer(engine, warm, name));
  };

  /** Starts what has been created; gives its order to what was started ahead. Both may be done again and again. */
  const begin = async (name: string, folder: string, order: Order, signal: AbortSignal): Promise<void> => {
    for (;;) {
      const found = await inspect(engine, name);
      if (found?.State.Status !== 'created') {
        const waits = found?.State.Running && found.Config.Labels['com.paperagent.kind'] === 'ready';
        // One that had its order already reads no second one.
        if (waits) await writeToContainer(engine, name, `${orderLine(order)}\n`);
        return;
      }
      if (mayStartContainer(folder)) {
        const again = await inspect(engine, name);
        if (again?.State.Status === 'created') await startContainer(engine, name);
      } else {
        if (signal.aborted) return;
        await sleep(50); // Another process, which is alive, is starting it.
      }
    }
  };

  /** What an engine says when it cannot start a run says nothing about the code. */
  const orUnavailable = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action();
    } catch (error) {
      if (error instanceof EngineError) throw new SandboxUnavailable(error.message);
      throw error;
    }
  };

  const remove = async (key: RunKey): Promise<void> => {
    const name = nameOf(key);
    await removeContainer(engine, name);
    removeRecord(recordFolder(stateDir, name));
  };

  return {
    kind: 'docker',

    async run(spec, { progress, mayStart, signal, detach, onOutput }) {
      const { key, workspace, script, limits } = spec;
      scriptInside(script);
      const name = nameOf(key);
      const folder = recordFolder(stateDir, name);
      const order = await orUnavailable(async (): Promise<Order | Ending> => {
        const found = await inspect(engine, name);
        if (!found && !mayStart) return lost('nothing is left of its container');
        if (!found && signal.aborted) return cancelled(0);
        const ready = found ? { limits } : await readyForRun(workspace, limits);
        if ('refused' in ready) return ready.refused;
        const kept = keepOrder(folder, { key, script, limits: ready.limits, at: Date.now() });
        if (!found) {
          if (!(await takeWarm(spec, name))) await createRun(spec, name, kept);
        }
        await begin(name, folder, kept, signal);
        return kept;
      });
      if ('kind' in order) return order;
      const given = { engine, name, folder, workspace, order, log };
      return followContainer({ ...given, progress, signal, detach, onOutput });
    },

    async environment() {
      const { Id } = await orUnavailable(() => ask(engine.getImage(image).inspect()));
      // Fonts are the image's.
      const packages = listsOf(config.libraries).flatMap(lockedPackages);
      return { sandbox: 'docker', made: [image, Id], packages, fonts: Id };
    },

    traces: (key) => orUnavailable(() => readTraces(engine, nameOf(key))),

    remove: remove,
    // A container that is removed is killed first.
    endAndRemove: remove,

    reap: (wanted) => reapContainers({ engine, instance, stateDir }, wanted, sightings.round()),

    async warm(owner, workspace) {
      const name = warmName(instance, workspace, owner);
      await ownWorkspace(workspace);
      await create(
        name,
        containerOptions({
          ...{ image, instance, workspace, facts, user, limits: DEFAULT_LIMITS },
          purpose: { kind: 'ready', owner, creator: identityOf(process.pid) },
        }),
      );
      await startContainer(engine, name);
    },

    async release(owner) {
      for (const { name } of await sandboxContainers(engine, instance))
        if (name.endsWith(warmSuffix(owner))) await removeContainer(engine, name);
    },

    // An image of which one could not be imported is not made.
    packages: () => [...kindsInWords(config.libraries, (module) => module), ...ownInWords(config.own)],
  };
}
