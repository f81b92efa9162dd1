-- Nobody is taken for dead because Postgres was away, and a tool that was left behind changes nothing.

-- When Postgres last came up: one row, written by whoever finds none. A crash of one server process makes Postgres
-- recover under the same postmaster, whose start time tells nothing of it, but recovery empties unlogged tables.
create unlogged table server_recovery (
  only_row boolean primary key default true check (only_row),
  seen_at timestamptz not null default clock_timestamp()
);

create function up_since() returns timestamptz
language plpgsql volatile as $$
declare
  v_seen timestamptz;
begin
  select seen_at into v_seen from server_recovery;
  if not found then
    insert into server_recovery default values on conflict do nothing;
    v_seen := clock_timestamp();
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
  if greatest(w.renewed_at, v_up_since) < clock_timestamp() - lease then
    return false;
  end if;
  -- one that has just registered is about to take its lock
  if w.started_at > clock_timestamp() - interval '2 seconds' then
    return true;
  end if;
  if v_up_since < clock_timestamp() - lease and pg_try_advisory_xact_lock(w.lock_key) then
    return false;
  end if;
  return true;
end $$;

-- The first grace begins now: a server that is up for long has nobody to wait for.
insert into server_recovery (seen_at) values (pg_postmaster_start_time());

-- Writes down a change of a file that a tool is about to make (R3), where its attempt still counts and nobody asked
-- to stop its turn: else false, and the tool must not make it. A retry that recomputed it replaces the entry.
create function record_change(
  p_work uuid, p_call uuid, p_attempt integer, p_path text, p_before text, p_after text, p_result text
) returns boolean
language plpgsql as $$
declare
  w works;
  c claims;
begin
  select * into w from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = 'tool:' || p_call;
  if c.attempt is distinct from p_attempt or c.state <> 'running' or w.stop_turn is not distinct from c.turn then
    return false;
  end if;
  insert into file_changes (work_id, tool_call_id, path, sha_before, sha_after, result)
  values (p_work, p_call, p_path, p_before, p_after, p_result)
  on conflict (work_id, tool_call_id, path) do update set
    sha_before = p_before, sha_after = p_after, result = p_result;
  return true;
end $$;

-- Whether an attempt at something of this turn still runs, on a worker that lives.
create function is_attended(p_work uuid, p_turn integer) returns boolean
language sql volatile as $$
  select coalesce(bool_or(worker_alive(worker)), false)
  from (select distinct worker from claims where work_id = p_work and turn = p_turn and state = 'running') c;
$$;
