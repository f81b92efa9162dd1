-- Functions that were changed by replacing pieces of their text (0005, 0014), written out.

-- Claims one step of one agent, and with it, where p_turn is null, the turn itself: the running one, or a new
-- one for the oldest queued message. p_step null means "where this agent stands": its last stored answer if it
-- has one (then its tool calls are what is to be done), else its first unanswered step. Gives one of
--   {kind: "idle"}                            nothing is queued
--   {kind: "gone"}                            the Work is deleted
--   {kind: "over", turn}                      that turn has ended
--   {kind: "stopped", turn}                   somebody asked to stop it
--   {kind: "done", turn, step, result}        the answer is stored already (D6)
--   {kind: "failed", turn}                    it failed for good, and the claim says why
--   {kind: "wait", turn, step, inMs}          it failed, and is not to be tried again before that time
--   {kind: "busy", turn, step, worker, attempt}   a living worker is at it; it may be the one that asks
--   {kind: "claimed", turn, step, attempt, messageId, ageMs}   ageMs: since the step's first attempt began
-- A busy claim stays as it is: await_claim says in it who waits, where somebody does.
create or replace function claim_step(
  p_work uuid, p_turn integer, p_agent text, p_step integer, p_model text,
  p_worker uuid, p_workflow_id text, p_activity_id text
) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  v_queued uuid;
  v_turn integer := p_turn;
  v_step integer := p_step;
  v_message uuid := gen_random_uuid();
  v_seq bigint;
begin
  select * into w from works where id = p_work for update;
  if not found or w.deleted_at is not null then
    return jsonb_build_object('kind', 'gone');
  end if;

  if p_turn is not null and p_step is not null then
    select * into c from claims
    where work_id = p_work and key = 'model:' || p_turn || ':' || p_agent || ':' || p_step and state = 'done';
    if found then
      return jsonb_build_object('kind', 'done', 'turn', p_turn, 'step', p_step, 'result', c.result);
    end if;
  end if;

  if v_turn is null then
    v_turn := w.running_turn;
    if v_turn is null then
      -- A rerun goes before what was queued without knowing of it.
      select id into v_queued from messages
      where work_id = p_work and status = 'queued' order by rerun_of is null, queued_seq limit 1;
      if not found then
        return jsonb_build_object('kind', 'idle');
      end if;
      v_turn := w.last_turn + 1;
      update works set last_turn = v_turn, running_turn = v_turn, stop_turn = null where id = p_work;
      w.stop_turn := null;
      v_seq := log_append(p_work, v_turn,
        jsonb_build_array(jsonb_build_object('kind', 'turn.started', 'messageIds', jsonb_build_array(v_queued))));
      insert into turns (work_id, turn, first_seq) values (p_work, v_turn, v_seq);
      perform take_message(p_work, v_queued, v_turn, v_seq);
    end if;
  elsif w.running_turn is distinct from v_turn then
    return jsonb_build_object('kind', 'over', 'turn', v_turn);
  end if;

  if w.stop_turn = v_turn then
    return jsonb_build_object('kind', 'stopped', 'turn', v_turn);
  end if;

  if v_step is null then
    select * into c from claims
    where work_id = p_work and turn = v_turn and agent = p_agent and step is not null
    order by step desc limit 1;
    v_step := case when found then c.step else 1 end;
  end if;

  select * into c from claims
  where work_id = p_work and key = 'model:' || v_turn || ':' || p_agent || ':' || v_step;
  if found then
    if c.state = 'done' then
      return jsonb_build_object('kind', 'done', 'turn', v_turn, 'step', v_step, 'result', c.result);
    end if;
    if c.state = 'void' then
      return jsonb_build_object('kind', 'over', 'turn', v_turn);
    end if;
    if c.state = 'running' and (c.worker = p_worker or worker_alive(c.worker)) then
      return jsonb_build_object('kind', 'busy', 'turn', v_turn, 'step', v_step, 'worker', c.worker,
                                'attempt', c.attempt);
    end if;
    if c.state = 'failed' and c.result ? 'error' then
      return jsonb_build_object('kind', 'failed', 'turn', v_turn);
    end if;
    if c.state = 'failed' and c.retry_at > clock_timestamp() then
      return jsonb_build_object('kind', 'wait', 'turn', v_turn, 'step', v_step,
                                'inMs', ceil(extract(epoch from c.retry_at - clock_timestamp()) * 1000));
    end if;
    perform log_append(p_work, v_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'step.superseded', 'step', v_step, 'agent', p_agent, 'attempt', c.attempt,
      'messageId', c.message_id)));
  end if;

  -- Steering takes effect where a step of the MainAgent begins (F15).
  if p_agent = 'main' then
    perform take_steering(p_work, v_turn);
  end if;

  v_seq := log_append(p_work, v_turn, jsonb_build_array(jsonb_build_object(
    'kind', 'step.started', 'step', v_step, 'attempt', coalesce(c.attempt, 0) + 1, 'agent', p_agent,
    'model', p_model, 'messageId', v_message)));
  insert into claims (work_id, key, turn, agent, step, worker, message_id, started_seq, workflow_id, activity_id)
  values (p_work, 'model:' || v_turn || ':' || p_agent || ':' || v_step, v_turn, p_agent, v_step, p_worker,
          v_message, v_seq, p_workflow_id, p_activity_id)
  on conflict (work_id, key) do update set
    attempt = claims.attempt + 1, worker = p_worker, state = 'running', next_batch = 0,
    message_id = v_message, started_seq = v_seq, workflow_id = p_workflow_id, activity_id = p_activity_id
  returning * into c;
  return jsonb_build_object('kind', 'claimed', 'turn', v_turn, 'step', v_step, 'attempt', c.attempt,
                            'messageId', v_message, 'ageMs', age_ms(c.first_at));
end $$;

-- What a run has printed so far, as it was stored: {output, stdout, stderr}.
create or replace function stored_output(p_work uuid, p_turn integer, p_call uuid) returns jsonb
language sql as $$
  select jsonb_build_object(
    'output', coalesce(string_agg(body ->> 'text', '' order by seq), ''),
    'stdout', coalesce(string_agg(body ->> 'text', '' order by seq) filter (where body ->> 'stream' = 'stdout'), ''),
    'stderr', coalesce(string_agg(body ->> 'text', '' order by seq) filter (where body ->> 'stream' = 'stderr'), ''))
  from events
  where work_id = p_work and turn = p_turn
    and seq > (select first_seq from turns where work_id = p_work and turn = p_turn)
    and kind = 'tool.output' and body ->> 'toolCallId' = p_call::text;
$$;
