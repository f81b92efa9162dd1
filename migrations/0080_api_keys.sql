-- I1: keys for programs. What is stored is the hash alone.
create table api_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  scopes text[] not null check (scopes <> '{}' and scopes <@ array['read', 'write']),
  key_hash bytea not null unique,
  -- The last characters, by which a person knows it again.
  hint text not null,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz
);
create index api_keys_user on api_keys (user_id, created_at desc, id);
