-- What one agent's model is to be told, as messages; on every step's way, so its plans are kept by the session.
-- Its cost depends on what follows the newest summary, not on what that stands for: the person's first message,
-- those of theirs in the running turn, and what follows. The first row carries the summary. A code agent has no
-- user's words.
create function read_context(p_work uuid, p_agent text) returns table (
  id uuid, turn integer, role text, agent text, status text, parts jsonb, usage jsonb, attachments jsonb,
  delivery text, "createdAt" text, summary jsonb
)
language plpgsql stable as $$
#variable_conflict use_column
declare
  v_position bigint := -1;
  v_summary jsonb;
begin
  select m.position, jsonb_build_object('text', s.text, 'throughMessageId', s.through_message_id,
    'attachments', s.attachments, 'stepKey', s.step_key)
  into v_position, v_summary
  from summaries s join messages m on m.work_id = s.work_id and m.id = s.through_message_id
  where s.work_id = p_work and s.agent = p_agent and not m.rewound
  order by m.position desc limit 1;
  v_position := coalesce(v_position, -1);

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
        and (m.agent = p_agent or (m.role = 'user' and p_agent = 'main'))
      union all
      select * from early
    )
    select k.id, k.turn, k.role, k.agent, k.status, k.parts, k.usage, k.attachments, k.delivery,
      iso_time(k.created_at), case when row_number() over (order by k.position) = 1 then v_summary end
    from kept k order by k.position;
end $$;
