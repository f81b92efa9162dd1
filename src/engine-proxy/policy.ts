/** What the workers of one instance may have containers made of. */
import type { EngineFacts } from '../sandbox/docker/container-options.ts';

export interface Policy {
  instance: string;
  /** The one image (`sandboxImageTag`). */
  image: string;
  /** Absolute path of PA_DATA/workspaces, the same on the host. */
  workspaces: string;
  /** "uid:gid" that generated code runs as: the workers'. */
  user: string;
  facts: EngineFacts;
}

/** A request that the rules let pass, or a sentence that says why not. */
export type Judged<What> = ({ allowed: true } & What) | { allowed: false; reason: string };

export function refuse(reason: string): { allowed: false; reason: string } {
  return { allowed: false, reason };
}
