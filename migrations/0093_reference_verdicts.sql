-- What was found out about references on the internet (O6), by what was compared of them: the same words, the same
-- verdict, whatever else of the entry changes.
create table reference_verdicts (
  work_id uuid not null references works (id) on delete cascade,
  fingerprint text not null,
  verdict jsonb not null,
  looked_up_at timestamptz not null
);
-- Titles are longer than an index takes.
create unique index reference_verdicts_of on reference_verdicts (work_id, md5(fingerprint));
