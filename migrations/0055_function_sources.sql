-- From here on no migration makes a function: their sources are src/db/functions, and this row says which of them the
-- database has (src/db/function-sources.ts). What 0001 to 0054 made is replaced by them.
create table function_sources (
  only_row boolean primary key default true check (only_row),
  -- grows with every change of the sources: an older program does not put its functions over newer ones
  version integer not null,
  -- of all sources, sha256 in hexadecimal
  hash text not null,
  applied_at timestamptz not null default clock_timestamp()
);
