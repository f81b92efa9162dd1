-- What an agent asks a person in the middle of a turn (H1, docs/people.md).

-- The question that a Work waits with, as events and snapshots have it.
create or replace function ask_json(a asks) returns jsonb
language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('askId', a.id, 'toolCallId', a.tool_call_id, 'question', a.question,
    'options', a.options, 'default', a.default_text, 'deadline', iso_time(a.deadline), 'act', a.act));
$$;

-- Whether the Work waits for a person now.
create or replace function is_asking(p_work uuid) returns boolean
language sql stable as $$
  select exists (select from asks where work_id = p_work and answered_by is null);
$$;

-- Answers an open question. The caller holds the Work's row and knows that it is open. Where a call of ask_person waits
-- for it, the same statement ends that call with p_result: what comes next needs nobody else. A stop leaves the call to
-- the turn's end.
create or replace function close_ask(a asks, p_by text, p_text text, p_allow boolean, p_result text) returns void
language plpgsql as $$
declare
  v_ms integer := age_ms(a.raised_at);
begin
  update asks set answered_by = p_by, answered_at = pa_now(), answer = p_text, allow = p_allow
  where work_id = a.work_id and id = a.id;
  perform log_append(a.work_id, a.turn, jsonb_build_array(jsonb_build_object(
      'kind', 'ask.answered', 'askId', a.id, 'by', p_by, 'text', p_text)
    || case when p_allow is null then '{}'::jsonb else jsonb_build_object('allow', p_allow) end));
  if p_by = 'stop' then
    return;
  end if;
  if a.act is not null then
    -- The call that it allows is still to be made.
    if a.tool_call_id is not null then
      perform settle_act(a, p_text, p_allow, v_ms);
    end if;
    return;
  end if;
  update tool_calls set state = 'ok', result = p_result, files = '[]', duration_ms = v_ms
  where work_id = a.work_id and id = a.tool_call_id and state = 'running';
  if found then
    perform log_append(a.work_id, a.turn, jsonb_build_array(jsonb_build_object(
      'kind', 'tool.completed', 'toolCallId', a.tool_call_id, 'ok', true, 'result', p_result,
      'files', '[]'::jsonb, 'durationMs', v_ms)));
  end if;
end $$;

-- Takes the default of a question whose deadline has passed. The caller holds the Work's row.
create or replace function close_at_deadline(a asks) returns void
language sql as $$
  select close_ask(a, 'deadline', coalesce(a.default_text, ''), null, case when a.default_text is null
    then 'Nobody answered in time. Choose the sensible reading, go on, and say in your answer what you chose.'
    else 'Nobody answered in time, so your default holds: ' || a.default_text end);
$$;

-- Asks what a call of ask_person says, once, and says how it stands. p_ask: {question, options?, default?, waitSeconds?};
-- null: only looks. A deadline that has passed is kept here. Gives one of
--   {kind: "over"} {kind: "stopped"} {kind: "done", ok}
--   {kind: "waiting", inMs?}       a person is to answer, until then
--   {kind: "unasked", arguments}   nothing was asked, and there is no p_ask
create or replace function ask_for_call(p_work uuid, p_turn integer, p_call uuid, p_ask jsonb) returns jsonb
language plpgsql as $$
declare
  w works;
  t tool_calls;
  a asks;
