-- H5: whether a reviewer reads the paper as the main agent ends a turn: {rounds}, how often it may send the paper back;
-- null: none does.
alter table works add column review jsonb;

-- What reviewers said, a row each time; the newest counts. One without a verdict: the conversation was rewound since.
create table reviews (
  work_id uuid not null references works (id) on delete cascade,
  -- Of its event.
  seq bigint not null,
  turn integer,
  round integer,
  -- The reviewer's message; null: none was begun.
  message_id uuid,
  verdict text check (verdict in ('accept', 'revise', 'none')),
  -- [text]
  points jsonb not null default '[]',
  -- Whether the paper went back to the main agent with it.
  sent_back boolean not null default false,
  -- sha256 of the paper that was read.
  paper text,
  -- {code, message}: why there is no verdict.
  error jsonb,
  primary key (work_id, seq)
);

-- It has two arguments more (functions/steps.sql).
drop function if exists complete_step(uuid, text, integer, jsonb, jsonb, boolean, jsonb, boolean);
