-- I6: other people's MCP servers, whose tools a person's MainAgent may call, and what a model was told of them in a turn.
create table tool_servers (
  id uuid primary key,
  owner_id uuid not null references users (id) on delete cascade,
  name text not null,
  url text not null,
  -- Sealed under this row's id (A5); null: it wants none.
  sealed_token bytea,
  -- What it offered when its person last looked: [{tool, name, description, parameters, repeatable}], [{tool, why}].
  tools jsonb not null,
  left_out jsonb not null,
  -- Names there of tools that no model is told of.
  blocked text[] not null default '{}',
  looked_at timestamptz not null,
  created_at timestamptz not null,
  unique (owner_id, name)
);

-- Of the MainAgent: the tools of servers, each with its server's id, in each step of the turn.
alter table openings add column tools jsonb;
