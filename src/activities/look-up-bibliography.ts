/** All of a Work's references looked up, as a person asked for (O6). Idempotent: what has a verdict keeps it. */
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { personOfWork } from '../db/reference-verdicts.ts';
import { readBibtex } from '../domain/references/bibtex.ts';
import { BIBLIOGRAPHY, BIBLIOGRAPHY_BYTES } from '../paper-check/check-work.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { lookUpReferences } from './look-up-references.ts';
import type { LookUpInput } from './types.ts';

/** Some hundred works: the sources are asked one thing at a time. */
const LOOK_UP_MS = 12 * 60_000;
const BEAT_MS = 5_000;

export function lookUpBibliography(deps: ActivityDependencies) {
  return async ({ workId }: LookUpInput): Promise<void> => {
    const { literature, log } = deps;
    const person = await personOfWork(deps.db, workId);
    if (person === undefined) return;
    if (literature === undefined) {
      log.warn(
        { workId },
        'references are not looked up: LITERATURE is on at the api, and off at this worker',
      );
      return;
    }
    const beat = setInterval(() => heartbeat(), BEAT_MS);
    try {
      const source = await (await deps.workspaceOf(workId)).read(BIBLIOGRAPHY, {
        maxBytes: BIBLIOGRAPHY_BYTES,
      });
      const { entries } = readBibtex(source.toString('utf8'));
      const asked = { workId, entries, person, signal: cancellationSignal(), ms: LOOK_UP_MS };
      await lookUpReferences(deps, literature, asked);
    } catch (error) {
      // The file is gone, or none that can be read: the check says so.
      if (!(error instanceof WorkspaceError)) throw error;
    } finally {
      clearInterval(beat);
    }
  };
}
