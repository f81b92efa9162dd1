-- As before, and: a code agent that is stopped has lasted since its first step began. Its call has no claim until it
-- ends, so that it was told as 0 ms (V12).
create or replace function finish_turn(p_work uuid, p_turn integer, p_outcome text, p_error jsonb, p_words text)
returns jsonb
language plpgsql as $$
declare
  w works;
  c record;
  t record;
  v_parts jsonb;
  v_status text := case p_outcome when 'stopped' then 'stopped' else 'failed' end;
  v_error jsonb := p_error;
  v_at timestamptz;
begin
  select * into w from works where id = p_work for update;
  if not found or w.running_turn is distinct from p_turn then
    return jsonb_build_object('ended', false, 'queued', has_queued(p_work),
      'outcome', (select state from turns where work_id = p_work and turn = p_turn));
  end if;

  if v_error is null and p_outcome = 'failed' then
    select result -> 'error' into v_error from claims
    where work_id = p_work and turn = p_turn and state = 'failed' and result ? 'error'
    order by started_seq desc limit 1;
    v_error := coalesce(v_error, jsonb_build_object('code', 'internal_error', 'message',
      'Something unexpected went wrong in the server; its log has the details. Send the message again to retry.'));
  end if;

  for c in
    select * from claims
    where work_id = p_work and turn = p_turn and step is not null and state in ('running', 'failed')
    order by started_seq
  loop
    v_parts := streamed_parts(p_work, p_turn, c.message_id, c.started_seq);
    select at into v_at from events where work_id = p_work and seq = c.started_seq;
    insert into messages (work_id, id, role, agent, turn, step, status, position, parts, created_at)
    values (p_work, c.message_id, 'assistant', c.agent, p_turn, c.step, v_status, c.started_seq, v_parts, v_at);
    perform log_append(p_work, p_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'message.completed',
      'message', jsonb_build_object('id', c.message_id, 'turn', p_turn, 'role', 'assistant', 'agent', c.agent,
        'status', v_status, 'createdAt', iso_time(v_at), 'parts', v_parts))));
  end loop;

  for t in
    select tc.*, coalesce(age_ms(cl.first_at), age_ms((
      select min(s.first_at) from claims s
      where s.work_id = p_work and s.turn = p_turn and s.agent = tc.id::text and s.step is not null)), 0) as ms
    from tool_calls tc left join claims cl on cl.work_id = tc.work_id and cl.key = 'tool:' || tc.id
    where tc.work_id = p_work and tc.turn = p_turn and tc.state = 'running'
    order by tc.agent <> 'main' desc, tc.step, tc.index
  loop
    update tool_calls set state = 'error', result = p_words, files = '[]', duration_ms = t.ms,
      ending = case when t.name = 'run_python' then 'cancelled' end,
      output = stored_output(p_work, p_turn, t.id) ->> 'output'
    where work_id = p_work and id = t.id;
    perform log_append(p_work, p_turn, jsonb_build_array(
      jsonb_build_object('kind', 'tool.completed', 'toolCallId', t.id, 'ok', false, 'result', p_words,
                         'files', '[]'::jsonb, 'durationMs', t.ms)
      || case when t.name = 'run_python' then '{"ending": "cancelled"}'::jsonb else '{}'::jsonb end));
  end loop;

  perform end_turn(p_work, p_turn, p_outcome, v_error);
  return jsonb_build_object('ended', true, 'outcome', p_outcome, 'queued', has_queued(p_work));
end $$;