begin
  select * into w from works where id = p_work for update;
  if not found or w.deleted_at is not null then
    return jsonb_build_object('kind', 'over');
  end if;
  select * into t from tool_calls where work_id = p_work and id = p_call;
  if t.id is null then
    raise exception 'no tool call % in work %', p_call, p_work using errcode = 'no_data_found';
  end if;
  if t.state <> 'running' then
    return jsonb_build_object('kind', 'done', 'ok', t.state = 'ok');
  end if;
  if w.running_turn is distinct from p_turn then
    return jsonb_build_object('kind', 'over');
  end if;
  if w.stop_turn = p_turn then
    return jsonb_build_object('kind', 'stopped');
  end if;
  select * into a from asks where work_id = p_work and tool_call_id = p_call;
  if a.id is null then
    if p_ask is null then
      return jsonb_build_object('kind', 'unasked', 'arguments', t.arguments);
    end if;
    a.work_id := p_work;
    a.id := gen_random_uuid();
    a.turn := p_turn;
    a.tool_call_id := p_call;
    a.question := p_ask ->> 'question';
    a.options := case when p_ask ? 'options' then array(select jsonb_array_elements_text(p_ask -> 'options')) end;
    a.default_text := p_ask ->> 'default';
    a.raised_at := pa_now();
    a.deadline := a.raised_at + (p_ask ->> 'waitSeconds')::integer * interval '1 second';
    a.raised_seq := log_append(p_work, p_turn, jsonb_build_array(
      jsonb_build_object('kind', 'ask.raised') || ask_json(a)));
    insert into asks select a.*;
  elsif a.deadline <= pa_now() then
    perform close_at_deadline(a);
    return jsonb_build_object('kind', 'done', 'ok', true);
  end if;
  return jsonb_build_object('kind', 'waiting')
    || case when a.deadline is null then '{}'::jsonb
       else jsonb_build_object('inMs', greatest(1, ceil(-1000 * extract(epoch from pa_now() - a.deadline)))) end;
end $$;

-- Whether words allow what was asked: any of the options but the last, or a plain yes.
create or replace function allows(p_text text, p_options text[]) returns boolean
language sql immutable as $$
  select lower(trim(both from p_text, E' .!。！\n')) = any(
    array['yes', 'y', 'ok', 'okay', 'allow', 'go on', '是', '好', '好的', '可以', '允许', '继续', '同意']
    || array(select lower(o) from unnest(p_options) with ordinality x (o, n) where n < cardinality(p_options)));
$$;

-- A person's answer. The first one counts, whoever wrote it; the same again is answered as it was. p_said_as: the id under
-- which it was said where a message was expected. Of a question whether something may be done either says it: words allow
-- where they are one of the answers that do. Gives one of
--   {kind: "not_found"}            they have no such Work
--   {kind: "unknown"}              the Work has no such question
--   {kind: "stored" | "duplicate" | "late", by, text, allow?}   late: it has another answer, which is given
create or replace function answer_ask(p_owner uuid, p_work uuid, p_ask uuid, p_text text, p_allow boolean,
  p_said_as uuid default null) returns jsonb
language plpgsql as $$
declare
  a asks;
  v_kind text := 'stored';
  v_text text := coalesce(p_text, case when p_allow then 'Yes' else 'No' end);
  v_allow boolean := p_allow;
begin
  perform 1 from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return jsonb_build_object('kind', 'not_found');
  end if;
  select * into a from asks where work_id = p_work and id = p_ask;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  end if;
  if a.act is not null then
    v_allow := coalesce(p_allow, allows(p_text, a.options));
  end if;
  if a.answered_by is null then
    perform close_ask(a, 'person', v_text, v_allow, v_text);
    update asks set said_as = p_said_as where work_id = p_work and id = p_ask and p_said_as is not null;
    select * into a from asks where work_id = p_work and id = p_ask;
  elsif a.answered_by = 'person' and a.answer = v_text and a.allow is not distinct from v_allow then
    v_kind := 'duplicate';
  else
    v_kind := 'late';
  end if;
  return jsonb_strip_nulls(jsonb_build_object('kind', v_kind, 'by', a.answered_by, 'text', a.answer, 'allow', a.allow));
end $$;

-- Ends the question that a turn still waits with, as the turn itself ends. The caller holds the Work's row.
create or replace function end_ask(p_work uuid, p_turn integer) returns void
language sql as $$
  select close_ask(a, 'stop', '', null, null) from asks a
  where a.work_id = p_work and a.turn = p_turn and a.answered_by is null;
$$;
