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
