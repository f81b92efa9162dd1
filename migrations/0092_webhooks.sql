-- I9: addresses that are told of what happens in a person's Works, and what each is to be told (an outbox): a delivery is
-- made by the statement that makes the event.
create table webhooks (
  id uuid primary key,
  owner_id uuid not null references users (id) on delete cascade,
  url text not null,
  events text[] not null check (events <> '{}'),
  -- Sealed under this row's id (A5). The one before signs as well until `previous_until`.
  sealed_secret bytea not null,
  sealed_previous bytea,
  previous_until timestamptz,
  created_at timestamptz not null,
  -- Since when nothing got through.
  failing_since timestamptz,
  ended_at timestamptz,
  ended_why text check (ended_why in ('failing', 'gone')),
  -- Events that were not kept for it, as too many waited.
  missed integer not null default 0,
  check (num_nulls(ended_at, ended_why) in (0, 2))
);
create index webhooks_owner on webhooks (owner_id, created_at, id);

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null references webhooks (id) on delete cascade,
  type text not null,
  data jsonb not null,
  at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_at timestamptz not null,
  -- Until when whoever took it may be at it.
  taken_until timestamptz,
  tried_at timestamptz,
  status integer,
  error text
);
create index webhook_deliveries_waiting on webhook_deliveries (webhook_id, next_at) where state = 'waiting';
create index webhook_deliveries_taken on webhook_deliveries (taken_until) where taken_until is not null;
create index webhook_deliveries_newest on webhook_deliveries (webhook_id, at desc, id);
create index webhook_deliveries_old on webhook_deliveries (at) where state <> 'waiting';

create function tell_turn_completed() returns trigger language plpgsql as $$ begin return null; end $$;
create function tell_ask_raised() returns trigger language plpgsql as $$ begin return null; end $$;
create function tell_export_ready() returns trigger language plpgsql as $$ begin return null; end $$;
create function tell_work_deleted() returns trigger language plpgsql as $$ begin return null; end $$;

create trigger turns_told after update of completed_at on turns for each row
  when (old.completed_at is null and new.completed_at is not null) execute function tell_turn_completed();
create trigger asks_told after insert on asks for each row execute function tell_ask_raised();
create trigger exports_told after update of state on exports for each row
  when (old.state <> 'done' and new.state = 'done') execute function tell_export_ready();
create trigger works_told after update of deleted_at on works for each row
  when (old.deleted_at is null and new.deleted_at is not null) execute function tell_work_deleted();
