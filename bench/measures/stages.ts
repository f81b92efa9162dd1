/**
 * Where B1's and B4's milliseconds go: the moments that client, Postgres, Temporal and model noted by themselves, of
 * the same turns, on one machine's clock. Nothing is added to what is measured.
 */
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { callTool, type StreamReply, say, textReply } from '../../src/demo-model/reply.ts';
import type { RecordedRequest } from '../../src/demo-model/server.ts';
import { newGuest, openNewWork } from '../client.ts';
import { historyOf, openTemporal, type TimedEvent } from '../history.ts';
import type { Figure, Measure } from '../measure.ts';
import { answersSince } from '../replies.ts';
import { median } from '../statistics.ts';
import { readTheAnswer, type TurnTimes, takeTurn } from '../turn.ts';

/** Milliseconds since 1970 of named moments. */
type Moments = Record<string, number | undefined>;

interface LogRow {
  kind: string;
  /** Milliseconds since 1970, with fractions. */
  at: number;
}

export const stages: Measure = {
  id: 'STAGES',
  async run(bench) {
    const { model, system, times } = bench;
    const instance = system.instance();
    model.setScript((request) =>
      answersSince(request) === 0 ? wordAndLook() : textReply('Yes, certainly.'),
    );
    const { workId, chat } = await openNewWork(await newGuest(instance.appUrl));
    const client = await openTemporal(instance.temporalAddress);
    const db = openDatabase(instance.databaseUrl, { name: 'bench', max: 1, onIdleError: () => {} });
    try {
      const firstTokens: Moments[] = [];
      const toolSteps: Moments[] = [];
      const turns: { times: TurnTimes; asked: RecordedRequest[] }[] = [];
      const warmUp = times(10, 1);
      for (let turn = warmUp + times(40, 3); turn > 0; turn -= 1) {
        await readTheAnswer();
        const taken = await takeTurn(chat, 'Is it?');
        turns.push({ times: taken, asked: model.requests.slice(-2) });
      }
      const history = await historyOf(client, workId);
      const rows = await logOf(db, workId);
      for (const { times: taken, asked } of turns.slice(warmUp)) {
        const from = wall(taken.sentAt);
        const until = wall(taken.completedAt);
        const log = rows.filter(({ at }) => at >= from && at <= until);
        const events = history.filter(({ at }) => at >= from && at <= until);
        firstTokens.push(toFirstToken(taken, asked, log, events));
        toolSteps.push(throughTool(asked, log, events));
      }
      return [...figures('first token', firstTokens), ...figures('tool step', toolSteps)];
    } finally {
      await chat.close();
      await client.connection.close();
      await db.destroy();
    }
  },
};

/** A first word, and a tool that only looks. */
function wordAndLook(): StreamReply {
  return { kind: 'stream', steps: [...say('Well. '), ...callTool(0, 'call_0', 'tree', { path: null })] };
}

/** A moment of this process's clock as time of day. */
function wall(at: number): number {
  return performance.timeOrigin + at;
}

function toFirstToken(
  taken: TurnTimes,
  [asked]: RecordedRequest[],
  log: LogRow[],
  history: TimedEvent[],
): Moments {
  const logged = (kind: string) => log.find((row) => row.kind === kind)?.at;
  return {
    'the client sends': wall(taken.sentAt),
    'message stored': logged('message.queued'),
    'client has the ack': wall(taken.ackAt),
    'workflow signalled': history.find(({ kind }) => kind === 'signaled')?.at,
    'workflow task started': history.find(({ kind }) => kind === 'task started')?.at,
    'workflow task completed': history.find(({ kind }) => kind === 'task completed')?.at,
    'activity callModel started': history.find(({ kind }) => kind === 'callModel started')?.at,
    'step claimed': logged('step.started'),
    'model has the request': asked && wall(asked.receivedAt),
    "model's first byte": asked?.firstByteAt && wall(asked.firstByteAt),
    'first token stored': logged('text.delta'),
    'client has the first token': wall(taken.firstTokenAt),
  };
}

/** From the end of an answer that calls a tool to the request for the next. */
function throughTool([asked, next]: RecordedRequest[], log: LogRow[], history: TimedEvent[]): Moments {
  const from = asked?.endedAt === undefined ? Number.POSITIVE_INFINITY : wall(asked.endedAt);
  const logged = (kind: string) => log.find((row) => row.kind === kind && row.at > from)?.at;
  const tool = history.findIndex(({ kind }) => kind === 'runTool scheduled');
  const before = history.slice(0, tool + 1);
  const after = history.slice(tool);
  const first = (kind: string) => after.find((event) => event.kind === kind)?.at;
  const last = (kind: string) => before.findLast((event) => event.kind === kind)?.at;
  return {
    "the model's answer ends": from,
    'answer stored': logged('message.completed'),
    'callModel completed': last('callModel completed'),
    'workflow task 1 scheduled': last('task scheduled'),
    'workflow task 1 started': last('task started'),
    'runTool scheduled': first('runTool scheduled'),
    'runTool started': first('runTool started'),
    'result stored': logged('tool.completed'),
    'runTool completed': first('runTool completed'),
    'workflow task 2 started': after.find((event, index) => index > 0 && event.kind === 'task started')?.at,
    'callModel scheduled': first('callModel scheduled'),
    'callModel started': first('callModel started'),
    'step claimed': logged('step.started'),
    'model has the next request': next && wall(next.receivedAt),
  };
}

/** Each moment's distance from the one before it, in the order in which they came. */
function figures(path: string, all: Moments[]): Figure[] {
  const [origin = ''] = Object.keys(all[0] ?? {});
  const offsets = Object.keys(all[0] ?? {}).flatMap((name) => {
    const samples = all.flatMap((moments) => {
      const [at, began] = [moments[name], moments[origin]];
      return at === undefined || began === undefined ? [] : [at - began];
    });
    return samples.length === 0 ? [] : [{ name, at: median(samples) }];
  });
  offsets.sort((a, b) => a.at - b.at);
  return offsets.slice(1).map(({ name, at }, index) => ({
    what: `${path}: ${name}`,
    value: at - (offsets[index]?.at ?? 0),
    unit: 'ms',
    note: `${at.toFixed(1)} ms after "${origin}"`,
  }));
}

async function logOf(db: Database, workId: string): Promise<LogRow[]> {
  const { rows } = await sql<LogRow>`
    select kind, extract(epoch from at)::float8 * 1000 as at from events
    where work_id = ${workId} order by seq`.execute(db);
  return rows;
}
