-- Files that a person has made of a Work (P20): a row is the order, and says what became of it. The file lies under
-- PA_DATA/exports; both go a day after they were ordered, and with the Work.
create table exports (
  id uuid primary key,
  work_id uuid not null references works (id) on delete cascade,
  format text not null,
  style text,
  file text,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  size bigint,
  problems jsonb not null default '[]',
  error text,
  created_at timestamptz not null default clock_timestamp(),
  -- When its workflow was last started: one that nobody is at is started again.
  woken_at timestamptz not null default clock_timestamp()
);
create index exports_of_work on exports (work_id, created_at);
create index exports_open on exports (woken_at) where state in ('queued', 'running');
