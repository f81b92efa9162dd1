-- What is known of runs of code (T2, T3): facts, what was read and written, where it ran.

-- The number of the run that began last in the Work.
alter table works add column last_run integer not null default 0;

-- What the runs of one set-up have in common; kept for good, for there are few.
create table environments (
  hash text primary key,
  details jsonb not null,
  at timestamptz not null default clock_timestamp()
);

-- `ended_at` is null until its outcome is stored, for good where its turn ended without it, and for runs of versions that
-- recorded nothing. `number` is null for a run that such a version begins beside this one. `script` is
-- the path of what ran, `code` what it said.
alter table runs
  add column number integer,
  add column script text,
  add column code text,
  add column script_sha256 text,
  add column ended_at timestamptz,
  add column exit_code integer,
  add column reads jsonb,
  add column unseen text,
  add column writes jsonb,
  add column more_facts boolean not null default false,
  add column environment text references environments;

-- What is known of those that were: which script ran, and what it changed.
update runs set number = old.number, script = old.script, code = old.code, script_sha256 = old.script_sha256, writes = old.files
from (
  select r.work_id, r.tool_call_id, c.files,
    row_number() over (partition by r.work_id order by r.started_at, r.tool_call_id)::integer as number,
    'code/' || case when n.name = '' then 'script.py' when n.name like '%.py' then n.name else n.name || '.py' end as script,
    c.arguments ->> 'code' as code,
    encode(sha256(convert_to(c.arguments ->> 'code', 'UTF8')), 'hex') as script_sha256
  from runs r join tool_calls c on c.work_id = r.work_id and c.id = r.tool_call_id
  cross join lateral (
    select regexp_replace(trim(coalesce(c.arguments ->> 'filename', '')), '^(\./)?code/', '') as name) n
  where c.arguments ->> 'code' is not null
) old
where runs.work_id = old.work_id and runs.tool_call_id = old.tool_call_id;
update works set last_run = ran.most
from (select work_id, max(number) as most from runs group by work_id) ran
where works.id = ran.work_id and ran.most is not null;

create unique index runs_number on runs (work_id, number);

create table facts (
  work_id uuid not null,
  run integer not null,
  n integer not null,
  source text not null check (source in ('record', 'printed', 'file')),
  name text not null,
  value text not null,
  unit text,
  path text,
  line integer,
  script_line integer,
  primary key (work_id, run, n),
  foreign key (work_id, run) references runs (work_id, number) on delete cascade
);
