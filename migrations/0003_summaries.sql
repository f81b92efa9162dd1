-- Summaries in place of older turns (F7). The messages that they stand for stay as they are.

create table summaries (
  work_id uuid not null references works on delete cascade,
  -- whose conversation: 'main', or the id of the code_agent call that the agent serves
  agent text not null,
  -- the last message that the summary stands for
  through_message_id uuid not null,
  number bigint generated always as identity,
  -- the claim of the step that had it made: that step's message shows it
  step_key text not null,
  text text not null,
  -- paths of the files that came with all messages it stands for: the model is still told of them
  attachments jsonb not null default '[]',
  usage jsonb not null,
  tokens_before integer not null,
  tokens_after integer not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (work_id, agent, through_message_id)
);
create index summaries_of_step on summaries (work_id, step_key);

-- Stores a summary that was made under a step's claim, once, with its event and its cost. Gives {kind: "fenced"} or
-- {kind: "stored", text, stop}: the text that counts, which is an earlier one where there is one, and whether
-- somebody asked to stop the turn.
create function store_summary(
  p_work uuid, p_key text, p_attempt integer, p_agent text, p_through uuid, p_text text, p_attachments jsonb,
  p_usage jsonb, p_before integer, p_after integer
) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  v_text text;
begin
  select * into w from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = p_key;
  if c.attempt is distinct from p_attempt or c.state <> 'running' then
    return jsonb_build_object('kind', 'fenced');
  end if;
  insert into summaries (work_id, agent, through_message_id, step_key, text, attachments, usage, tokens_before,
                         tokens_after)
  values (p_work, p_agent, p_through, p_key, p_text, p_attachments, p_usage, p_before, p_after)
  on conflict do nothing;
  if found then
    update turns set usage = add_usage(usage, p_usage) where work_id = p_work and turn = c.turn;
    perform log_append(p_work, c.turn, jsonb_build_array(jsonb_build_object(
      'kind', 'context.compacted', 'tokensBefore', p_before, 'tokensAfter', p_after,
      'throughMessageId', p_through)));
  end if;
  select text into v_text from summaries
  where work_id = p_work and agent = p_agent and through_message_id = p_through;
  return jsonb_build_object('kind', 'stored', 'text', v_text, 'stop', w.stop_turn is not distinct from c.turn);
end $$;

-- What an attempt streamed so far, as parts: neighbouring deltas of one type make one part (as the reducer does).
-- The summary that its step had made stands before them, as complete_step's caller puts it.
create or replace function streamed_parts(p_work uuid, p_turn integer, p_message uuid, p_from bigint) returns jsonb
language sql as $$
  with deltas as (
    select seq, split_part(kind, '.', 1) as type, body ->> 'text' as text,
           row_number() over (order by seq) - row_number() over (partition by kind order by seq) as island
    from events
    where work_id = p_work and seq > p_from and kind in ('text.delta', 'reasoning.delta')
      and body ->> 'messageId' = p_message::text
  ), parts as (
    select type, string_agg(text, '' order by seq) as text, min(seq) as first from deltas group by type, island
  ), summary as (
    select jsonb_build_array(jsonb_build_object(
      'type', 'summary', 'text', s.text, 'throughMessageId', s.through_message_id)) as part
    from claims c join summaries s on s.work_id = c.work_id and s.step_key = c.key
    where c.work_id = p_work and c.turn = p_turn and c.message_id = p_message
    order by s.number desc limit 1
  )
  select coalesce((select part from summary), '[]')
    || coalesce(jsonb_agg(jsonb_build_object('type', type, 'text', text) order by first), '[]') from parts;
$$;
