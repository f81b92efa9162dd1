/**
 * What `POST /containers/create` may ask for: exactly what src/sandbox/docker asks for, and nothing else. The few
 * things in which one run differs from the next are read from the body and checked; with them the body is made
 * again, and has to be the same. So no key and no value gets through that this list does not know of.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  CALL_LABEL,
  type ContainerPurpose,
  CREATOR_LABEL,
  containerOptions,
  DEADLINE_LABEL,
  KIND_LABEL,
  OWNER_LABEL,
  TURN_LABEL,
  WORK_LABEL,
} from '../sandbox/docker/container-options.ts';
import { DEFAULT_LIMITS } from '../sandbox/types.ts';
import { type Judged, type Policy, refuse } from './policy.ts';

const text = z.string().max(4_096);

/** What differs between two runs, where the body has it. */
const differing = z.object({
  Cmd: z.array(z.string().max(16_384)),
  Labels: z.record(z.string(), text),
  HostConfig: z.object({
    Mounts: z.tuple([z.object({ Source: text })]).optional(),
    Binds: z.tuple([text]).optional(),
    Memory: z
      .int()
      .min(6 * 1024 ** 2)
      .max(DEFAULT_LIMITS.memoryBytes),
  }),
});

const processIdentity = z.object({ pid: z.int(), startTime: text, machine: text });

const RUN_NAME = /^paperagent-run-[0-9a-f]{24}$/;
const READY_NAME = /^paperagent-ready-[0-9a-f]{24}-[0-9a-f]{24}$/;

/** Whether a container of this name can be a sandbox at all. */
export function isSandboxName(name: string): boolean {
  return RUN_NAME.test(name) || READY_NAME.test(name);
}

/** Whether one that was prepared may be given this name. */
export function isRunName(name: string): boolean {
  return RUN_NAME.test(name);
}

/** The id of the Work whose workspace this is; null for every other path. */
export function workOfWorkspace(policy: Policy, path: string): string | null {
  const prefix = `${policy.workspaces}/`;
  const id = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}

/** @returns the workspace that would be mounted, which has to be looked at: here only its name is. */
export function judgeCreate(policy: Policy, name: string, body: unknown): Judged<{ workspace: string }> {
  const parsed = differing.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(`its ${issue?.path.join('.') || 'body'} is not that of a sandbox`);
  }
  const { Cmd, Labels, HostConfig } = parsed.data;
  // Of the two, one is made again below with the engine's facts: the other one is a difference.
  const workspace = HostConfig.Mounts?.[0].Source ?? HostConfig.Binds?.[0].split(':')[0] ?? '';
  const workId = workOfWorkspace(policy, workspace);
  if (workId === null) return refuse('what it mounts is not the workspace of a Work');
  const purpose = purposeOf(Cmd, Labels);
  if (purpose === null) return refuse('its labels and its command are not those of a sandbox');
  if (purpose.kind === 'run' && purpose.workId !== workId)
    return refuse("what it mounts is another Work's workspace");
  if (!(purpose.kind === 'run' ? RUN_NAME : READY_NAME).test(name))
    return refuse('its name is not that of a sandbox');
  const { image, instance, user, facts } = policy;
  const limits = { memoryBytes: HostConfig.Memory };
  const wanted = containerOptions({ image, instance, workspace, limits, facts, user, purpose });
  const difference = firstDifference(JSON.parse(JSON.stringify(wanted)), body, '');
  if (difference !== null) return refuse(`its ${difference} is not that of a sandbox`);
  return { allowed: true, workspace };
}

/** Why it is made, as its labels and its command say. */
function purposeOf(command: string[], labels: Record<string, string>): ContainerPurpose | null {
  const [mode, order] = command;
  if (labels[KIND_LABEL] === 'run' && mode === 'now' && order !== undefined)
    return {
      kind: 'run',
      workId: labels[WORK_LABEL] ?? '',
      turn: Number(labels[TURN_LABEL]),
      toolCallId: labels[CALL_LABEL] ?? '',
      deadline: labels[DEADLINE_LABEL] ?? '',
      order,
    };
  const creator = processIdentity.safeParse(fromJson(labels[CREATOR_LABEL]));
  if (labels[KIND_LABEL] !== 'ready' || mode !== 'ahead' || !creator.success) return null;
  return { kind: 'ready', owner: labels[OWNER_LABEL] ?? '', creator: creator.data };
}

function fromJson(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where two JSON values differ first, for a sentence; null where they do not. */
function firstDifference(wanted: unknown, given: unknown, path: string): string | null {
  if (!isObject(wanted) || !isObject(given)) return isDeepStrictEqual(wanted, given) ? null : path || 'body';
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(given)])) {
    const below = path === '' ? key : `${path}.${key}`;
    if (!Object.hasOwn(wanted, key) || !Object.hasOwn(given, key)) return below;
    const difference = firstDifference(wanted[key], given[key], below);
    if (difference !== null) return difference;
  }
  return null;
}
