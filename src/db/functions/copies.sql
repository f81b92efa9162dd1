-- Copies of Works.

-- The id that a message or a call has in a copy of its Work.
create or replace function copied_id(p_work uuid, p_id text) returns uuid
language sql immutable as $$
  select case when p_id is not null then md5(p_work::text || p_id)::uuid end;
$$;

-- The name that an agent has in a copy of its Work: a code agent is named by its call, the others by what they do.
create or replace function copied_agent(p_work uuid, p_agent text) returns text
language sql immutable as $$
  select case when p_agent in ('main', 'reviewer') then p_agent else copied_id(p_work, p_agent)::text end;
$$;

-- Makes a copy of a Work's conversation, whose files are there already: what was said and answered, under new ids.
-- What runs or is queued, and what was rewound, is not part of it. Its log begins after what was copied, so whoever
-- watches it begins with a snapshot (pruned_through). Rows are copied whole but for what is named here. p_through: no
-- further than that message: a person's is the last, and its turn one that was stopped; an answer's turn is the last.
-- False where the owner has no such Work, or it no such message (see branch_point).
create or replace function duplicate_work(
  p_owner uuid, p_work uuid, p_new uuid, p_title text, p_through uuid default null
) returns boolean
language plpgsql as $$
declare
  w works;
  last messages;
  v_through integer;
  -- Up to and with this place in the log.
  v_end bigint := 9223372036854775807;
