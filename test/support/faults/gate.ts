/**
 * A gate in a test's own database: the statement that reaches a named point waits inside Postgres, with all it did
 * so far uncommitted, while the test strikes. Then it is let through (its commit's answer may find nobody) or
 * aborted (nothing of it was stored). So "before" and "after" a durable step are exact, without a hook in the
 * program.
 */
import { randomInt } from 'node:crypto';
import { createClient } from '../../../src/db/database.ts';
import { until } from '../until.ts';

/** Where a gate stands: a row that is written, as SQL over `new` (and `old` in an update). */
export interface GatePlace {
  table:
    | 'events'
    | 'claims'
    | 'file_changes'
    | 'runs'
    | 'facts'
    | 'plans'
    | 'schedules'
    | 'works'
    | 'snapshots'
    | 'upload_room'
    | 'restores';
  on: 'insert' | 'update';
  when: string;
}

export interface Gate {
  /** Resolves when a statement waits at the gate. */
  reached(): Promise<void>;
  /** Process ids of the sessions that wait. */
  waiting(): Promise<number[]>;
  /** Lets the statement go on, and all that come after it. */
  open(): Promise<void>;
  /** Opens, and waits until what waited is committed. */
  pass(): Promise<void>;
  /** Ends the session of the statement that waits, so that nothing of it is stored; then opens. */
  abort(): Promise<void>;
  /** Removes every trace. */
  remove(): Promise<void>;
}

/** The class of our advisory locks; the program itself uses bigint keys, which are another space. */
const LOCK_CLASS = 7_077;

/** Sets a gate for one Work. The session that holds it is the test's; killing Postgres breaks it, and opens the gate. */
export async function setGate(databaseUrl: string, workId: string, place: GatePlace): Promise<Gate> {
  const key = randomInt(2 ** 30);
  const name = `fault_gate_${key}`;
  const session = createClient({ connectionString: databaseUrl });
  await session.connect();
  await session.query('select pg_advisory_lock($1, $2)', [LOCK_CLASS, key]);
  const work = place.table === 'works' ? 'new.id' : 'new.work_id';
  await session.query(`
    create function ${name}() returns trigger language plpgsql as $gate$
    begin
      if ${work} = '${workId}' then
        if ${place.when} then
          perform pg_advisory_xact_lock_shared(${LOCK_CLASS}, ${key});
        end if;
      end if;
      return new;
    end $gate$;
    create trigger ${name} before ${place.on} on ${place.table}
      for each row execute function ${name}();`);

  async function waiting(): Promise<number[]> {
    const { rows } = await session.query<{ pid: number }>(
      'select pid from pg_locks where classid = $1 and objid = $2 and objsubid = 2 and not granted',
      [LOCK_CLASS, key],
    );
    return rows.map(({ pid }) => pid);
  }

  const open = async () => {
    await session.query('select pg_advisory_unlock($1, $2)', [LOCK_CLASS, key]);
  };

  return {
    reached: () => until(async () => (await waiting()).length > 0, 'a statement came to the gate', 30_000),
    waiting,
    open,
    async pass() {
      const pids = await waiting();
      await open();
      await until(async () => {
        const { rows } = await session.query(
          "select from pg_stat_activity where pid = any($1::integer[]) and state <> 'idle'",
          [pids],
        );
        return rows.length === 0;
      }, 'the statement had committed');
    },
    async abort() {
      const pids = await waiting();
      await session.query('select pg_terminate_backend(pid) from unnest($1::integer[]) pid', [pids]);
      await until(async () => !(await waiting()).some((pid) => pids.includes(pid)), 'the session ended');
      await open();
    },
    async remove() {
      // With its session the lock goes, so that nothing waits for it any more; the session may be broken.
      await session.end().catch(() => {});
      const cleaner = createClient({ connectionString: databaseUrl });
      await cleaner.connect();
      await cleaner.query(`drop trigger ${name} on ${place.table}; drop function ${name}()`);
      await cleaner.end();
    },
  };
}
