-- What a turn, a Work, a day and a person may take, and what happens where it is used up (H4, docs/people.md).

-- What a usage counts as.
create or replace function spent(p_usage jsonb) returns jsonb
language sql immutable as $$
  select jsonb_build_object('tokens', tokens_of(p_usage), 'cost', coalesce((p_usage ->> 'cost')::numeric, 0));
$$;

-- What a person has used since a time; all that was counted where it is null.
create or replace function spent_by(p_user uuid, p_since timestamptz) returns jsonb
language sql stable as $$
  select jsonb_build_object('tokens', coalesce(sum(tokens), 0), 'cost', coalesce(sum(cost), 0))
  from token_use where user_id = p_user and case when p_since is null then hour = 'epoch' else hour > p_since end;
$$;

-- Each budget that holds for a turn, with what is used of it. Used up and warned of is what is asked for later.
create or replace function budgets_of(w works, p_turn integer)
returns table (scope text, unit text, used numeric, most numeric)
language sql stable as $$
  with person as (select budget from users where id = w.owner_id),
       turn as (select usage from turns where work_id = w.id and turn = p_turn)
  select b.scope, l.unit, (b.used ->> l.unit)::numeric, l.most::text::numeric
  from (
    select 'turn' as scope, w.budget -> 'turn' as limits, spent(turn.usage) as used from turn
    union all
    select 'work', w.budget -> 'work', spent(add_usage(w.usage, turn.usage)) from turn
    union all
    select 'day', budget -> 'day', spent_by(w.owner_id, pa_now() - interval '1 day') from person
    where budget ? 'day'
    union all
    select 'person', budget -> 'person', jsonb_build_object(
      'tokens', (s ->> 'tokens')::numeric - (budget -> 'spent' ->> 'tokens')::numeric,
      'cost', (s ->> 'cost')::numeric - (budget -> 'spent' ->> 'cost')::numeric)
    from person, spent_by(w.owner_id, null) s where budget ? 'person'
  ) b, jsonb_each(b.limits) l (unit, most)
  where jsonb_typeof(b.limits) = 'object';
$$;

-- How far a budget goes with what a person has allowed since it was used up. What was allowed holds for the limit of
-- which it was said: another one is another budget.
create or replace function allowed_up_to(w works, p_turn integer, p_scope text, p_unit text, p_most numeric)
returns numeric
language sql stable as $$
  select greatest(p_most, max((a.act ->> 'upTo')::numeric))
  from works o join asks a on a.work_id = o.id
  where a.allow and a.act ->> 'kind' = 'spend' and a.act ->> 'scope' = p_scope and a.act ->> 'unit' = p_unit
    and (a.act ->> 'limit')::numeric = p_most
    and case p_scope
      when 'turn' then o.id = w.id and a.turn = p_turn
      when 'work' then o.id = w.id
      when 'day' then o.owner_id = w.owner_id and a.answered_at > pa_now() - interval '1 day'
      else o.owner_id = w.owner_id end;
$$;

-- The figure of a budget as people read it.
create or replace function budget_figure(p_amount numeric, p_unit text) returns text
language sql immutable as $$
  select case p_unit when 'tokens' then p_amount::bigint::text || ' tokens' else round(p_amount, 4)::float8::text end;
$$;

-- Holds a step to its budgets, before it is claimed. Null: it may begin. At 80 % the log says so once. Where one is used up
-- a person is asked, if there is one who may be (p_may_ask) and they have not said no in this turn: gives
-- {kind: "asking"}, also while any other question of the Work is open. Else {kind: "over", error: {code, message}}.
-- The caller holds the Work's row.
create or replace function hold_to_budgets(w works, p_turn integer, p_may_ask boolean) returns jsonb
language plpgsql as $$
declare
  b record;
  a asks;
  v_most numeric;
  v_mark text;
  v_name text;
begin
  if w.budget is null and not exists (select from users where id = w.owner_id and budget is not null) then
    return null;
  end if;
  if is_asking(w.id) then
    return jsonb_build_object('kind', 'asking');
  end if;
  for b in select * from budgets_of(w, p_turn) where used >= 0.8 * most loop
    v_most := allowed_up_to(w, p_turn, b.scope, b.unit, b.most);
    if b.used >= v_most then
      v_name := case b.scope when 'turn' then 'this turn' when 'work' then 'this Work' when 'day' then 'the day'
        else 'all your Works' end;
      if not p_may_ask or w.budget ->> 'atLimit' = 'end' or exists (
        select from asks where work_id = w.id and turn = p_turn and act ->> 'kind' = 'spend'
          and act ->> 'scope' = b.scope and act ->> 'unit' = b.unit and allow is not true) then
        return jsonb_build_object('kind', 'over', 'error', jsonb_build_object('code', 'budget_exceeded', 'message',
          format('The budget of %s is used up: %s of %s. What was written is kept; raise the budget to go on.',
            v_name, budget_figure(b.used, b.unit), budget_figure(v_most, b.unit))));
      end if;
      a.work_id := w.id;
      a.id := gen_random_uuid();
      a.turn := p_turn;
      a.question := format('The budget of %s is used up: %s of %s. Go on with as much again?',
        v_name, budget_figure(b.used, b.unit), budget_figure(v_most, b.unit));
      a.options := array['Go on', 'Stop here'];
      a.act := jsonb_build_object('kind', 'spend', 'scope', b.scope, 'unit', b.unit, 'used', b.used,
        'limit', b.most, 'upTo', greatest(v_most, b.used) + b.most);
      a.raised_at := pa_now();
      a.raised_seq := log_append(w.id, p_turn, jsonb_build_array(
        jsonb_build_object('kind', 'ask.raised') || ask_json(a)));
      insert into asks select a.*;
      return jsonb_build_object('kind', 'asking');
    end if;
    v_mark := b.scope || ' ' || b.unit || ' ' || v_most;
    if b.used >= 0.8 * v_most and not exists (
      select from turns where work_id = w.id and turn = p_turn and v_mark = any(warned)) then
      update turns set warned = warned || v_mark where work_id = w.id and turn = p_turn;
      perform log_append(w.id, p_turn, jsonb_build_array(jsonb_build_object('kind', 'budget.warned',
        'scope', b.scope, 'unit', b.unit, 'used', b.used, 'limit', v_most)));
    end if;
  end loop;
  return null;
end $$;

-- Sets what a person may take; null takes it away. What they have used by now counts no more against the budget of all
-- their Works, unless that is the one they had.
create or replace function set_person_budget(p_user uuid, p_budget jsonb) returns void
language sql as $$
  update users set budget = case when p_budget is not null then p_budget || jsonb_build_object('spent',
    case when budget -> 'person' = p_budget -> 'person' then budget -> 'spent' else spent_by(p_user, null) end) end
  where id = p_user and deleted_at is null;
$$;
