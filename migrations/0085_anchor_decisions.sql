-- T1: what people decided about numbers of a paper, kept as quotes with their surroundings.
create table anchor_decisions (
  work_id uuid not null references works (id) on delete cascade,
  id uuid not null,
  file text not null,
  verdict text not null check (verdict in ('pinned', 'confirmed', 'dismissed')),
  quote text not null,
  before text not null,
  after text not null,
  run integer,
  fact text,
  decided_at timestamptz not null default clock_timestamp(),
  primary key (work_id, id)
);
create index anchor_decisions_file on anchor_decisions (work_id, file, decided_at, id);
