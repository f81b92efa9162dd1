-- What a turn began with, what goes back to a model with its answers, what was learned of model servers; and usage in
-- all its parts.

-- The files and the outline as a model was shown them at a turn's beginning: each later step sends the same bytes.
create table openings (
  work_id uuid not null references works on delete cascade,
  turn integer not null,
  -- 'main', or the id of the code_agent call that the agent serves
  agent text not null,
  text text not null,
  primary key (work_id, agent, turn)
);

-- What came with an answer beside its text and its calls and goes back unmodified, to the same endpoint and model only.
create table answer_returns (
  work_id uuid not null references works on delete cascade,
  message_id uuid not null,
  items jsonb not null,
  primary key (work_id, message_id)
);

-- What a model server has refused, and what its requests are like since then.
create table learned_facts (
  id bigint generated always as identity primary key,
  -- null: the server's own model
  model_id uuid references models on delete cascade,
  endpoint text not null,
  model text not null,
  -- a field of the profile
  field text not null,
  value jsonb not null,
  -- what the server said
  words text not null,
  learned_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (model_id, endpoint, model, field)
);

-- Other settings are another case: what was learned of the old ones is forgotten.
create function forget_learned() returns trigger
language plpgsql as $$
begin
  delete from learned_facts where model_id = new.id;
  return null;
end $$;
create trigger models_forget_learned
after update of base_url, model, temperature, params on models
for each row when (
  (old.base_url, old.model, old.temperature, old.params) is distinct from
  (new.base_url, new.model, new.temperature, new.params))
execute function forget_learned();

-- Adds two usages; estimated where either is, each further part where either has it.
create or replace function add_usage(a jsonb, b jsonb) returns jsonb
language sql immutable as $$
  select case when b is null then a else
    jsonb_build_object('inputTokens', (a ->> 'inputTokens')::numeric + (b ->> 'inputTokens')::numeric,
                       'outputTokens', (a ->> 'outputTokens')::numeric + (b ->> 'outputTokens')::numeric)
    || coalesce((select jsonb_object_agg(part,
         coalesce((a ->> part)::numeric, 0) + coalesce((b ->> part)::numeric, 0))
       from unnest(array['cachedTokens', 'reasoningTokens', 'cost']) part where a ? part or b ? part), '{}')
    || case when a ? 'estimated' or b ? 'estimated' then jsonb_build_object('estimated', true) else '{}' end
  end;
$$;
