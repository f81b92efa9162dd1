-- H3: what the agent of a Work means to do, a row each time that it changed; the newest counts.
create table plans (
  work_id uuid not null references works (id) on delete cascade,
  -- Of its event.
  seq bigint not null,
  turn integer,
  author text not null check (author in ('agent', 'person')),
  -- The call that set it; null: a person did, or the conversation was rewound to it.
  tool_call_id uuid,
  -- [{step, status, made?: [path]}]
  steps jsonb not null,
  -- Whether the model knows it. What a person changes within a turn is told with the next result.
  told boolean not null,
  primary key (work_id, seq)
);
create unique index plans_call on plans (work_id, tool_call_id) where tool_call_id is not null;

-- How the plan stood as older turns were condensed, for the model; null: there was none.
alter table summaries add column plan text;
