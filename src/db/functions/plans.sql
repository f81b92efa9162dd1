-- The plan of a Work, which its agent keeps and a person may change (H3, docs/people.md).

-- The newest plan; nulls where there never was one. One without steps was taken away.
create or replace function plan_now(p_work uuid) returns plans
language sql stable as $$
  select * from plans where work_id = p_work order by seq desc limit 1;
$$;

-- Steps as a model reads them, a line each; null where there are none.
create or replace function plan_text(p_steps jsonb) returns text
language sql immutable as $$
  select string_agg(format('%s. [%s] %s', ord, s ->> 'status', s ->> 'step') || coalesce((
      select ' (made: ' || string_agg(path, ', ' order by n) || ')'
      from jsonb_array_elements_text(s -> 'made') with ordinality m (path, n)
      where n > jsonb_array_length(s -> 'made') - 5), ''), E'\n' order by ord)
  from jsonb_array_elements(p_steps) with ordinality x (s, ord);
$$;

-- What of the plan is still to be done, for a model at a turn's beginning; null where nothing is.
create or replace function open_plan_text(p_work uuid) returns text
language sql stable as $$
  select plan_text(p.steps) from plan_now(p_work) p
  where exists (select from jsonb_array_elements(p.steps) s where s ->> 'status' <> 'completed');
$$;

-- Makes these steps the Work's plan, with their event. The caller holds the Work's row.
create or replace function put_plan(
  p_work uuid, p_turn integer, p_author text, p_call uuid, p_steps jsonb, p_told boolean
) returns void
language plpgsql as $$
declare
  v_seq bigint := log_append(p_work, p_turn, jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'kind', 'plan.changed', 'by', p_author, 'toolCallId', p_call, 'steps', p_steps))));
begin
  insert into plans (work_id, seq, turn, author, tool_call_id, steps, told)
  values (p_work, v_seq, p_turn, p_author, p_call, p_steps, p_told);
end $$;

-- New steps with what each has made: what the old one of the same words had, or the one in the same place where its words
-- are gone. To what was under way p_files are added. The last 20 paths are kept.
create or replace function with_made(p_old jsonb, p_new jsonb, p_files jsonb) returns jsonb
language sql immutable as $$
  select coalesce(jsonb_agg(jsonb_build_object('step', n.s -> 'step', 'status', n.s -> 'status')
    || case when made.paths is null then '{}'::jsonb else jsonb_build_object('made', made.paths) end order by n.ord), '[]')
  from jsonb_array_elements(p_new) with ordinality n (s, ord)
  left join lateral (
    select o.s from jsonb_array_elements(p_old) with ordinality o (s, ord)
    where o.s -> 'step' = n.s -> 'step' or (o.ord = n.ord
      and not exists (select from jsonb_array_elements(p_new) x where x -> 'step' = o.s -> 'step'))
    order by o.s -> 'step' = n.s -> 'step' desc limit 1
  ) old on true
  left join lateral (
    select jsonb_agg(path order by last) as paths from (
      select path, max(at) as last from jsonb_array_elements_text(coalesce(old.s -> 'made', '[]')
        || case when old.s ->> 'status' = 'in_progress' then p_files else '[]' end) with ordinality m (path, at)
      group by path order by last desc limit 20) kept
  ) made on true;
$$;

-- The paths that the main agent's calls wrote between the one that last set the plan and this one, as they were written.
create or replace function files_since_plan(t tool_calls) returns jsonb
language sql stable as $$
  select coalesce(jsonb_agg(f ->> 'path' order by c.turn, c.step, c.index), '[]')
  from (select tool_call_id from plans where work_id = t.work_id and tool_call_id is not null
        order by seq desc limit 1) p
  join tool_calls b on b.work_id = t.work_id and b.id = p.tool_call_id
  join tool_calls c on c.work_id = t.work_id and c.turn between b.turn and t.turn and c.agent = 'main'
    and (c.turn, c.step, c.index) > (b.turn, b.step, b.index) and (c.turn, c.step, c.index) < (t.turn, t.step, t.index)
  cross join lateral jsonb_array_elements(c.files) f
  where f ->> 'change' <> 'removed';
