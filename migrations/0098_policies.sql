-- H2: which acts the person of a Work is asked about: {kind: "allow" | "ask" | "never"}; null: all are allowed.
alter table works add column policy jsonb;
-- It has one argument more (functions/tool-calls.sql).
drop function if exists claim_tool(uuid, integer, uuid, uuid, text, text);
