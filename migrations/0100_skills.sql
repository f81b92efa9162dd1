-- I7: Agent Skills that a person keeps, for all their Works.
create table skills (
  id uuid primary key,
  owner_id uuid not null references users (id) on delete cascade,
  name text not null,
  description text not null,
  -- Of its files together.
  bytes integer not null,
  created_at timestamptz not null,
  unique (owner_id, name)
);

create table skill_files (
  skill_id uuid not null references skills (id) on delete cascade,
  path text not null,
  content bytea not null,
  primary key (skill_id, path)
);
