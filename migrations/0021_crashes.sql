-- Work that brings its workers down is not tried for ever (C1), and a claim says whose work it is, so that people share
-- a worker's places (H7, H8).

-- How workers came down by themselves: written by whoever saw it (the worker's watchdog, its supervisor), read when a
-- claim of that worker is taken over. A worker of which nothing stands here was killed, or its machine was.
create table worker_crashes (
  worker uuid primary key,
  reason text not null,
  at timestamptz not null default clock_timestamp()
);

-- `crashes`: workers that came down by themselves at this claim, as far as it may have been the reason.
-- `losses`: other deaths of workers that held it. `alone`: it begins now while no other suspect of its worker does.
alter table claims
  add column crashes integer not null default 0,
  add column losses integer not null default 0,
  add column alone boolean not null default false;

-- Says that a worker came down by itself, and why; the first word stands. Later there is nobody left who would ask.
create function note_crash(p_worker uuid, p_reason text) returns void
language sql as $$
  delete from worker_crashes where at < clock_timestamp() - interval '1 day';
  insert into worker_crashes (worker, reason) values (p_worker, left(p_reason, 200)) on conflict do nothing;
$$;

-- Whose work it is, for those who share places out.
create function person_of(p_owner uuid) returns jsonb
language sql stable as $$
  select jsonb_build_object('id', id, 'guest', guest) from users where id = p_owner;
$$;

-- Counts the death of the worker that held this claim; true where it is not to be tried again. A worker may hold
-- hundreds of claims, of which one brought it down. So after a first crash each is a suspect, suspects begin one at
-- a time, and from then on a crash counts against the one that was beginning alone. Any other death may have come
-- from outside, as often as somebody kills workers, and tells next to nothing about the claim.
create function died_with_worker(c claims) returns boolean
language plpgsql as $$
declare
  crashes_at_most constant integer := 3;
  losses_at_most constant integer := 10;
  v_counts boolean := (c.crashes = 0 or c.alone) and exists (select from worker_crashes where worker = c.worker);
begin
  update claims set crashes = crashes + case when v_counts then 1 else 0 end,
    losses = losses + case when v_counts then 0 else 1 end, alone = false
  where work_id = c.work_id and key = c.key returning * into c;
  return c.crashes >= crashes_at_most or c.losses >= losses_at_most;
end $$;

-- A suspect's attempt begins alone, or has begun. False where another attempt has taken over.
create function begin_alone(p_work uuid, p_key text, p_attempt integer, p_alone boolean) returns boolean
language plpgsql as $$
begin
  update claims set alone = p_alone
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running';
  return found;
end $$;

-- As before, and: who takes over from a dead worker counts that death, and fails the step at the last (code
-- worker_crashed). 'claimed' has the `person` and how many `crashes` there were.
create or replace function claim_step(p_work uuid, p_turn integer, p_agent text, p_step integer, p_model text, p_worker uuid, p_workflow_id text, p_activity_id text)
returns jsonb
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
    if c.state = 'running' and died_with_worker(c) then
      update claims set state = 'failed', result = jsonb_build_object('error', jsonb_build_object(
        'code', 'worker_crashed', 'message',
        'This step was given up: again and again the worker that was at it came down. '
        || 'Send the message again, or in other words; the server''s log says more.'))
      where work_id = p_work and key = c.key;
      return jsonb_build_object('kind', 'failed', 'turn', v_turn, 'crashed', true);
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
                            'messageId', v_message, 'ageMs', age_ms(c.first_at),
                            'person', person_of(w.owner_id), 'crashes', c.crashes);
end $$;

-- As before, and: who takes over from a dead worker counts that death, and ends the call as an error at the last.
-- 'claimed' has the `person`, how many `crashes` there were, and whether a run of this call has `begun`.
create or replace function claim_tool(p_work uuid, p_turn integer, p_call uuid, p_worker uuid, p_workflow_id text, p_activity_id text)
returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  t tool_calls;
  v_key text := 'tool:' || p_call;
  v_given_up constant text := 'This call was given up: again and again the worker that was at it came down. '
    || 'Do not make it again as it was; do it another way, in smaller parts.';
begin
  select * into w from works where id = p_work for update;
  if not found or w.deleted_at is not null then
    return jsonb_build_object('kind', 'over');
  end if;
  select * into t from tool_calls where work_id = p_work and id = p_call;
  if t.id is null then
    raise exception 'no tool call % in work %', p_call, p_work using errcode = 'no_data_found';
  end if;
  select * into c from claims where work_id = p_work and key = v_key;
  if t.state <> 'running' then
    return jsonb_build_object('kind', 'done', 'result', jsonb_build_object('ok', t.state = 'ok'));
  end if;
  if w.running_turn is distinct from p_turn then
    return jsonb_build_object('kind', 'over');
  end if;
  if w.stop_turn = p_turn then
    return jsonb_build_object('kind', 'stopped');
  end if;
  if c.state = 'running' and (c.worker = p_worker or worker_alive(c.worker)) then
    return jsonb_build_object('kind', 'busy', 'worker', c.worker, 'attempt', c.attempt);
  end if;
  if c.state = 'running' and died_with_worker(c) then
    update tool_calls set state = 'error', result = v_given_up, files = '[]', duration_ms = age_ms(c.first_at),
      ending = case when t.name = 'run_python' then 'lost' end,
      output = stored_output(p_work, p_turn, p_call) ->> 'output'
    where work_id = p_work and id = p_call;
    perform log_append(p_work, p_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'tool.completed', 'toolCallId', p_call, 'ok', false, 'result', v_given_up, 'files', '[]'::jsonb,
      'durationMs', age_ms(c.first_at))
      || case when t.name = 'run_python' then '{"ending": "lost"}'::jsonb else '{}'::jsonb end));
    update claims set state = 'done' where work_id = p_work and key = v_key;
    return jsonb_build_object('kind', 'done', 'result', '{"ok": false}'::jsonb, 'crashed', true);
  end if;
  insert into claims (work_id, key, turn, agent, worker, workflow_id, activity_id)
  values (p_work, v_key, p_turn, t.agent, p_worker, p_workflow_id, p_activity_id)
  on conflict (work_id, key) do update set
    attempt = claims.attempt + 1, worker = p_worker, state = 'running', next_batch = 0,
    workflow_id = p_workflow_id, activity_id = p_activity_id
  returning * into c;
  return jsonb_build_object('kind', 'claimed', 'attempt', c.attempt, 'name', t.name, 'arguments', t.arguments,
    'agent', t.agent, 'progress', c.progress, 'ageMs', age_ms(c.first_at),
    'person', person_of(w.owner_id), 'crashes', c.crashes,
    'begun', c.attempt > 1 and exists (select from runs where work_id = p_work and tool_call_id = p_call))
    || case when c.attempt = 1 then '{"output": "", "stdout": "", "stderr": ""}'::jsonb
       else stored_output(p_work, p_turn, p_call) end;
end $$;
