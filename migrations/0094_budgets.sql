-- H4: what a turn, a Work, a day and a person may take. {turn?, work?: {tokens?, cost?}, atLimit?: "ask" | "end"} of a Work;
-- {day?, person?: {tokens?, cost?}, spent: {tokens, cost}} of a person, where spent is what they had used as it was set.
alter table works add column budget jsonb;
alter table users add column budget jsonb;
-- Of which budgets the turn was warned.
alter table turns add column warned text[] not null default '{}';
-- What a question is to allow (P21): what would be done, exactly.
alter table asks add column act jsonb;
-- The row of the hour 'epoch' has what a person has used in all, since this migration.
alter table token_use add column cost numeric not null default 0;
-- It has one argument more (functions/steps.sql).
drop function if exists claim_step(uuid, integer, text, integer, text, uuid, text, text, bigint, bigint);
