-- What a model is told of the conversation, and the summaries in place of its older parts.

-- Where the message stands that called a code agent, which is named by the call's id; null for the others.
create or replace function called_at(p_work uuid, p_agent text) returns bigint
language sql stable as $$
  select m.position from tool_calls c join messages m on m.work_id = c.work_id and m.id = c.message_id
  where c.work_id = p_work and c.id = case when p_agent not in ('main', 'reviewer') then p_agent::uuid end;
$$;

-- What one agent's model is to be told, as messages; on every step's way, so its plans are kept by the session.
-- Its cost depends on what follows the newest summary, not on what that stands for: the person's first message,
-- those of theirs in the running turn, and what follows, for the main agent with what its reviewer said (H5). The first row carries the summary. A code agent has no
-- user's words, and its conversation begins behind the message that called it.
create or replace function read_context(p_work uuid, p_agent text)
returns table (
  id uuid, turn integer, role text, agent text, status text, parts jsonb, usage jsonb, attachments jsonb, delivery
  text, "createdAt" text, summary jsonb
)
language plpgsql stable as $$
#variable_conflict use_column
declare
  v_position bigint := -1;
  v_summary jsonb;
begin
  select m.position, jsonb_build_object('text', s.text, 'throughMessageId', s.through_message_id,
    'attachments', s.attachments, 'stepKey', s.step_key, 'plan', s.plan)
  into v_position, v_summary
  from summaries s join messages m on m.work_id = s.work_id and m.id = s.through_message_id
  where s.work_id = p_work and s.agent = p_agent and not m.rewound
  order by m.position desc limit 1;
  v_position := coalesce(v_position, called_at(p_work, p_agent), -1);

  return query
    with early as (
      (select m.* from messages m
       where m.work_id = p_work and not m.rewound and m.position <= v_position
         and m.role = 'user' and p_agent = 'main'
       order by m.position limit 1)
      union
      select m.* from messages m
      where m.work_id = p_work and not m.rewound and m.position <= v_position
        and m.position >= (select t.first_seq from works w
                           join turns t on t.work_id = w.id and t.turn = w.running_turn where w.id = p_work)
        and m.role = 'user' and p_agent = 'main'
    ), kept as (
      select m.* from messages m
      where m.work_id = p_work and not m.rewound and m.position > v_position
        and (m.agent = p_agent or (p_agent = 'main' and (m.role = 'user'
          or (m.agent = 'reviewer' and m.status = 'complete'))))
      union all
      select * from early
    )
    select k.id, k.turn, k.role, k.agent, k.status, k.parts, k.usage, k.attachments, k.delivery,
      iso_time(k.created_at), case when row_number() over (order by k.position) = 1 then v_summary end
    from kept k order by k.position;
end $$;

-- Stores a summary that was made under a step's claim, once, with its event and its cost. Gives {kind: "fenced"} or
-- {kind: "stored", text, plan, stop}: the text that counts, which is an earlier one where there is one, with what was
-- still planned then (H3; null: nothing), and whether somebody asked to stop the turn.
create or replace function store_summary(
  p_work uuid, p_key text, p_attempt integer, p_agent text, p_through uuid, p_text text, p_attachments jsonb,
  p_usage jsonb, p_before integer, p_after integer
) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  s summaries;
begin
  select * into w from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = p_key;
  if c.attempt is distinct from p_attempt or c.state <> 'running' then
    return jsonb_build_object('kind', 'fenced');
  end if;
  insert into summaries (work_id, agent, through_message_id, step_key, text, attachments, usage, tokens_before,
                         tokens_after, plan)
  values (p_work, p_agent, p_through, p_key, p_text, p_attachments, p_usage, p_before, p_after,
          case when p_agent = 'main' then open_plan_text(p_work) end)
  on conflict do nothing;
  if found then
    update turns set usage = add_usage(usage, p_usage) where work_id = p_work and turn = c.turn;
    perform log_append(p_work, c.turn, jsonb_build_array(jsonb_build_object(
      'kind', 'context.compacted', 'tokensBefore', p_before, 'tokensAfter', p_after,
      'throughMessageId', p_through)));
  end if;
  select * into s from summaries
  where work_id = p_work and agent = p_agent and through_message_id = p_through;
  return jsonb_build_object('kind', 'stored', 'text', s.text, 'plan', s.plan,
    'stop', w.stop_turn is not distinct from c.turn);
end $$;
