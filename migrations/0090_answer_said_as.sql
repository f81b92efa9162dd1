-- H1 over interfaces that know messages alone: what is said next there answers the question, under the id that a message
-- would have had. Sent again it is the same answer, and what follows it is the answer to that id.
alter table asks add column said_as uuid,
  add check (said_as is null or answered_by = 'person');
create unique index asks_said on asks (work_id, said_as) where said_as is not null;
-- It has one argument more (functions/asks.sql).
drop function if exists answer_ask(uuid, uuid, uuid, text, boolean);
