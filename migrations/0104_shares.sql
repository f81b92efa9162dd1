-- H8, P24: links by which anybody reads a Work, or its paper alone. Of the secret in a link only the hash is kept.
create table shares (
  id uuid primary key default gen_random_uuid(),
  work_id uuid not null references works (id) on delete cascade,
  what text not null check (what in ('work', 'paper')),
  token_hash bytea not null unique,
  -- The secret's last characters, by which its owner knows a link again.
  hint text not null,
  created_at timestamptz not null,
  -- Null: until it is ended.
  expires_at timestamptz
);
create index shares_of_work on shares (work_id);
