-- H7: turns of a Work that come by themselves. The row counts; Temporal's schedule follows it.
create table schedules (
  id uuid primary key,
  work_id uuid not null references works (id) on delete cascade,
  text text not null,
  -- Five fields of a crontab, and the IANA name of the clock that they are read by.
  cron text not null,
  time_zone text not null,
  -- What happens where its last turn has not ended: none is begun, or one waits.
  overlap text not null check (overlap in ('skip', 'queue')),
  paused boolean not null,
  created_at timestamptz not null,
  -- Temporal's schedule is still to be removed, and then this row.
  deleted_at timestamptz,
  -- Raised by each change that Temporal has to know, and the one that it was told last.
  version integer not null default 1,
  told integer not null default 0,
  told_at timestamptz,
  -- Until when whoever tells Temporal may be at it.
  telling_until timestamptz,
  -- From here on times may have passed that Temporal did not know of.
  since timestamptz not null,
  -- The first time of which nothing is written down yet, by our own reckoning; null: not reckoned yet, or paused.
  next_at timestamptz
);
create index schedules_work on schedules (work_id, created_at, id);
create index schedules_untold on schedules (id) where told < version;
create index schedules_next on schedules (next_at) where not paused and deleted_at is null;

-- What became of each time at which one came.
create table schedule_runs (
  schedule_id uuid not null references schedules (id) on delete cascade,
  fires_at timestamptz not null,
  at timestamptz not null,
  outcome text not null check (outcome in ('sent', 'skipped', 'refused', 'missed')),
  -- Why no message was sent.
  why text,
  message_id uuid,
  primary key (schedule_id, fires_at),
  check ((outcome = 'sent') = (message_id is not null) and (outcome = 'sent') = (why is null))
);

-- The schedule by which a message came, which may be gone by now; null: a person sent it.
alter table messages add column scheduled_by uuid;
-- They have one argument more (functions/messages.sql).
drop function if exists store_queued(uuid, uuid, text, jsonb, text, uuid);
drop function if exists enqueue_message(uuid, uuid, uuid, text, jsonb, text, text);
drop function if exists post_message(uuid, uuid, uuid, text, jsonb, text, text, integer, integer, integer, bigint, bigint);