begin
  perform 1 from users where id = p_owner and deleted_at is null for key share;
  if not found then
    return false;
  end if;
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for share;
  if not found then
    return false;
  end if;
  v_through := case when w.running_turn is null then w.last_turn else w.running_turn - 1 end;
  if p_through is not null then
    select * into last from messages where work_id = p_work and id = p_through and not rewound and turn is not null;
    if not found or (last.role <> 'user' and last.turn > v_through) then
      return false;
    end if;
    v_through := last.turn;
    v_end := case last.role when 'user' then last.position else v_end end;
  end if;

  insert into works select copy.* from jsonb_populate_record(null::works, to_jsonb(w) || jsonb_build_object(
    'id', p_new, 'title', p_title, 'titled', true, 'named', true, 'created_at', pa_now(), 'updated_at', pa_now(),
    'last_turn', v_through, 'running_turn', null, 'stop_turn', null, 'woken_at', null,
    'pruned_through', w.last_seq, 'revised_seq', w.last_seq, 'history_seq', 0,
    'last_snapshot', 0, 'history_bytes', 0, 'usage', '{"inputTokens": 0, "outputTokens": 0}'::jsonb)) copy;

  insert into turns select copy.* from turns t
  cross join lateral jsonb_populate_record(null::turns, to_jsonb(t) || jsonb_build_object(
    'work_id', p_new, 'pruned', true) || case when last.role = 'user' and t.turn = v_through then jsonb_build_object(
      'state', 'stopped', 'completed_at', coalesce(t.completed_at, pa_now()), 'last_seq', coalesce(t.last_seq, w.last_seq),
      'error', null, 'usage', '{"inputTokens": 0, "outputTokens": 0}'::jsonb) else '{}'::jsonb end) copy
  where t.work_id = p_work and t.turn <= v_through;

  insert into messages select copy.* from messages m
  cross join lateral jsonb_populate_record(null::messages, to_jsonb(m) || '{"files_from": null, "files_taken": null}' || jsonb_build_object(
    'work_id', p_new, 'id', copied_id(p_new, m.id::text), 'agent', copied_agent(p_new, m.agent), 'rerun_of', null,
    'parts', (
      select coalesce(jsonb_agg(part || case part ->> 'type'
        when 'tool' then jsonb_build_object('toolCallId', copied_id(p_new, part ->> 'toolCallId'))
        when 'summary' then jsonb_build_object('throughMessageId', copied_id(p_new, part ->> 'throughMessageId'))
        else '{}' end order by ord), '[]')
      from jsonb_array_elements(m.parts) with ordinality x (part, ord)))) copy
  where m.work_id = p_work and not m.rewound and m.turn <= v_through and m.position <= v_end;

  insert into tool_calls select copy.* from tool_calls c
  join messages m on m.work_id = c.work_id and m.id = c.message_id
  cross join lateral jsonb_populate_record(null::tool_calls, to_jsonb(c) || jsonb_build_object(
    'work_id', p_new, 'id', copied_id(p_new, c.id::text), 'message_id', copied_id(p_new, c.message_id::text),
    'agent', copied_agent(p_new, c.agent))) copy
  where c.work_id = p_work and not m.rewound and c.turn <= v_through and m.position <= v_end;

  insert into runs select copy.* from runs r
  join tool_calls c on c.work_id = p_new and c.id = copied_id(p_new, r.tool_call_id::text)
  cross join lateral jsonb_populate_record(null::runs, to_jsonb(r) || jsonb_build_object(
    'work_id', p_new, 'tool_call_id', c.id, 'before', '[]'::jsonb)) copy
  where r.work_id = p_work;

  insert into facts select copy.* from facts f
  join runs r on r.work_id = p_new and r.number = f.run
  cross join lateral jsonb_populate_record(null::facts, to_jsonb(f) || jsonb_build_object('work_id', p_new)) copy
  where f.work_id = p_work;

  insert into summaries (work_id, agent, through_message_id, step_key, text, attachments, usage, tokens_before,
                         tokens_after, created_at, plan)
  select p_new, copied_agent(p_new, s.agent), copied_id(p_new, s.through_message_id::text),
         replace(s.step_key, s.agent, copied_agent(p_new, s.agent)), s.text, s.attachments, s.usage, s.tokens_before,
         s.tokens_after, s.created_at, s.plan
  from summaries s join messages m on m.work_id = s.work_id and m.id = s.through_message_id
  where s.work_id = p_work and not m.rewound and m.turn <= v_through and m.position <= v_end
  order by s.number;

  -- Of plans the one that it had there (H3); between turns a person may have changed it since the last of them.
  insert into plans (work_id, seq, turn, author, steps, told)
  select p_new, w.last_seq, null, p.author, p.steps, true
  from plans p
  where p.work_id = p_work and p.seq <= case
    when last.role = 'user' then last.position
    when p_through is null and w.running_turn is null then w.last_seq
    else (select t.last_seq from turns t where t.work_id = p_work and t.turn = v_through) end
  order by p.seq desc limit 1;

  -- The review that stood beside its paper there (H5).
  insert into reviews (work_id, seq, turn, round, message_id, verdict, points, sent_back, paper, error)
  select p_new, w.last_seq, r.turn, r.round, copied_id(p_new, r.message_id::text), r.verdict, r.points, r.sent_back, r.paper,
         r.error
  from reviews r
  where r.work_id = p_work and r.turn <= v_through and r.seq <= v_end
    and r.seq > coalesce((select max(seq) from reviews where work_id = p_work and verdict is null), 0)
    and (last.role is distinct from 'user' or r.turn < v_through)
  order by r.seq desc limit 1;
  return true;
end $$;

-- The snapshot whose files a Work has that branches off behind a message: of a person's as they were when it was taken, of
-- an answer's as its turn left them. Null where there is no such message of the owner's, or the files are not kept.
create or replace function branch_point(p_owner uuid, p_work uuid, p_message uuid) returns jsonb
language plpgsql stable as $$
declare
  m messages;
begin
  select x.* into m from messages x join works w on w.id = x.work_id
  where x.work_id = p_work and x.id = p_message and w.owner_id = p_owner and w.deleted_at is null
    and not x.rewound and x.turn is not null and (x.role = 'user' or w.running_turn is distinct from x.turn);
  if not found then
    return '{"kind": "no_message"}';
  end if;
  return jsonb_build_object('kind', 'found', 'snapshot', case m.role
    when 'user' then snapshot_before(p_work, m)
    else (select id from snapshots where work_id = p_work and turn = m.turn order by number desc limit 1) end);
end $$;
