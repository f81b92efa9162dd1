-- Versions of a Work's files (T4): snapshots, and the bytes that they are made of.

-- `last_snapshot` numbers them; `history_bytes` is what the kept bytes take on the disk, beside the files themselves.
alter table works
  add column last_snapshot integer not null default 0,
  add column history_bytes bigint not null default 0;

create index works_history on works (owner_id) include (history_bytes) where history_bytes > 0;

create table snapshots (
  work_id uuid not null references works (id) on delete cascade,
  number integer not null,
  id uuid not null,
  reason text not null check (reason in ('turn', 'run', 'tool', 'person', 'restore')),
  turn integer,
  tool_call_id uuid,
  -- The snapshot that was brought back, in the one of what that gave.
  restored uuid,
  files integer not null,
  bytes bigint not null,
  at timestamptz not null,
  primary key (work_id, number),
  unique (work_id, id)
);
create unique index snapshots_turn on snapshots (work_id, turn) where reason = 'turn';
create unique index snapshots_call on snapshots (work_id, tool_call_id) where tool_call_id is not null;

-- A version of a file is in the snapshots from `since` on, up to and without `until`; null: in the newest one.
-- A path may be longer than an index takes. `seen` is what is unchanged while the file is (workspace/snapshot.ts).
-- `skipped` says why its bytes are not kept.
create table file_versions (
  work_id uuid not null references works (id) on delete cascade,
  path text not null,
  path_id uuid not null generated always as (md5(path)::uuid) stored,
  since integer not null,
  until integer,
  sha256 text not null,
  size bigint not null,
  seen text not null,
  skipped text,
  primary key (work_id, path_id, since)
);
create index file_versions_now on file_versions (work_id) where until is null;
create index file_versions_bytes on file_versions (work_id, sha256);

-- Bytes that are kept, once for each content: `stored` of them on the disk, in a file whose name ends in `file`.
create table blobs (
  work_id uuid not null references works (id) on delete cascade,
  sha256 text not null,
  size bigint not null,
  stored bigint not null,
  file uuid not null,
  encoding text not null check (encoding in ('plain', 'gzip', 'zstd')),
  primary key (work_id, sha256)
);

-- Files that are brought back (T9, T10): a row from the order on, so that whoever finds it pending goes on. `undo` and
-- `result` are the ids of the snapshots before and after it. `paths` null: all files. `taken` null: all that differs is
-- brought back; else what a person changed since stays, but for these paths. `turn`: of the turn that begins with it.
create table restores (
  work_id uuid not null references works (id) on delete cascade,
  id uuid not null,
  target uuid not null,
  undo uuid not null default gen_random_uuid(),
  result uuid not null default gen_random_uuid(),
  paths jsonb,
  taken jsonb,
  turn integer,
  state text not null default 'pending' check (state in ('pending', 'done', 'failed')),
  error text,
  ordered_at timestamptz not null,
  ended_at timestamptz,
  primary key (work_id, id)
);
create index restores_pending on restores (work_id) where state = 'pending';

-- The snapshot whose files the turn of this message begins with, and which of a person's own changes since are to go.
alter table messages
  add column files_from uuid,
  add column files_taken jsonb;

drop function if exists rerun_message(uuid, uuid, uuid, uuid, text, integer, integer, integer, bigint, bigint);
drop function if exists duplicate_work(uuid, uuid, uuid, text);
