-- How the functions of migrations/ read now. Written by `npm run db:types`, for people: nothing runs it. What each
-- gives is said above it in the migrations that are named.

-- 0006_models.sql
CREATE OR REPLACE FUNCTION public.add_turn_to_work()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- whoever ends a turn holds the Work's row
  update works set usage = add_usage(usage, new.usage) where id = new.work_id;
  return null;
end $function$;

-- 0001_init.sql, 0035_models_answers.sql
CREATE OR REPLACE FUNCTION public.add_usage(a jsonb, b jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when b is null then a else
    jsonb_build_object('inputTokens', (a ->> 'inputTokens')::numeric + (b ->> 'inputTokens')::numeric,
                       'outputTokens', (a ->> 'outputTokens')::numeric + (b ->> 'outputTokens')::numeric)
    || coalesce((select jsonb_object_agg(part,
         coalesce((a ->> part)::numeric, 0) + coalesce((b ->> part)::numeric, 0))
       from unnest(array['cachedTokens', 'reasoningTokens', 'cost']) part where a ? part or b ? part), '{}')
    || case when a ? 'estimated' or b ? 'estimated' then jsonb_build_object('estimated', true) else '{}' end
  end;
$function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.age_ms(p_since timestamp with time zone)
 RETURNS integer
 LANGUAGE sql
AS $function$
  select (extract(epoch from clock_timestamp() - p_since) * 1000)::integer;
$function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.append_batches(p_batches jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  b record;
  c claims;
  w works;
  answers jsonb := '[]';
begin
  perform 1 from works
  where id in (select (x ->> 'work')::uuid from jsonb_array_elements(p_batches) x)
  order by id for update;

  for b in
    select (x ->> 'work')::uuid as work, x ->> 'key' as key, (x ->> 'attempt')::integer as attempt,
           (x ->> 'batch')::integer as batch, x -> 'events' as events, x -> 'progress' as progress
    from jsonb_array_elements(p_batches) with ordinality t (x, ord) order by ord
  loop
    select * into w from works where id = b.work;
    select * into c from claims where work_id = b.work and key = b.key;
    if c.attempt is distinct from b.attempt or c.state <> 'running' then
      answers := answers || jsonb_build_object('status', 'fenced', 'stop', false);
      continue;
    end if;
    if b.batch >= c.next_batch then
      perform log_append(b.work, c.turn, b.events);
      update claims set next_batch = b.batch + 1, progress = coalesce(b.progress, progress)
      where work_id = b.work and key = b.key;
    end if;
    answers := answers || jsonb_build_object('status', 'stored', 'stop', w.stop_turn is not distinct from c.turn);
  end loop;
  return answers;
end $function$;

-- 0005_edits.sql
CREATE OR REPLACE FUNCTION public.apply_reruns()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  m record;
begin
  for m in
    select id, rerun_of from messages
    where work_id = new.id and status = 'queued' and rerun_of is not null and not rerun_applied order by queued_seq
  loop
    perform rewind_before(new.id, m.rerun_of);
    update messages set rerun_applied = true where work_id = new.id and id = m.id;
  end loop;
  return null;
end $function$;

-- 0009_awaited_claims.sql, 0015_awaited_activity.sql
CREATE OR REPLACE FUNCTION public.await_claim(p_work uuid, p_key text, p_attempt integer, p_worker uuid, p_workflow_id text, p_activity_id text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  update claims set
    awaited = awaited or worker <> p_worker,
    workflow_id = case when worker = p_worker and workflow_id = '' then p_workflow_id else workflow_id end,
    activity_id = case when worker = p_worker and workflow_id = '' then p_activity_id else activity_id end
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running';
  return found;
end $function$;

-- 0021_crashes.sql
CREATE OR REPLACE FUNCTION public.begin_alone(p_work uuid, p_key text, p_attempt integer, p_alone boolean)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  update claims set alone = p_alone
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running';
  return found;
end $function$;

-- 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.called_at(p_work uuid, p_agent text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
  select m.position from tool_calls c join messages m on m.work_id = c.work_id and m.id = c.message_id
  where c.work_id = p_work and c.id = case when p_agent <> 'main' then p_agent::uuid end;
$function$;

-- 0005_edits.sql, 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.change_message(p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  old messages;
  new messages;
  v_wait double precision;
begin
  perform hold_rate('messages:' || p_owner);
  perform 1 from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  select * into old from messages where work_id = p_work and id = p_id and status <> 'withdrawn';
  if not found then
    return '{"kind": "not_found"}';
  end if;
  if old.status <> 'queued' then
    return '{"kind": "taken"}';
  end if;
  new := old;
  new.parts := case when p_text is null then old.parts
    else jsonb_build_array(jsonb_build_object('type', 'text', 'text', p_text)) end;
  new.attachments := coalesce(p_attachments, old.attachments);
  new.delivery := coalesce(p_delivery, old.delivery);
  if user_message(new) = user_message(old) then
    return '{"kind": "changed"}';
  end if;
  -- An edit is an event in the log, as a message is: there may be as many.
  v_wait := take_rate('messages:' || p_owner, p_limit);
  if v_wait > 0 then
    return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
  end if;
  update messages set parts = new.parts, attachments = new.attachments, delivery = new.delivery,
    sent_text = coalesce(old.sent_text, old.parts -> 0 ->> 'text')
  where work_id = p_work and id = p_id;
  perform log_revision(p_work, jsonb_build_object('kind', 'message.changed', 'message', user_message(new)));
  return '{"kind": "changed"}';
end $function$;

-- 0007_accounts.sql
CREATE OR REPLACE FUNCTION public.change_password(p_user uuid, p_old text, p_new text, p_session uuid)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  update users set password_hash = p_new where id = p_user and password_hash = p_old and deleted_at is null;
  if not found then
    return false;
  end if;
  perform end_sessions(p_user, null, p_session);
  return true;
end $function$;

-- 0001_init.sql, 0005_edits.sql, 0014_bounded_statements.sql, 0016_whole_functions.sql, 0021_crashes.sql, 0025_shares.sql
CREATE OR REPLACE FUNCTION public.claim_step(p_work uuid, p_turn integer, p_agent text, p_step integer, p_model text, p_worker uuid, p_workflow_id text, p_activity_id text, p_tokens bigint DEFAULT NULL::bigint, p_guest_tokens bigint DEFAULT NULL::bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
  if is_out_of_tokens(w.owner_id, p_tokens, p_guest_tokens) then
    update claims set state = 'failed', result = jsonb_build_object('error', jsonb_build_object(
      'code', 'quota_exceeded', 'message',
      'Your tokens of 24 hours are used up. What was written is kept; go on when some of that time has passed.'))
    where work_id = p_work and key = c.key;
    return jsonb_build_object('kind', 'failed', 'turn', v_turn);
  end if;
  return jsonb_build_object('kind', 'claimed', 'turn', v_turn, 'step', v_step, 'attempt', c.attempt,
                            'messageId', v_message, 'ageMs', age_ms(c.first_at),
                            'person', person_of(w.owner_id), 'crashes', c.crashes);
end $function$;

-- 0001_init.sql, 0021_crashes.sql
CREATE OR REPLACE FUNCTION public.claim_tool(p_work uuid, p_turn integer, p_call uuid, p_worker uuid, p_workflow_id text, p_activity_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- 0001_init.sql, 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.complete_step(p_work uuid, p_key text, p_attempt integer, p_parts jsonb, p_usage jsonb, p_final boolean, p_result jsonb, p_may_go_on boolean DEFAULT true)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  w works;
  c claims;
  v_ends boolean;
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

  v_ends := p_final;
  if p_final and p_may_go_on and w.stop_turn is distinct from c.turn then
    v_ends := not take_steering(p_work, c.turn);
  end if;
  v_result := p_result || jsonb_build_object('ended', v_ends, 'queued', has_queued(p_work));
  update claims set state = 'done', result = v_result where work_id = p_work and key = p_key;
  if v_ends then
    perform end_turn(p_work, c.turn, 'done', null);
  end if;
  return jsonb_build_object('kind', 'stored', 'result', v_result);
end $function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.complete_tool(p_work uuid, p_call uuid, p_attempt integer, p_outcome jsonb, p_output text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  c claims;
begin
  perform 1 from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = 'tool:' || p_call;
  if c.attempt is distinct from p_attempt or c.state in ('failed', 'void') then
    return jsonb_build_object('kind', 'fenced');
  end if;
  if c.state = 'running' then
    update tool_calls set state = case when (p_outcome ->> 'ok')::boolean then 'ok' else 'error' end,
      result = p_outcome ->> 'result', files = p_outcome -> 'files', output = p_output,
      ending = p_outcome ->> 'ending', duration_ms = (p_outcome ->> 'durationMs')::numeric::integer
    where work_id = p_work and id = p_call and state = 'running';
    if found then
      perform log_append(p_work, c.turn, jsonb_build_array(
        jsonb_build_object('kind', 'tool.completed', 'toolCallId', p_call) || p_outcome));
    end if;
    update claims set state = 'done' where work_id = p_work and key = c.key;
  end if;
  return jsonb_build_object('kind', 'stored');
end $function$;

-- 0006_models.sql
CREATE OR REPLACE FUNCTION public.content_version(p_content text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select encode(sha256(convert_to(p_content, 'UTF8')), 'hex');
$function$;

-- 0007_accounts.sql
CREATE OR REPLACE FUNCTION public.copied_agent(p_work uuid, p_agent text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when p_agent = 'main' then p_agent else copied_id(p_work, p_agent)::text end;
$function$;

-- 0007_accounts.sql
CREATE OR REPLACE FUNCTION public.copied_id(p_work uuid, p_id text)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when p_id is not null then md5(p_work::text || p_id)::uuid end;
$function$;

-- 0025_shares.sql
CREATE OR REPLACE FUNCTION public.count_tokens()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into token_use as u (user_id, hour, tokens)
  select w.owner_id, date_trunc('hour', clock_timestamp()), tokens_of(new.usage) - tokens_of(old.usage)
  from works w where w.id = new.work_id
  on conflict (user_id, hour) do update set tokens = u.tokens + excluded.tokens;
  return null;
end $function$;

-- 0007_accounts.sql, 0050_sessions_that_end.sql
CREATE OR REPLACE FUNCTION public.delete_account(p_user uuid)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  update users set deleted_at = clock_timestamp(), email = null, password_hash = null, name = ''
  where id = p_user and deleted_at is null;
  if not found then
    return false;
  end if;
  -- Who looks at one of its Works is told that the Work is gone, before that they are.
  perform delete_works_of(p_user);
  perform end_sessions(p_user, null, null);
  delete from refresh_tokens where user_id = p_user;
  return true;
end $function$;

-- 0006_models.sql, 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.delete_model(p_owner uuid, p_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  delete from models where id = p_id and owner_id = p_owner;
  if not found then
    return false;
  end if;
  perform 1 from works
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text)
  order by id for update;
  update works set models = (
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each_text(models) where value <> p_id::text)
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text);
  return true;
end $function$;

-- 0002_api.sql
CREATE OR REPLACE FUNCTION public.delete_work(p_owner uuid, p_work uuid)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  w works;
begin
  update works set deleted_at = clock_timestamp(), stop_turn = running_turn
  where id = p_work and owner_id = p_owner and deleted_at is null returning * into w;
  if not found then
    return false;
  end if;
  if w.running_turn is not null then
    perform pg_notify('pa_stop', p_work || ':' || w.running_turn);
  end if;
  perform pg_notify('pa_gone', p_work::text);
  return true;
end $function$;

-- 0007_accounts.sql
CREATE OR REPLACE FUNCTION public.delete_works_of(p_user uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
  select delete_work(p_user, id) from (
    select id from works where owner_id = p_user and deleted_at is null order by id) w;
$function$;

-- 0021_crashes.sql
CREATE OR REPLACE FUNCTION public.died_with_worker(c claims)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  crashes_at_most constant integer := 3;
  losses_at_most constant integer := 10;
  v_counts boolean := (c.crashes = 0 or c.alone) and exists (select from worker_crashes where worker = c.worker);
begin
  update claims set crashes = crashes + case when v_counts then 1 else 0 end,
    losses = losses + case when v_counts then 0 else 1 end, alone = false
  where work_id = c.work_id and key = c.key returning * into c;
  return c.crashes >= crashes_at_most or c.losses >= losses_at_most;
end $function$;

-- 0007_accounts.sql, 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.duplicate_work(p_owner uuid, p_work uuid, p_new uuid, p_title text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  w works;
  v_through integer;
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

  insert into works select copy.* from jsonb_populate_record(null::works, to_jsonb(w) || jsonb_build_object(
    'id', p_new, 'title', p_title, 'titled', true, 'created_at', clock_timestamp(), 'updated_at', clock_timestamp(),
    'last_turn', v_through, 'running_turn', null, 'stop_turn', null, 'woken_at', null,
    'pruned_through', w.last_seq, 'revised_seq', w.last_seq, 'history_seq', 0,
    'usage', '{"inputTokens": 0, "outputTokens": 0}'::jsonb)) copy;

  insert into turns select copy.* from turns t
  cross join lateral jsonb_populate_record(null::turns, to_jsonb(t) || jsonb_build_object(
    'work_id', p_new, 'pruned', true)) copy
  where t.work_id = p_work and t.turn <= v_through;

  insert into messages select copy.* from messages m
  cross join lateral jsonb_populate_record(null::messages, to_jsonb(m) || jsonb_build_object(
    'work_id', p_new, 'id', copied_id(p_new, m.id::text), 'agent', copied_agent(p_new, m.agent), 'rerun_of', null,
    'parts', (
      select coalesce(jsonb_agg(part || case part ->> 'type'
        when 'tool' then jsonb_build_object('toolCallId', copied_id(p_new, part ->> 'toolCallId'))
        when 'summary' then jsonb_build_object('throughMessageId', copied_id(p_new, part ->> 'throughMessageId'))
        else '{}' end order by ord), '[]')
      from jsonb_array_elements(m.parts) with ordinality x (part, ord)))) copy
  where m.work_id = p_work and not m.rewound and m.turn <= v_through;

  insert into tool_calls select copy.* from tool_calls c
  join messages m on m.work_id = c.work_id and m.id = c.message_id
  cross join lateral jsonb_populate_record(null::tool_calls, to_jsonb(c) || jsonb_build_object(
    'work_id', p_new, 'id', copied_id(p_new, c.id::text), 'message_id', copied_id(p_new, c.message_id::text),
    'agent', copied_agent(p_new, c.agent))) copy
  where c.work_id = p_work and not m.rewound and c.turn <= v_through;

  insert into summaries (work_id, agent, through_message_id, step_key, text, attachments, usage, tokens_before,
                         tokens_after, created_at)
  select p_new, copied_agent(p_new, s.agent), copied_id(p_new, s.through_message_id::text),
         replace(s.step_key, s.agent, copied_agent(p_new, s.agent)), s.text, s.attachments, s.usage, s.tokens_before,
         s.tokens_after, s.created_at
  from summaries s join messages m on m.work_id = s.work_id and m.id = s.through_message_id
  where s.work_id = p_work and not m.rewound and m.turn <= v_through
  order by s.number;
  return true;
end $function$;

-- 0007_accounts.sql, 0050_sessions_that_end.sql
CREATE OR REPLACE FUNCTION public.end_sessions(p_user uuid, p_only uuid, p_except uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_family uuid;
begin
  perform 1 from users where id = p_user for no key update;
  for v_family in
    update refresh_tokens set revoked_at = clock_timestamp()
    where user_id = p_user and revoked_at is null
      and (p_only is null or family = p_only) and family is distinct from p_except
    returning family
  loop
    -- Postgres tells the same thing once a transaction.
    perform pg_notify('pa_session_ended', v_family::text);
  end loop;
end $function$;

-- 0001_init.sql, 0013_archiving.sql
CREATE OR REPLACE FUNCTION public.end_turn(p_work uuid, p_turn integer, p_outcome text, p_error jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_usage jsonb;
  v_seq bigint;
begin
  select usage into v_usage from turns where work_id = p_work and turn = p_turn;
  v_seq := log_append(p_work, p_turn, jsonb_build_array(
    jsonb_build_object('kind', 'turn.completed', 'outcome', p_outcome, 'usage', v_usage)
    || case when p_error is null then '{}'::jsonb else jsonb_build_object('error', p_error) end));
  update turns set state = p_outcome, completed_at = clock_timestamp(), last_seq = v_seq, error = p_error
  where work_id = p_work and turn = p_turn;
  update claims set state = 'void' where work_id = p_work and turn = p_turn and state in ('running', 'failed');
  update works set running_turn = null, stop_turn = null, ended_seq = v_seq, updated_at = clock_timestamp()
  where id = p_work;
  return v_seq;
end $function$;

-- 0001_init.sql, 0005_edits.sql
CREATE OR REPLACE FUNCTION public.enqueue_message(p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  w works;
  old messages;
begin
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return 'not_found';
  end if;
  select * into old from messages where work_id = p_work and id = p_id;
  if found then
    if old.role = 'user' and old.rerun_of is null and p_text in (old.sent_text, old.parts -> 0 ->> 'text') then
      return 'duplicate';
    end if;
    return 'reused';
  end if;
  perform store_queued(p_work, p_id, p_text, p_attachments, p_delivery, null);
  update works set updated_at = clock_timestamp(),
    title = case when titled then title else p_title end, titled = true
  where id = p_work;
  if w.running_turn is null then
    perform pg_notify('pa_queued', p_work::text);
  end if;
  return 'stored';
end $function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.fail_step(p_work uuid, p_key text, p_attempt integer, p_event jsonb, p_error jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  c claims;
begin
  perform 1 from works where id = p_work for update;
  update claims set state = 'failed',
    result = case when p_error is null then null else jsonb_build_object('error', p_error) end,
    retry_at = clock_timestamp() + (p_event ->> 'inMs')::numeric * interval '1 ms'
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running' returning * into c;
  if not found then
    return false;
  end if;
  if p_event is not null then
    perform log_append(p_work, c.turn, jsonb_build_array(p_event));
  end if;
  return true;
end $function$;

-- 0001_init.sql, 0036_stopped_agents.sql
CREATE OR REPLACE FUNCTION public.finish_turn(p_work uuid, p_turn integer, p_outcome text, p_error jsonb, p_words text)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- 0035_models_answers.sql, 0044_model_profile.sql
CREATE OR REPLACE FUNCTION public.forget_learned()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from learned_facts where model_id = new.id;
  return null;
end $function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.has_queued(p_work uuid)
 RETURNS boolean
 LANGUAGE sql
AS $function$
  select exists (select 1 from messages where work_id = p_work and status = 'queued');
$function$;

-- 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.hold_rate(p_key text)
 RETURNS void
 LANGUAGE sql
AS $function$
  insert into rate_windows as r (key, began_at, count) values (p_key, clock_timestamp(), 0)
  on conflict (key) do update set count = r.count;
$function$;

-- 0004_grace_and_fences.sql
CREATE OR REPLACE FUNCTION public.is_attended(p_work uuid, p_turn integer)
 RETURNS boolean
 LANGUAGE sql
AS $function$
  select coalesce(bool_or(worker_alive(worker)), false)
  from (select distinct worker from claims where work_id = p_work and turn = p_turn and state = 'running') c;
$function$;

-- 0025_shares.sql
CREATE OR REPLACE FUNCTION public.is_out_of_tokens(p_owner uuid, p_tokens bigint, p_guest_tokens bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  guests_of_a_network constant integer := 5;
  u users;
  v_most bigint;
begin
  if p_tokens is null and p_guest_tokens is null then
    return false;
  end if;
  select * into u from users where id = p_owner;
  v_most := case when u.guest then p_guest_tokens else p_tokens end;
  if v_most is null then
    return false;
  end if;
  if (select coalesce(sum(tokens), 0) from token_use
      where user_id = p_owner and hour > clock_timestamp() - interval '1 day') >= v_most then
    return true;
  end if;
  return u.guest and u.network is not null and (
    select coalesce(sum(t.tokens), 0)
    from users g join token_use t on t.user_id = g.id
    where g.network = u.network and g.guest and t.hour > clock_timestamp() - interval '1 day'
  ) >= guests_of_a_network * v_most;
end $function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.iso_time(p_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.log_append(p_work uuid, p_turn integer, p_events jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  n integer := jsonb_array_length(p_events);
  base bigint;
begin
  update works set last_seq = last_seq + n where id = p_work returning last_seq - n into base;
  if not found then
    raise exception 'no work %', p_work using errcode = 'no_data_found';
  end if;
  insert into events (work_id, seq, turn, kind, body)
  select p_work, base + e.ord, p_turn, e.event ->> 'kind', e.event - 'kind'
  from jsonb_array_elements(p_events) with ordinality e (event, ord);
  perform pg_notify('pa_log', p_work || ':' || (base + n));
  return base + n;
end $function$;

-- 0005_edits.sql
CREATE OR REPLACE FUNCTION public.log_revision(p_work uuid, p_event jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_seq bigint := log_append(p_work, null, jsonb_build_array(p_event));
begin
  update works set revised_seq = v_seq, updated_at = clock_timestamp() where id = p_work;
end $function$;

-- 0006_models.sql
CREATE OR REPLACE FUNCTION public.model_of_work(p_work uuid, p_role text)
 RETURNS SETOF models
 LANGUAGE sql
 STABLE
AS $function$
  select m.* from works w join models m on m.owner_id = w.owner_id
  where w.id = p_work and (m.id::text in (w.models ->> p_role, w.models ->> 'main')
    or (m.is_default and m.role in (p_role, 'main')))
  order by m.id::text = w.models ->> p_role desc nulls last, m.is_default and m.role = p_role desc,
    m.id::text = w.models ->> 'main' desc nulls last
  limit 1;
$function$;

-- 0021_crashes.sql
CREATE OR REPLACE FUNCTION public.note_crash(p_worker uuid, p_reason text)
 RETURNS void
 LANGUAGE sql
AS $function$
  delete from worker_crashes where at < clock_timestamp() - interval '1 day';
  insert into worker_crashes (worker, reason) values (p_worker, left(p_reason, 200)) on conflict do nothing;
$function$;

-- 0011_limits.sql
CREATE OR REPLACE FUNCTION public.note_person_edit(p_work uuid, p_path text)
 RETURNS void
 LANGUAGE sql
AS $function$
  insert into person_edits (work_id, path, turn)
  select id, p_path, running_turn from works where id = p_work and running_turn is not null
  on conflict (work_id, path) do update set turn = excluded.turn, seen_by = null;
$function$;

-- 0021_crashes.sql
CREATE OR REPLACE FUNCTION public.person_of(p_owner uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select jsonb_build_object('id', id, 'guest', guest) from users where id = p_owner;
$function$;

-- 0002_api.sql, 0025_shares.sql
CREATE OR REPLACE FUNCTION public.post_message(p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text, p_limit integer, p_turns integer DEFAULT NULL::integer, p_guest_turns integer DEFAULT NULL::integer, p_tokens bigint DEFAULT NULL::bigint, p_guest_tokens bigint DEFAULT NULL::bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  v_wait double precision;
  v_share text;
begin
  if not exists (select 1 from messages where work_id = p_work and id = p_id) then
    v_wait := take_rate('messages:' || p_owner, p_limit);
    if v_wait > 0 then
      return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
    end if;
    v_share := used_up(p_owner, p_work, p_turns, p_guest_turns, p_tokens, p_guest_tokens);
    if v_share is not null then
      return jsonb_build_object('kind', 'used_up', 'share', v_share);
    end if;
  end if;
  return jsonb_build_object('kind',
    enqueue_message(p_owner, p_work, p_id, p_text, p_attachments, p_delivery, p_title));
end $function$;

-- 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.prune_next_turn(p_age interval)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  t turns;
  v_before timestamptz := clock_timestamp() - p_age;
begin
  select turns.* into t from turns join works w on w.id = turns.work_id
  where not turns.pruned and turns.completed_at < v_before
  order by turns.completed_at limit 1 for update skip locked;
  if not found then
    return false;
  end if;
  perform prune_turn(t.work_id, t.turn);
  return true;
end $function$;

-- 0001_init.sql, 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.prune_turn(p_work uuid, p_turn integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  t turns;
  v_through bigint;
begin
  perform 1 from works where id = p_work for update;
  select * into t from turns where work_id = p_work and turn = p_turn;
  if t.completed_at is null or t.pruned then
    return;
  end if;
  with gone as (
    delete from events
    where work_id = p_work and seq between t.first_seq and t.last_seq
      and kind in ('text.delta', 'reasoning.delta', 'tool.delta', 'tool.output')
    returning seq
  )
  select max(seq) into v_through from gone;
  delete from claims where work_id = p_work and turn = p_turn;
  update turns set pruned = true where work_id = p_work and turn = p_turn;
  update works set pruned_through = greatest(pruned_through, coalesce(v_through, 0)) where id = p_work;
end $function$;

-- 0010_read_context.sql, 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.read_context(p_work uuid, p_agent text)
 RETURNS TABLE(id uuid, turn integer, role text, agent text, status text, parts jsonb, usage jsonb, attachments jsonb, delivery text, "createdAt" text, summary jsonb)
 LANGUAGE plpgsql
 STABLE
AS $function$
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
        and (m.agent = p_agent or (m.role = 'user' and p_agent = 'main'))
      union all
      select * from early
    )
    select k.id, k.turn, k.role, k.agent, k.status, k.parts, k.usage, k.attachments, k.delivery,
      iso_time(k.created_at), case when row_number() over (order by k.position) = 1 then v_summary end
    from kept k order by k.position;
end $function$;

-- 0004_grace_and_fences.sql
CREATE OR REPLACE FUNCTION public.record_change(p_work uuid, p_call uuid, p_attempt integer, p_path text, p_before text, p_after text, p_result text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- 0007_accounts.sql
CREATE OR REPLACE FUNCTION public.register_guest(p_user uuid, p_email text, p_hash text, p_name text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
begin
  update users set email = p_email, password_hash = p_hash, name = p_name, guest = false
  where id = p_user and guest and deleted_at is null;
  if not found then
    return 'no_guest';
  end if;
  perform end_sessions(p_user, null, null);
  return 'registered';
exception when unique_violation then
  return 'taken';
end $function$;

-- 0007_accounts.sql, 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.remove_deleted_accounts()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  v_users uuid[];
  v_count integer;
begin
  v_users := array(select id from users where deleted_at is not null order by id for update);
  delete from rate_windows where key in (select 'messages:' || u from unnest(v_users) u);
  perform delete_work(owner_id, id) from (
    select id, owner_id from works where owner_id = any(v_users) and deleted_at is null order by id) w;
  delete from users u where u.id = any(v_users) and not exists (select 1 from works w where w.owner_id = u.id);
  get diagnostics v_count = row_count;
  return v_count;
end $function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.request_stop(p_work uuid, p_turn integer)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- 0005_edits.sql, 0014_bounded_statements.sql, 0025_shares.sql
CREATE OR REPLACE FUNCTION public.rerun_message(p_owner uuid, p_work uuid, p_message uuid, p_id uuid, p_text text, p_limit integer, p_turns integer DEFAULT NULL::integer, p_guest_turns integer DEFAULT NULL::integer, p_tokens bigint DEFAULT NULL::bigint, p_guest_tokens bigint DEFAULT NULL::bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  w works;
  said messages;
  old messages;
  v_wait double precision;
  v_share text;
  v_text text;
  v_waiting uuid;
begin
  perform hold_rate('messages:' || p_owner);
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  select * into said from messages where work_id = p_work and id = p_message and status <> 'withdrawn';
  if not found then
    return '{"kind": "not_found"}';
  end if;
  v_text := coalesce(p_text, said.parts -> 0 ->> 'text');
  select * into old from messages where work_id = p_work and id = p_id;
  if found then
    return jsonb_build_object('kind', case
      when old.rerun_of = p_message and v_text in (old.sent_text, old.parts -> 0 ->> 'text') then 'duplicate'
      else 'reused' end);
  end if;
  if said.role <> 'user' or said.rewound or said.status = 'queued' then
    return '{"kind": "not_said"}';
  end if;
  v_wait := take_rate('messages:' || p_owner, p_limit);
  if v_wait > 0 then
    return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
  end if;
  v_share := used_up(p_owner, p_work, p_turns, p_guest_turns, p_tokens, p_guest_tokens);
  if v_share is not null then
    return jsonb_build_object('kind', 'used_up', 'share', v_share);
  end if;
  for v_waiting in
    select id from messages where work_id = p_work and status = 'queued' and rerun_of is not null order by queued_seq
  loop
    perform take_back(p_work, v_waiting);
  end loop;
  if w.running_turn is null then
    perform rewind_before(p_work, p_message);
  end if;
  perform store_queued(p_work, p_id, v_text, said.attachments, 'queue', p_message);
  if w.running_turn is null then
    update messages set rerun_applied = true where work_id = p_work and id = p_id;
    perform pg_notify('pa_queued', p_work::text);
    return '{"kind": "stored"}';
  end if;
  return jsonb_build_object('kind', 'stored', 'stop', request_stop(p_work, w.running_turn));
end $function$;

-- 0017_upload_room.sql
CREATE OR REPLACE FUNCTION public.reserve_upload_room(p_work uuid, p_id uuid, p_bytes bigint, p_least bigint, p_measured bigint, p_replaced bigint, p_since timestamp with time zone, p_limit bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_left bigint;
  v_spared boolean;
  v_spares boolean := false;
begin
  perform from works where id = p_work and deleted_at is null for update;
  if not found then
    return null;
  end if;
  delete from upload_room where work_id = p_work
    and least(ended_at, expires_at) < clock_timestamp() - interval '10 minutes';
  select p_limit - p_measured - coalesce(sum(bytes), 0), coalesce(bool_or(spares), false) into v_left, v_spared
  from upload_room where work_id = p_work and least(ended_at, expires_at) >= p_since;
  if v_left < p_bytes and p_replaced > 0 and not v_spared then
    v_left := v_left + p_replaced;
    v_spares := true;
  end if;
  if v_left <= 0 or v_left < p_least then
    return 0;
  end if;
  insert into upload_room (id, work_id, bytes, spares, expires_at)
  values (p_id, p_work, least(p_bytes, v_left), v_spares, clock_timestamp() + interval '10 minutes');
  return least(p_bytes, v_left);
end $function$;

-- 0005_edits.sql
CREATE OR REPLACE FUNCTION public.rewind_before(p_work uuid, p_message uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  update messages set rewound = true
  where work_id = p_work and not rewound
    and position >= (select position from messages where work_id = p_work and id = p_message);
  perform log_revision(p_work, jsonb_build_object('kind', 'conversation.rewound', 'beforeMessageId', p_message));
end $function$;

-- 0002_api.sql, 0007_accounts.sql, 0029_sign_in.sql, 0037_rolling_refresh.sql, 0050_sessions_that_end.sql
CREATE OR REPLACE FUNCTION public.rotate_refresh_token(p_old bytea, p_new bytea, p_lifetime interval, p_grace interval DEFAULT '00:00:10'::interval)
 RETURNS TABLE(outcome text, user_id uuid, session_id uuid)
 LANGUAGE plpgsql
AS $function$
declare
  t refresh_tokens;
begin
  perform 1 from users where id = (select r.user_id from refresh_tokens r where r.token_hash = p_old) for share;
  select * into t from refresh_tokens r where r.token_hash = p_old for update;
  if not found or t.revoked_at is not null or t.expires_at <= clock_timestamp() then
    return query select 'invalid', null::uuid, null::uuid;
  elsif t.used_at <= clock_timestamp() - p_grace then
    update refresh_tokens r set revoked_at = clock_timestamp() where r.family = t.family and r.revoked_at is null;
    perform pg_notify('pa_session_ended', t.family::text);
    return query select 'reused', null::uuid, null::uuid;
  else
    -- Its first use counts: uses in the grace do not prolong it.
    update refresh_tokens r set used_at = clock_timestamp() where r.token_hash = p_old and r.used_at is null;
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (p_new, t.user_id, t.family, clock_timestamp() + p_lifetime);
    return query select 'rotated', t.user_id, t.family;
  end if;
end $function$;

-- 0011_limits.sql
CREATE OR REPLACE FUNCTION public.see_person_edit(p_work uuid, p_call uuid, p_path text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  update person_edits e set seen_by = p_call
  from tool_calls c
  where e.work_id = p_work and e.path = p_path and c.work_id = p_work and c.id = p_call and c.turn = e.turn
    and (e.seen_by is null or e.seen_by = p_call);
  return found;
end $function$;

-- 0005_edits.sql
CREATE OR REPLACE FUNCTION public.store_queued(p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_rerun_of uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  m messages;
  v_seq bigint;
begin
  m.id := p_id;
  m.parts := jsonb_build_array(jsonb_build_object('type', 'text', 'text', p_text));
  m.attachments := p_attachments;
  m.delivery := p_delivery;
  v_seq := log_append(p_work, null, jsonb_build_array(jsonb_build_object(
    'kind', 'message.queued', 'message', user_message(m))));
  insert into messages (work_id, id, role, status, queued_seq, parts, attachments, delivery, rerun_of, created_at)
  select p_work, p_id, 'user', 'queued', e.seq, m.parts, p_attachments, p_delivery, p_rerun_of, e.at
  from events e where e.work_id = p_work and e.seq = v_seq;
end $function$;

-- 0003_summaries.sql
CREATE OR REPLACE FUNCTION public.store_summary(p_work uuid, p_key text, p_attempt integer, p_agent text, p_through uuid, p_text text, p_attachments jsonb, p_usage jsonb, p_before integer, p_after integer)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- 0001_init.sql, 0014_bounded_statements.sql, 0016_whole_functions.sql
CREATE OR REPLACE FUNCTION public.stored_output(p_work uuid, p_turn integer, p_call uuid)
 RETURNS jsonb
 LANGUAGE sql
AS $function$
  select jsonb_build_object(
    'output', coalesce(string_agg(body ->> 'text', '' order by seq), ''),
    'stdout', coalesce(string_agg(body ->> 'text', '' order by seq) filter (where body ->> 'stream' = 'stdout'), ''),
    'stderr', coalesce(string_agg(body ->> 'text', '' order by seq) filter (where body ->> 'stream' = 'stderr'), ''))
  from events
  where work_id = p_work and turn = p_turn
    and seq > (select first_seq from turns where work_id = p_work and turn = p_turn)
    and kind = 'tool.output' and body ->> 'toolCallId' = p_call::text;
$function$;

-- 0001_init.sql, 0003_summaries.sql
CREATE OR REPLACE FUNCTION public.streamed_parts(p_work uuid, p_turn integer, p_message uuid, p_from bigint)
 RETURNS jsonb
 LANGUAGE sql
AS $function$
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
$function$;

-- 0005_edits.sql
CREATE OR REPLACE FUNCTION public.take_back(p_work uuid, p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  update messages set status = 'withdrawn' where work_id = p_work and id = p_id;
  perform log_revision(p_work, jsonb_build_object('kind', 'message.withdrawn', 'id', p_id));
end $function$;

-- 0006_models.sql
CREATE OR REPLACE FUNCTION public.take_default_place()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- the owner's row orders those who do it at once
  perform 1 from users where id = new.owner_id for no key update;
  update models set is_default = false
  where owner_id = new.owner_id and role = new.role and is_default and id <> new.id;
  return new;
end $function$;

-- 0001_init.sql
CREATE OR REPLACE FUNCTION public.take_message(p_work uuid, p_id uuid, p_turn integer, p_seq bigint)
 RETURNS void
 LANGUAGE sql
AS $function$
  update messages set status = 'complete', turn = p_turn, position = p_seq where work_id = p_work and id = p_id;
$function$;

-- 0002_api.sql, 0029_sign_in.sql
CREATE OR REPLACE FUNCTION public.take_rate(p_key text, p_limit integer, p_window interval DEFAULT '00:01:00'::interval)
 RETURNS double precision
 LANGUAGE plpgsql
AS $function$
declare
  w rate_windows;
begin
  insert into rate_windows as r (key, began_at, count, window_length) values (p_key, clock_timestamp(), 1, p_window)
  on conflict (key) do update set
    began_at = case when r.began_at <= clock_timestamp() - p_window then clock_timestamp() else r.began_at end,
    count = case when r.began_at <= clock_timestamp() - p_window then 1 else r.count + 1 end
  returning * into w;
  if w.count <= p_limit then
    return 0;
  end if;
  return greatest(extract(epoch from w.began_at + p_window - clock_timestamp()), 0.001);
end $function$;

-- 0014_bounded_statements.sql
CREATE OR REPLACE FUNCTION public.take_steering(p_work uuid, p_turn integer)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- 0009_awaited_claims.sql
CREATE OR REPLACE FUNCTION public.tell_settled()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('pa_settled', new.work_id || ':' || new.key);
  return null;
end $function$;

-- 0025_shares.sql
CREATE OR REPLACE FUNCTION public.tokens_of(p_usage jsonb)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select coalesce((p_usage ->> 'inputTokens')::numeric, 0)::bigint
       + coalesce((p_usage ->> 'outputTokens')::numeric, 0)::bigint;
$function$;

-- 0004_grace_and_fences.sql
CREATE OR REPLACE FUNCTION public.up_since()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
AS $function$
declare
  v_seen timestamptz;
begin
  select seen_at into v_seen from server_recovery;
  if not found then
    insert into server_recovery default values on conflict do nothing;
    v_seen := clock_timestamp();
  end if;
  return greatest(pg_postmaster_start_time(), v_seen);
end $function$;

-- 0011_limits.sql, 0025_shares.sql
CREATE OR REPLACE FUNCTION public.used_up(p_owner uuid, p_work uuid, p_turns integer, p_guest_turns integer, p_tokens bigint, p_guest_tokens bigint)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  v_turns integer;
begin
  if p_turns is not null or p_guest_turns is not null then
    select case when guest then p_guest_turns else p_turns end into v_turns from users where id = p_owner;
    if v_turns is not null and (
      select count(*) from (
        select id from works
        where owner_id = p_owner and running_turn is not null and deleted_at is null and id <> p_work
        union
        select w.id from messages m join works w on w.id = m.work_id
        where m.status = 'queued' and w.owner_id = p_owner and w.deleted_at is null and w.id <> p_work
        limit v_turns) busy) >= v_turns then
      return 'turns';
    end if;
  end if;
  if is_out_of_tokens(p_owner, p_tokens, p_guest_tokens) then
    return 'tokens';
  end if;
  return null;
end $function$;

-- 0005_edits.sql
CREATE OR REPLACE FUNCTION public.user_message(m messages)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select jsonb_build_object('id', m.id, 'role', 'user', 'text', m.parts -> 0 ->> 'text',
                            'attachments', m.attachments, 'delivery', m.delivery);
$function$;

-- 0005_edits.sql
CREATE OR REPLACE FUNCTION public.withdraw_message(p_owner uuid, p_work uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  m messages;
begin
  perform 1 from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  select * into m from messages where work_id = p_work and id = p_id and status <> 'withdrawn';
  if not found then
    return '{"kind": "not_found"}';
  end if;
  if m.status <> 'queued' then
    return '{"kind": "taken"}';
  end if;
  perform take_back(p_work, p_id);
  return '{"kind": "withdrawn"}';
end $function$;

-- 0001_init.sql, 0004_grace_and_fences.sql
CREATE OR REPLACE FUNCTION public.worker_alive(p_worker uuid)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  w workers;
  -- seconds without a renewal after which the worker's claims may be taken over
  lease constant interval := '5 seconds';
  v_up_since timestamptz;
begin
  select * into w from workers where id = p_worker;
  if not found then
    return false;
  end if;
  v_up_since := up_since();
  if greatest(w.renewed_at, v_up_since) < clock_timestamp() - lease then
    return false;
  end if;
  -- one that has just registered is about to take its lock
  if w.started_at > clock_timestamp() - interval '2 seconds' then
    return true;
  end if;
  if v_up_since < clock_timestamp() - lease and pg_try_advisory_xact_lock(w.lock_key) then
    return false;
  end if;
  return true;
end $function$;
