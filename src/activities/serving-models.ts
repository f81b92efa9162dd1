/** Which model serves a role of a Work: asked of Postgres at each step, so that a change counts from the next (F13). */
import type { Database } from '../db/database.ts';
import { learnedStore } from '../db/learned-facts.ts';
import { modelOfWork } from '../db/models.ts';
import type { ModelRole } from '../domain/model-roles.ts';
import { type ModelConnection, openModelConnection } from '../llm/connection.ts';
import { createLimitsFinder } from '../llm/limits/find-limits.ts';
import { endpointOf } from '../llm/own-model.ts';
import { createLearning } from '../llm/profiles/learning.ts';
import type { ModelEndpoint } from '../llm/types.ts';
import type { AllowHost } from '../network/address-guard.ts';
import type { Log } from './log.ts';

/** The model that serves a role of a Work at present. */
export interface ServingModel {
  role: ModelRole;
  /** What people call it. */
  name: string;
  source: 'server' | 'own';
  /** With its limits. The key is read when the call is made, not before. @throws ModelError where it cannot be read */
  endpoint(): Promise<ModelEndpoint>;
  /** The one through which it may be called. */
  connection: ModelConnection;
  /** Whether its server cuts a prompt that is too long, and says nothing of it. */
  cutsPrompts(): Promise<boolean>;
}

/** Which model serves a role of a Work. */
export type ModelFor = (workId: string, role: ModelRole) => Promise<ServingModel>;

export interface ServingModels {
  modelFor: ModelFor;
  close(): void;
}

/**
 * The owner's model where there is one, else the server's. The operator's may be anywhere; people's only where
 * `allowHost` or the public internet has them, through sockets of their own (A6).
 */
export function createServingModels(options: {
  db: Database;
  server: ModelEndpoint;
  /** 32 bytes: ENCRYPTION_KEY. */
  secret: Buffer;
  allowHost: AllowHost;
  log: Pick<Log, 'warn'>;
}): ServingModels {
  const { db, server, secret, allowHost, log } = options;
  const learning = createLearning(learnedStore(db), (error) =>
    log.warn({ error: String(error) }, 'what a model server refused could not be kept'),
  );
  const anywhere = openModelConnection({ learning });
  const guarded = openModelConnection({ learning, allowHost });
  const limits = createLimitsFinder();
  // Asked now, so that no turn has to wait for it.
  void limits.withLimits(server, anywhere);

  function serving(
    source: ServingModel['source'],
    endpointNow: () => ModelEndpoint,
    connection: ModelConnection,
  ): Pick<ServingModel, 'source' | 'endpoint' | 'connection' | 'cutsPrompts'> {
    return {
      source,
      endpoint: async () => limits.withLimits(endpointNow(), connection),
      connection,
      cutsPrompts: async () => limits.isOllama(endpointNow(), connection),
    };
  }

  return {
    async modelFor(workId, role) {
      const own = await modelOfWork(db, workId, role);
      return own === undefined
        ? { role, name: server.model, ...serving('server', () => server, anywhere) }
        : { role, name: own.model, ...serving('own', () => endpointOf(own, secret), guarded) };
    },
    close() {
      anywhere.close();
      guarded.close();
    },
  };
}
