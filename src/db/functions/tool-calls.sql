-- A tool call: claimed, what it changes written down before, its outcome stored.

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

-- Claims a tool call. Gives one of
--   {kind: "asking"}   a person is asked first whether it may be made (H2); p_may_ask: the workflow waits for people
--   {kind: "over"} {kind: "stopped"} {kind: "busy", worker, attempt} {kind: "done", result, crashed?}
--   {kind: "claimed", attempt, name, arguments, agent, progress, output, stdout, stderr, ageMs, person, crashes, begun}
-- where progress and the output, whole and by stream, are what earlier attempts left (for a run that is adopted), and
-- begun says whether a run of this call has begun. Who takes over from a dead worker counts that death, and ends the
-- call as an error at the last (crashed).
create or replace function claim_tool(
  p_work uuid, p_turn integer, p_call uuid, p_worker uuid, p_workflow_id text, p_activity_id text,
  p_may_ask boolean default false
) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  t tool_calls;
  v_held jsonb;
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
  if c.work_id is null then
    v_held := hold_to_policy(w, t, p_may_ask);
    if v_held is not null then
      return v_held;
    end if;
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
  insert into claims (work_id, key, turn, agent, worker, workflow_id, activity_id, first_at)
  values (p_work, v_key, p_turn, t.agent, p_worker, p_workflow_id, p_activity_id, pa_now())
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

-- Writes down a change of a file that a tool is about to make (R3), where its attempt still counts and nobody asked
-- to stop its turn: else false, and the tool must not make it. A retry that recomputed it replaces the entry.
create or replace function record_change(
  p_work uuid, p_call uuid, p_attempt integer, p_path text, p_before text, p_after text, p_result text
) returns boolean
language plpgsql as $$
declare
  w works;
  c claims;
begin
  select * into w from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = 'tool:' || p_call;
  if c.attempt is distinct from p_attempt or c.state <> 'running' or w.stop_turn is not distinct from c.turn then
    return false;
  end if;
  insert into file_changes (work_id, tool_call_id, path, sha_before, sha_after, result)
  values (p_work, p_call, p_path, p_before, p_after, p_result)
  on conflict (work_id, tool_call_id, path) do update set
    sha_before = p_before, sha_after = p_after, result = p_result;
  return true;
end $$;

-- Stores a tool call's outcome, once. p_outcome: {ok, result, files, durationMs, ending?, run?, record?, plan?}; `run` is the
-- number of a run of code, `record` what is known of it, `plan` the steps that the Work's plan is to have (H3). Gives
-- {kind: "fenced"} or {kind: "stored"}.
create or replace function complete_tool(
  p_work uuid, p_call uuid, p_attempt integer, p_outcome jsonb, p_output text
) returns jsonb
language plpgsql as $$
declare
  c claims;
  t tool_calls;
begin
  perform 1 from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = 'tool:' || p_call;
  if c.attempt is distinct from p_attempt or c.state in ('failed', 'void') then
    return jsonb_build_object('kind', 'fenced');
  end if;
  if c.state = 'running' then
    select * into t from tool_calls where work_id = p_work and id = p_call and state = 'running';
    if found then
      if p_outcome ? 'plan' then
        p_outcome := keep_plan(t, p_outcome);
      end if;
      p_outcome := tell_plan(t, p_outcome);
      update tool_calls set state = case when (p_outcome ->> 'ok')::boolean then 'ok' else 'error' end,
        result = p_outcome ->> 'result', files = p_outcome -> 'files', output = p_output,
        ending = p_outcome ->> 'ending', duration_ms = (p_outcome ->> 'durationMs')::numeric::integer
      where work_id = p_work and id = p_call;
      perform log_append(p_work, c.turn, jsonb_build_array(
        jsonb_build_object('kind', 'tool.completed', 'toolCallId', p_call) || (p_outcome - 'record')));
      if p_outcome ? 'record' then
        perform keep_record(p_work, p_call, p_outcome -> 'record');
      end if;
    end if;
    update claims set state = 'done' where work_id = p_work and key = c.key;
  end if;
  return jsonb_build_object('kind', 'stored');
end $$;

-- Writes down that a call goes out to somebody else's server, where its attempt still counts and nobody asked to stop its
-- turn: else false, and it must not go out. A later attempt finds it as its claim's progress.
create or replace function send_call(p_work uuid, p_call uuid, p_attempt integer) returns boolean
language plpgsql as $$
declare
  w works;
begin
  select * into w from works where id = p_work for update;
  update claims set progress = '{"sent": true}'
  where work_id = p_work and key = 'tool:' || p_call and attempt = p_attempt and state = 'running'
    and turn is distinct from w.stop_turn;
  return found;
end $$;
