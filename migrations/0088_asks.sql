-- H1: what an agent asks a person in the middle of a turn. A row is open, or was answered: by whom, when and how.
create table asks (
  work_id uuid not null references works (id) on delete cascade,
  id uuid not null,
  turn integer not null,
  -- the call that waits for the answer
  tool_call_id uuid,
  question text not null,
  options text[],
  default_text text,
  deadline timestamptz,
  raised_at timestamptz not null,
  raised_seq bigint not null,
  answered_by text check (answered_by in ('person', 'deadline', 'stop')),
  answered_at timestamptz,
  answer text,
  allow boolean,
  primary key (work_id, id),
  check (num_nulls(answered_by, answered_at, answer) in (0, 3)),
  check (allow is null or answered_by is not null),
  check (answered_by is distinct from 'deadline' or deadline is not null)
);
-- A Work has one turn at a time, and a turn one question.
create unique index asks_open on asks (work_id) where answered_by is null;
create unique index asks_of_call on asks (work_id, tool_call_id);
create unique index asks_in_order on asks (work_id, raised_seq);
