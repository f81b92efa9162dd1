/** What a sandbox's container is created with (S1-S3). */

import type Docker from 'dockerode';
import type { ProcessIdentity } from '../processes.ts';
import { SCRIPT_ENVIRONMENT } from '../script-environment.ts';
import { WORKSPACE_INSIDE } from '../script-path.ts';
import { dockerSeccompProfile } from '../seccomp/docker-profile.ts';
import { DEFAULT_LIMITS, type RunLimits } from '../types.ts';
import { UNPRIVILEGED_ID } from '../unprivileged-id.ts';

/** What matters of `GET /info`. */
export interface EngineFacts {
  /** `runsc` (gVisor) where the engine has it; undefined is its default. */
  runtime: string | undefined;
  /** Whether the engine can put its own init before the program. */
  hasInit: boolean;
  /** The engine of a plain user: its root is that user, and other ids are strangers to the workspace. */
  rootless: boolean;
  /** False for an engine without CPU quotas (rootless without delegation): it refuses a container that asks for one. */
  cpuQuota: boolean;
  /** SELinux is enforced: a folder has to be relabelled before a container may enter it. */
  selinux: boolean;
}

/** The key of a run and when it is to end; or, for a warm one, who asked for it. */
export type ContainerPurpose =
  | { kind: 'run'; workId: string; turn: number; toolCallId: string; deadline: string; order: string }
  | { kind: 'ready'; owner: string; creator: ProcessIdentity };

const LABEL = 'com.paperagent.';
export const WORK_LABEL = `${LABEL}work`;
export const TURN_LABEL = `${LABEL}turn`;
export const CALL_LABEL = `${LABEL}tool-call`;
export const DEADLINE_LABEL = `${LABEL}deadline`;
export const INSTANCE_LABEL = `${LABEL}instance`;
export const KIND_LABEL = `${LABEL}kind`;
export const CREATOR_LABEL = `${LABEL}creator`;
export const OWNER_LABEL = `${LABEL}owner`;

const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', ...SCRIPT_ENVIRONMENT };

function labels(instance: string, purpose: ContainerPurpose): Record<string, string> {
  const common = { [INSTANCE_LABEL]: instance, [KIND_LABEL]: purpose.kind };
  if (purpose.kind === 'ready')
    return { ...common, [OWNER_LABEL]: purpose.owner, [CREATOR_LABEL]: JSON.stringify(purpose.creator) };
  return {
    ...common,
    [WORK_LABEL]: purpose.workId,
    [TURN_LABEL]: String(purpose.turn),
    [CALL_LABEL]: purpose.toolCallId,
    [DEADLINE_LABEL]: purpose.deadline,
  };
}

/** Whom a program in a container runs as, by a worker of this process's user: "uid:gid". */
export function sandboxUser(facts: EngineFacts): string {
  if (facts.rootless) return '0:0';
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? `${UNPRIVILEGED_ID}:${UNPRIVILEGED_ID}` : `${uid}:${process.getgid?.() ?? uid}`;
}

/**
 * Where SELinux is enforced the folder gets the label of containers (`z`; all of a Work's share it, so not `Z`),
 * which the API's `Mounts` cannot ask for: there it is a `Binds`, whose fields are divided by colons.
 */
function workspaceMount(workspace: string, facts: EngineFacts): Pick<Docker.HostConfig, 'Mounts' | 'Binds'> {
  if (!facts.selinux) return { Mounts: [{ Type: 'bind', Source: workspace, Target: WORKSPACE_INSIDE }] };
  if (workspace.includes(':'))
    throw new Error(
      `${workspace} has a colon in its name, and SELinux's label cannot be asked for: move PA_DATA`,
    );
  return { Binds: [`${workspace}:${WORKSPACE_INSIDE}:z`] };
}

/** What the container is to be; its name is the claim's. */
export function containerOptions(given: {
  image: string;
  instance: string;
  workspace: string;
  limits: Pick<RunLimits, 'memoryBytes'>;
  facts: EngineFacts;
  /** `sandboxUser` of the worker. */
  user: string;
  purpose: ContainerPurpose;
}): Docker.ContainerCreateOptions {
  const { image, instance, workspace, limits, facts, user, purpose } = given;
  const ahead = purpose.kind === 'ready';
  return {
    Image: image,
    User: user,
    WorkingDir: WORKSPACE_INSIDE,
    Hostname: 'sandbox',
    Entrypoint: ['/opt/paperagent/python', '/opt/paperagent/relay.py'],
    Cmd: ahead ? ['ahead'] : ['now', purpose.order],
    Env: Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`),
    Labels: labels(instance, purpose),
    OpenStdin: ahead,
    StdinOnce: false,
    NetworkDisabled: true,
    HostConfig: {
      ...workspaceMount(workspace, facts),
      Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=64m,mode=1777' },
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true', `seccomp=${dockerSeccompProfile()}`],
      NetworkMode: 'none',
      IpcMode: 'private',
      PidsLimit: 128,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      ...(facts.cpuQuota ? { NanoCpus: 1_000_000_000 } : {}),
      OomScoreAdj: 500,
      Ulimits: [
        { Name: 'nofile', Soft: 1024, Hard: 1024 },
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'fsize', Soft: DEFAULT_LIMITS.fileBytes, Hard: DEFAULT_LIMITS.fileBytes },
      ],
      Init: facts.hasInit,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '4m', 'max-file': '2' } },
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      ...(facts.runtime === undefined ? {} : { Runtime: facts.runtime }),
    },
  };
}
