/** Looking at a container before something is done to it: whose it is, and what it would mount. */
import { lstat } from 'node:fs/promises';
import { z } from 'zod';
import { INSTANCE_LABEL } from '../sandbox/docker/container-options.ts';
import { WORKSPACE_INSIDE } from '../sandbox/script-path.ts';
import { unlessMissing } from '../system-error.ts';
import { workOfWorkspace } from './create-rule.ts';
import { type Answer, askEngine } from './engine-connection.ts';
import { type Judged, type Policy, refuse } from './policy.ts';

const inspected = z.object({
  Id: z.string().regex(/^[0-9a-f]{64}$/),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullable() }),
  HostConfig: z.object({
    Mounts: z.array(z.object({ Source: z.string(), Target: z.string() })).nullish(),
    /** In place of a mount where SELinux is enforced. */
    Binds: z.array(z.string()).nullish(),
  }),
});

export type OwnContainer =
  /** `answer` is the engine's, whole. */
  | { kind: 'own'; id: string; workspace: string; answer: Answer }
  /** The engine does not know it, or does not answer as it should: that is passed on. */
  | { kind: 'none'; answer: Answer }
  | { kind: 'foreign' };

/** What is done afterwards is done to the id, which no name can be moved away from. */
export async function findOwn(policy: Policy, socketPath: string, name: string): Promise<OwnContainer> {
  const answer = await askEngine(socketPath, { method: 'GET', path: `/containers/${name}/json` });
  if (answer.status !== 200) return { kind: 'none', answer };
  const { Id, Config, HostConfig } = inspected.parse(JSON.parse(answer.body));
  if (Config.Labels?.[INSTANCE_LABEL] !== policy.instance) return { kind: 'foreign' };
  const mount = HostConfig.Mounts?.find(({ Target }) => Target === WORKSPACE_INSIDE)?.Source;
  const bind = HostConfig.Binds?.map((text) => text.split(':')).find(
    ([, to]) => to === WORKSPACE_INSIDE,
  )?.[0];
  const workspace = mount ?? bind ?? '';
  return { kind: 'own', id: Id, workspace, answer };
}

/**
 * Whether the engine would mount the workspace and nothing else: neither it nor the folder above is a link. Asked
 * at creation and again before the start, for the engine follows links when it starts a container.
 */
export async function judgeFolder(policy: Policy, workspace: string): Promise<Judged<object>> {
  if (workOfWorkspace(policy, workspace) === null)
    return refuse('what it mounts is not the workspace of a Work');
  for (const folder of [policy.workspaces, workspace]) {
    const found = await unlessMissing(lstat(folder));
    if (!found?.isDirectory()) return refuse(`${folder} is not a folder`);
  }
  return { allowed: true };
}
