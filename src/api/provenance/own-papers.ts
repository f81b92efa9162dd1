/** What is asked about the papers of one's own Works: their files, and in whose name their texts are read. */
import type { Context } from 'hono';
import { findUser } from '../../db/users.ts';
import { findWork } from '../../db/works.ts';
import { type CheckThreads, createCheckThreads } from '../../paper-check/jobs.ts';
import { createProvenanceThreads, type ProvenanceThreads } from '../../provenance/jobs.ts';
import { createPaperTracer, type PaperTracer } from '../../provenance/trace-paper.ts';
import type { Asking } from '../../threads/job-threads.ts';
import { workspaceFolder } from '../../workspace/create-workspace.ts';
import { createFileHashes } from '../../workspace/file-hashes.ts';
import { openWorkspace, type Workspace } from '../../workspace/workspace.ts';
import { notFound } from '../api-error.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';

export interface OwnPapers {
  threads: ProvenanceThreads;
  checkThreads: CheckThreads;
  tracer: PaperTracer;
  /** @throws ApiError not_found */
  workspaceOf(c: Context<ApiEnv>, workId: string): Promise<Workspace>;
  asking(c: Context<ApiEnv>): Promise<Asking>;
}

/** Made once for all routes about papers, which so share threads and what was traced. */
export function createOwnPapers({ db, dataDir }: Pick<ApiDependencies, 'db' | 'dataDir'>): OwnPapers {
  const threads = createProvenanceThreads();
  const hashes = createFileHashes();
  return {
    threads,
    checkThreads: createCheckThreads(),
    tracer: createPaperTracer(db, threads),
    async workspaceOf(c, workId) {
      const ownerId = c.get('identity').userId;
      if ((await findWork(db, { workId, ownerId })) === undefined) throw notFound('Work');
      return openWorkspace(workspaceFolder(dataDir, workId), undefined, hashes.for(ownerId));
    },
    async asking(c) {
      const { userId } = c.get('identity');
      const guest = (await findUser(db, userId))?.guest ?? true;
      return { person: { id: userId, guest }, signal: c.req.raw.signal };
    },
  };
}