$$;

-- Keeps the plan that a call of update_plan has sent, in the statement that stores the call's outcome. Gives the outcome
-- as it is to be stored: where a person has changed the plan in this turn and the model does not know it yet, nothing is
-- changed. The caller holds the Work's row and knows that the call runs.
create or replace function keep_plan(t tool_calls, p_outcome jsonb) returns jsonb
language plpgsql as $$
declare
  p plans := plan_now(t.work_id);
begin
  if p.turn = t.turn and not p.told then
    return p_outcome - 'plan' || jsonb_build_object('ok', false, 'result',
      'The plan was not changed, for the person has changed it since you saw it.');
  end if;
  perform put_plan(t.work_id, t.turn, 'agent', t.id,
    with_made(coalesce(p.steps, '[]'), p_outcome -> 'plan', files_since_plan(t)), true);
  return p_outcome - 'plan';
end $$;

-- An outcome of the main agent's call, with the plan behind its result where a person has changed that in this turn and
-- the model was not told of it yet. The caller holds the Work's row.
create or replace function tell_plan(t tool_calls, p_outcome jsonb) returns jsonb
language plpgsql as $$
declare
  p plans := plan_now(t.work_id);
begin
  if t.agent <> 'main' or p.told or p.turn is distinct from t.turn then
    return p_outcome;
  end if;
  update plans set told = true where work_id = p.work_id and seq = p.seq;
  return p_outcome || jsonb_build_object('result', (p_outcome ->> 'result') || E'\n\n' || coalesce(
    E'The person has changed the plan. Go on by it; it is now:\n' || plan_text(p.steps),
    'The person has taken the plan away.'));
end $$;

-- A person's change of the plan. p_version: of the one that they changed, 0 where there was none. Gives one of
--   {kind: "not_found"} {kind: "limited", retryAfter}
--   {kind: "stored" | "changed", version, by, steps}   changed: it is another by now, which is given
create or replace function change_plan(
  p_owner uuid, p_work uuid, p_version bigint, p_steps jsonb, p_limit integer
) returns jsonb
language plpgsql as $$
declare
  w works;
  p plans;
  v_wait double precision;
  v_kind text := 'stored';
  v_steps jsonb;
begin
  perform hold_rate('messages:' || p_owner);
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  p := plan_now(p_work);
  select jsonb_agg(s - 'made' order by ord) into v_steps from jsonb_array_elements(p.steps) with ordinality x (s, ord);
  if coalesce(v_steps, '[]') <> p_steps then
    if p_version <> (case when v_steps is null then 0 else p.seq end) then
      v_kind := 'changed';
    else
      -- An event in the log, as a message is: there may be as many.
      v_wait := take_rate('messages:' || p_owner, p_limit);
      if v_wait > 0 then
        return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
      end if;
      perform put_plan(p_work, w.running_turn, 'person', null, with_made(coalesce(p.steps, '[]'), p_steps, '[]'),
        w.running_turn is null);
      p := plan_now(p_work);
    end if;
  end if;
  return jsonb_build_object('kind', v_kind, 'version', case when p.steps = '[]' then 0 else coalesce(p.seq, 0) end,
    'by', coalesce(p.author, 'person'), 'steps', coalesce(p.steps, '[]'));
end $$;

-- The plan is again what it was before that place in the log. The caller holds the Work's row.
create or replace function rewind_plan(p_work uuid, p_position bigint) returns void
language plpgsql as $$
declare
  now plans := plan_now(p_work);
  old plans;
begin
  select * into old from plans where work_id = p_work and seq < p_position order by seq desc limit 1;
  if coalesce(old.steps, '[]') is distinct from coalesce(now.steps, '[]') then
    perform put_plan(p_work, null, coalesce(old.author, 'person'), null, coalesce(old.steps, '[]'), true);
  end if;
end $$;
