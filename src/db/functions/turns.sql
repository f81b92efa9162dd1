-- A turn: what it takes into the conversation, and how it ends.

-- A queued message becomes part of the conversation, where the log now ends (P13).
create or replace function take_message(p_work uuid, p_id uuid, p_turn integer, p_seq bigint) returns void
language sql as $$
  update messages set status = 'complete', turn = p_turn, position = p_seq where work_id = p_work and id = p_id;
$$;

-- The running turn takes what steers it into its conversation (F15), under the Work's row lock: from then on it can
-- neither be withdrawn nor changed. Gives whether there was anything.
create or replace function take_steering(p_work uuid, p_turn integer) returns boolean
language plpgsql as $$
declare
  v_id uuid;
  v_any boolean := false;
begin
  for v_id in
    select id from messages where work_id = p_work and status = 'queued' and delivery = 'steer' order by queued_seq
  loop
    perform take_message(p_work, v_id, p_turn, log_append(p_work, p_turn,
      jsonb_build_array(jsonb_build_object('kind', 'message.steered', 'id', v_id))));
    v_any := true;
  end loop;
  return v_any;
end $$;

-- Whether a message waits for a turn of its own.
create or replace function has_queued(p_work uuid) returns boolean
language sql as $$
  select exists (select 1 from messages where work_id = p_work and status = 'queued');
$$;

-- Appends turn.completed and closes the turn. The caller holds the Work's row and knows that it runs.
create or replace function end_turn(p_work uuid, p_turn integer, p_outcome text, p_error jsonb) returns bigint
language plpgsql as $$
declare
  v_usage jsonb;
  v_seq bigint;
begin
  select usage into v_usage from turns where work_id = p_work and turn = p_turn;
  v_seq := log_append(p_work, p_turn, jsonb_build_array(
    jsonb_build_object('kind', 'turn.completed', 'outcome', p_outcome, 'usage', v_usage)
    || case when p_error is null then '{}'::jsonb else jsonb_build_object('error', p_error) end));
  update turns set state = p_outcome, completed_at = pa_now(), last_seq = v_seq, error = p_error
  where work_id = p_work and turn = p_turn;
  update claims set state = 'void' where work_id = p_work and turn = p_turn and state in ('running', 'failed');
  update works set running_turn = null, stop_turn = null, ended_seq = v_seq, updated_at = pa_now()
  where id = p_work;
  return v_seq;
end $$;

-- The steps of a turn that got no answer end with what they had streamed. The caller holds the Work's row.
create or replace function end_open_steps(p_work uuid, p_turn integer, p_status text) returns void
language plpgsql as $$
declare
  c record;
  v_parts jsonb;
  v_at timestamptz;
begin
  for c in
    select * from claims
    where work_id = p_work and turn = p_turn and step is not null and state in ('running', 'failed')
    order by started_seq
  loop
    v_parts := streamed_parts(p_work, p_turn, c.message_id, c.started_seq);
    select at into v_at from events where work_id = p_work and seq = c.started_seq;
    insert into messages (work_id, id, role, agent, turn, step, status, position, parts, created_at)
    values (p_work, c.message_id, 'assistant', c.agent, p_turn, c.step, p_status, c.started_seq, v_parts, v_at);
    perform log_append(p_work, p_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'message.completed',
      'message', jsonb_build_object('id', c.message_id, 'turn', p_turn, 'role', 'assistant', 'agent', c.agent,
        'status', p_status, 'createdAt', iso_time(v_at), 'parts', v_parts))));
  end loop;
end $$;

-- Ends a turn that does not end by a final answer: raises the fence over whatever still runs, keeps what was
-- written, answers the open tool calls, and appends turn.completed. Ending it twice changes nothing.
-- p_error: why it failed; null where a failed step says so itself. p_words: what the open tool calls' results say.
-- A code agent that is stopped has lasted since its first step began, and a question since it was asked: their calls
-- have no claim until they end (V12).
-- Gives {ended: bool, outcome, queued: bool}.
create or replace function finish_turn(
  p_work uuid, p_turn integer, p_outcome text, p_error jsonb, p_words text
) returns jsonb
language plpgsql as $$
declare
  w works;
  t record;
  v_status text := case p_outcome when 'stopped' then 'stopped' else 'failed' end;
  v_error jsonb := p_error;
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

  perform end_open_steps(p_work, p_turn, v_status);
  perform end_ask(p_work, p_turn);
  for t in
    select tc.*, coalesce(age_ms(cl.first_at), age_ms((
      select min(s.first_at) from claims s
      where s.work_id = p_work and s.turn = p_turn and s.agent = tc.id::text and s.step is not null)), age_ms((
      select a.raised_at from asks a where a.work_id = p_work and a.tool_call_id = tc.id)), 0) as ms
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

-- Asks a turn to stop: the one given if it still runs, else whichever runs; nothing runs: nothing happens (D9).
-- Gives the turn that is asked to stop, or null.
create or replace function request_stop(p_work uuid, p_turn integer) returns integer
language plpgsql as $$
declare
  w works;
begin
  select * into w from works where id = p_work for update;
  if w.running_turn is null or (p_turn is not null and p_turn <> w.running_turn) then
    return null;
  end if;
  update works set stop_turn = w.running_turn where id = p_work;
  perform pg_notify('pa_stop', p_work || ':' || w.running_turn);
  return w.running_turn;
end $$;

-- The sum of two usages as the protocol has them; estimated where either is, each further part where either has it.
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

-- A turn's usage counts in its Work when the turn ends.
create or replace function add_turn_to_work() returns trigger
language plpgsql as $$
begin
  -- whoever ends a turn holds the Work's row
  update works set usage = add_usage(usage, new.usage) where id = new.work_id;
  return null;
end $$;
