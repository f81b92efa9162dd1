-- Runs of a Work that are made again, and how what they gave compares (T13): a row is the order, and says what became of it.
create table verifications (
  id uuid primary key,
  work_id uuid not null references works (id) on delete cascade,
  mode text not null check (mode in ('recorded', 'scratch')),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'stopped')),
  -- Who is at it: what an earlier attempt says does not count any more.
  attempt integer not null default 0,
  -- The folder that runs are made in, named like a Work's, and the run that was begun there: {number, toolCallId}.
  scratch uuid,
  began jsonb,
  -- What came of the runs so far, and in the end of the whole.
  runs jsonb not null default '[]',
  report jsonb,
  step text,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  -- When its workflow was last started: one that nobody is at is started again.
  woken_at timestamptz not null default clock_timestamp()
);
create index verifications_of_work on verifications (work_id, created_at);
create index verifications_open on verifications (woken_at) where state in ('queued', 'running');
create index verifications_scratch on verifications (scratch) where scratch is not null;
