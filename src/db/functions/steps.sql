-- A step of an agent: claimed, answered or failed.

-- Claims one step of one agent, and with it, where p_turn is null, the turn itself: the running one, or a new
-- one for the oldest queued message. p_step null means "where this agent stands": its last stored answer if it
-- has one (then its tool calls are what is to be done), else its first unanswered step. Gives one of
--   {kind: "idle"}                            nothing is queued
--   {kind: "gone"}                            the Work is deleted
--   {kind: "over", turn}                      that turn has ended
--   {kind: "stopped", turn}                   somebody asked to stop it
--   {kind: "done", turn, step, result}        the answer is stored already (D6)
--   {kind: "failed", turn, crashed?}          it failed for good, and the claim says why; crashed: it was given up now
--   {kind: "wait", turn, step, inMs}          it failed, and is not to be tried again before that time
--   {kind: "asking", turn}                    a person is asked first whether it may begin (H4)
--   {kind: "busy", turn, step, worker, attempt}   a living worker is at it; it may be the one that asks
--   {kind: "claimed", turn, step, attempt, messageId, ageMs, person, crashes, restoring}
--                                             ageMs: since the step's first attempt began; restoring: files are
--                                             to come back before the turn looks at them (T10)
-- A busy claim stays as it is: await_claim says in it who waits, where somebody does.
-- Who takes over from a dead worker counts that death, and fails the step at the last (code worker_crashed). A step for
-- which its person has no tokens left fails too (code quota_exceeded), in the middle of a turn and after many messages
-- that were queued while there were some; p_tokens and p_guest_tokens are the shares of 24 hours, null without bound.
-- So does one whose budget is used up (code budget_exceeded), where nobody may be asked: p_may_ask says whether the program
-- waits for people.
create or replace function claim_step(
  p_work uuid, p_turn integer, p_agent text, p_step integer, p_model text, p_worker uuid, p_workflow_id text,
  p_activity_id text, p_tokens bigint default null, p_guest_tokens bigint default null,
  p_may_ask boolean default false
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
  v_held jsonb;
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
      insert into turns (work_id, turn, first_seq, started_at) values (p_work, v_turn, v_seq, pa_now());
      perform take_message(p_work, v_queued, v_turn, v_seq);
      perform order_files_of_turn(p_work, v_queued, v_turn);
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
    if c.state = 'failed' and c.retry_at > pa_now() then
      return jsonb_build_object('kind', 'wait', 'turn', v_turn, 'step', v_step,
                                'inMs', ceil(extract(epoch from c.retry_at - pa_now()) * 1000));
    end if;
    if c.state = 'running' and died_with_worker(c) then
      update claims set state = 'failed', result = jsonb_build_object('error', jsonb_build_object(
        'code', 'worker_crashed', 'message',
        'This step was given up: again and again the worker that was at it came down. '
        || 'Send the message again, or in other words; the server''s log says more.'))
      where work_id = p_work and key = c.key;
      return jsonb_build_object('kind', 'failed', 'turn', v_turn, 'crashed', true);
    end if;
  end if;

  v_held := hold_to_budgets(w, v_turn, p_may_ask);
  if v_held ->> 'kind' = 'asking' then
    return v_held || jsonb_build_object('turn', v_turn);
  end if;
  if c.work_id is not null then
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
  insert into claims (work_id, key, turn, agent, step, worker, message_id, started_seq, workflow_id, activity_id,
                      first_at)
  values (p_work, 'model:' || v_turn || ':' || p_agent || ':' || v_step, v_turn, p_agent, v_step, p_worker,
          v_message, v_seq, p_workflow_id, p_activity_id, pa_now())
  on conflict (work_id, key) do update set
    attempt = claims.attempt + 1, worker = p_worker, state = 'running', next_batch = 0,
    message_id = v_message, started_seq = v_seq, workflow_id = p_workflow_id, activity_id = p_activity_id
  returning * into c;
  if v_held is not null then
    update claims set state = 'failed', result = jsonb_build_object('error', v_held -> 'error')
    where work_id = p_work and key = c.key;
    return jsonb_build_object('kind', 'failed', 'turn', v_turn);
  end if;
  if is_out_of_tokens(w.owner_id, p_tokens, p_guest_tokens) then
    update claims set state = 'failed', result = jsonb_build_object('error', jsonb_build_object(
      'code', 'quota_exceeded', 'message',
      'Your tokens of 24 hours are used up. What was written is kept; go on when some of that time has passed.'))
    where work_id = p_work and key = c.key;
    return jsonb_build_object('kind', 'failed', 'turn', v_turn);
  end if;
  return jsonb_build_object('kind', 'claimed', 'turn', v_turn, 'step', v_step, 'attempt', c.attempt,
                            'messageId', v_message, 'ageMs', age_ms(c.first_at),
                            'person', person_of(w.owner_id), 'crashes', c.crashes,
                            'restoring', p_agent = 'main' and v_step = 1 and exists (
                              select from restores where work_id = p_work and state = 'pending'));
end $$;

-- Gives an attempt up after a failure: the next attempt need not wait for this worker.
-- p_event: the retrying event that tells the people who watch, or null; p_error: {code, message} of a failure
-- that is final, which finish_turn then shows.
create or replace function fail_step(
  p_work uuid, p_key text, p_attempt integer, p_event jsonb, p_error jsonb
) returns boolean
language plpgsql as $$
declare
  c claims;
begin
  perform 1 from works where id = p_work for update;
  update claims set state = 'failed',
    result = case when p_error is null then null else jsonb_build_object('error', p_error) end,
    retry_at = pa_now() + (p_event ->> 'inMs')::numeric * interval '1 ms'
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running' returning * into c;
  if not found then
    return false;
  end if;
  if p_event is not null then
    perform log_append(p_work, c.turn, jsonb_build_array(p_event));
  end if;
  return true;
end $$;

-- Stores a finished answer: its message, its tool calls, their events, and what the workflow is told. Where the
-- answer is final the same statement takes what steers the turn on, or ends the turn (R5, P13): what keeps a turn open
-- can then not be taken back, which would leave the next step with nothing to answer. A turn that may not go on ends,
-- and what waits is the next one's. Gives {kind: "fenced"} or {kind: "stored", result}, where result is p_result with
-- {ended, queued}.
-- Where a reviewer is to read the paper first (H5) the turn goes on, and the result has {review}, its round. A reviewer's own
-- answer sends the paper back, or ends the turn as a final answer does.
--   p_parts: the message's parts as the protocol has them, tool parts running
--   p_may_go_on: false where this was the last step that the turn may have
--   p_paper: the path of the paper; null: the caller knows of no reviewer
--   p_review: a reviewer's verdict, as put_review takes it; null: this is no reviewer's answer
create or replace function complete_step(
  p_work uuid, p_key text, p_attempt integer, p_parts jsonb, p_usage jsonb, p_final boolean, p_result jsonb,
  p_may_go_on boolean default true, p_paper text default null, p_review jsonb default null
) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  v_ends boolean;
  v_goes_on boolean;
  v_round integer;
  v_result jsonb;
  v_at timestamptz;
begin
  select * into w from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = p_key;
  if c.attempt is distinct from p_attempt or c.state in ('failed', 'void') then
    return jsonb_build_object('kind', 'fenced');
  end if;
  if c.state = 'done' then
    return jsonb_build_object('kind', 'stored', 'result', c.result);
  end if;

  select at into v_at from events where work_id = p_work and seq = c.started_seq;
  insert into messages (work_id, id, role, agent, turn, step, status, position, parts, usage, created_at)
  select p_work, c.message_id, 'assistant', c.agent, c.turn, c.step, 'complete', c.started_seq,
         coalesce(jsonb_agg(case when part ->> 'type' = 'tool'
           then jsonb_build_object('type', 'tool', 'toolCallId', part ->> 'toolCallId') else part end
           order by ord), '[]'),
         p_usage, v_at
  from jsonb_array_elements(p_parts) with ordinality x (part, ord);

  insert into tool_calls (work_id, id, message_id, turn, agent, step, index, name, arguments)
  select p_work, (part ->> 'toolCallId')::uuid, c.message_id, c.turn, c.agent, c.step,
         row_number() over (order by ord) - 1, part ->> 'name', part -> 'arguments'
  from jsonb_array_elements(p_parts) with ordinality x (part, ord) where part ->> 'type' = 'tool';

  update turns set usage = add_usage(usage, p_usage) where work_id = p_work and turn = c.turn;

  perform log_append(p_work, c.turn, (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', 'tool.called', 'messageId', c.message_id, 'agent', c.agent,
      'toolCallId', part ->> 'toolCallId', 'name', part ->> 'name', 'arguments', part -> 'arguments')
      order by ord), '[]')
    from jsonb_array_elements(p_parts) with ordinality x (part, ord) where part ->> 'type' = 'tool'
  ) || jsonb_build_object('kind', 'message.completed', 'message', jsonb_build_object(
      'id', c.message_id, 'turn', c.turn, 'role', 'assistant', 'agent', c.agent, 'status', 'complete',
      'createdAt', iso_time(v_at), 'parts', p_parts, 'usage', p_usage)));

  v_goes_on := p_may_go_on and w.stop_turn is distinct from c.turn;
  v_ends := p_final;
  if p_review is not null then
    v_ends := not (v_goes_on and p_review ->> 'verdict' = 'revise' and c.step <= coalesce((w.review ->> 'rounds')::integer, 0));
    perform put_review(p_work, c.turn, c.step, c.message_id, not v_ends, p_review);
  end if;
  if v_ends and v_goes_on then
    v_ends := not take_steering(p_work, c.turn);
  end if;
  if v_ends and p_review is null and w.stop_turn is distinct from c.turn then
    v_round := review_due(w, c.turn, p_paper);
    v_ends := v_round is null;
  end if;
  v_result := p_result || jsonb_build_object('ended', v_ends, 'queued', has_queued(p_work))
    || case when v_round is null then '{}'::jsonb else jsonb_build_object('review', v_round) end;
  update claims set state = 'done', result = v_result where work_id = p_work and key = p_key;
  if v_ends then
    perform end_turn(p_work, c.turn, 'done', null);
  end if;
  return jsonb_build_object('kind', 'stored', 'result', v_result);
end $$;
