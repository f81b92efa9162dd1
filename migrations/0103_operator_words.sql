-- What the operator says of a server holds while it gives no list (I6), and so stands beside what it listed.
alter table operator_tool_servers
  -- Names there of tools that no model is told of; tools has them too.
  add column blocked text[] not null default '{}',
  -- Stands for the address or command that the tools are of.
  add column source text not null default '',
  -- Null: not looked at there yet.
  alter column looked_at drop not null;
