-- Which workers live, and how they died.

-- When Postgres last came up, for those who would take somebody for dead. A crash of one server process makes Postgres
-- recover under the same postmaster, whose start time tells nothing of it, but recovery empties unlogged tables:
-- whoever finds none writes the row.
create or replace function up_since() returns timestamptz
language plpgsql volatile as $$
declare
  v_seen timestamptz;
begin
  select seen_at into v_seen from server_recovery;
  if not found then
    v_seen := pa_now();
    insert into server_recovery (seen_at) values (v_seen) on conflict do nothing;
  end if;
  return greatest(pg_postmaster_start_time(), v_seen);
end $$;

-- A worker counts as dead when nobody holds its lock any more or its lease has lapsed. It holds the lock, shared, in
-- two sessions, so that one that breaks is not its death. Just after Postgres itself came up nobody has had the time
-- to take a lock again or to renew, so then neither counts.
create or replace function worker_alive(p_worker uuid) returns boolean
language plpgsql as $$
declare
  w workers;
  -- seconds without a renewal after which the worker's claims may be taken over
  lease constant interval := '5 seconds';
  v_up_since timestamptz;
begin
  select * into w from workers where id = p_worker;
  if not found then
    return false;
  end if;
  v_up_since := up_since();
  if greatest(w.renewed_at, v_up_since) < pa_now() - lease then
    return false;
  end if;
  -- one that has just registered is about to take its lock
  if w.started_at > pa_now() - interval '2 seconds' then
    return true;
  end if;
  if v_up_since < pa_now() - lease and pg_try_advisory_xact_lock(w.lock_key) then
    return false;
  end if;
  return true;
end $$;

-- Whether an attempt at something of this turn still runs, on a worker that lives.
create or replace function is_attended(p_work uuid, p_turn integer) returns boolean
language sql volatile as $$
  select coalesce(bool_or(worker_alive(worker)), false)
  from (select distinct worker from claims where work_id = p_work and turn = p_turn and state = 'running') c;
$$;

-- Says that a worker came down by itself, and why; the first word stands. Later there is nobody left who would ask.
create or replace function note_crash(p_worker uuid, p_reason text) returns void
language sql as $$
  delete from worker_crashes where at < pa_now() - interval '1 day';
  insert into worker_crashes (worker, reason, at) values (p_worker, left(p_reason, 200), pa_now()) on conflict do nothing;
$$;
