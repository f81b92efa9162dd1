-- I6: MCP servers that the operator sets up for everybody, and what they offered when a worker looked last.
create table operator_tool_servers (
  name text primary key,
  -- Whether guests' Works may call its tools, too.
  for_guests boolean not null,
  -- As in tool_servers, without what the operator blocks.
  tools jsonb not null,
  left_out jsonb not null,
  -- Names there of tools that a Work's person is asked about before each call.
  asked text[] not null,
  looked_at timestamptz not null
);

-- The same of a person's own.
alter table tool_servers add column asked text[] not null default '{}';
