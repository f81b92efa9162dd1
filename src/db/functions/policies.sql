-- Which acts a Work's agents may do by themselves, and which a person is asked about (H2, docs/people.md).

-- The kind of act that a call of this tool is, of those that a policy holds back; null: of none. A new tool that does
-- something of these kinds gets its line here. Two low lines are in the names of servers' tools alone (offered-tools.ts).
create or replace function act_kind(p_tool text) returns text
language sql immutable as $$
  select case when p_tool = 'run_python' then 'code' when p_tool like '%\_\_%' then 'mcp' end;
$$;

-- What a Work says of a kind of act: allow, ask or never.
create or replace function policy_for(w works, p_kind text) returns text
language sql immutable as $$
  select coalesce(w.policy ->> p_kind, 'allow');
$$;

-- By what an allowed tool of a server is remembered: its server's id with its name, for another server may get the same
-- name; of the operator's, who names each once, "operator". Null: it is no server's.
create or replace function tool_grant(w works, t tool_calls) returns text
language sql stable as $$
  select coalesce(tool ->> 'server', 'operator') || ':' || t.name
  from openings o, jsonb_array_elements(o.tools) tool
  where o.work_id = w.id and o.agent = 'main' and o.turn = t.turn and tool ->> 'name' = t.name
    and tool ?| array['server', 'operator']
  limit 1;
$$;

-- What is shown of a call to whoever is to allow it: {kind, tool, arguments, more?}. It goes with every list, event and
-- snapshot, so of long arguments there is the beginning, of code as code, and how many characters more there are.
create or replace function shown_act(p_kind text, t tool_calls) returns jsonb
language plpgsql immutable as $$
declare
  most constant integer := 65536;
  v_code boolean := p_kind = 'code' and jsonb_typeof(t.arguments -> 'code') = 'string'
    and length((t.arguments - 'code')::text) <= 4096;
  v_text text;
  v_shown jsonb := t.arguments;
begin
  if length(t.arguments::text) > most then
    v_text := case when v_code then t.arguments ->> 'code'
      when jsonb_typeof(t.arguments) = 'string' then t.arguments #>> '{}' else jsonb_pretty(t.arguments) end;
    v_shown := to_jsonb(left(v_text, most));
    if v_code then
      v_shown := t.arguments || jsonb_build_object('code', v_shown);
    end if;
  end if;
  return jsonb_build_object('kind', p_kind, 'tool', t.name, 'arguments', v_shown)
    || case when length(v_text) > most then jsonb_build_object('more', length(v_text) - most) else '{}' end;
end $$;

-- Whether this call's tool is asked about whatever the policy says of its kind: the tool's server is a person's, or the
-- operator's, who said so of it (I6), and nobody has allowed it for this Work. What the operator says of a server that a
-- worker has forgotten is not known: it is asked about.
create or replace function is_tool_asked(w works, t tool_calls) returns boolean
language sql stable as $$
  select not coalesce(w.policy -> 'tools', '[]') ? coalesce(tool_grant(w, t), '') and exists (
    select from openings o, jsonb_array_elements(o.tools) tool
    left join tool_servers s on s.owner_id = w.owner_id and s.id::text = tool ->> 'server'
    left join operator_tool_servers p on p.name = tool ->> 'operator'
    where o.work_id = w.id and o.agent = 'main' and o.turn = t.turn and tool ->> 'name' = t.name
      and (tool ? 'operator' and p.name is null or tool ->> 'tool' = any (coalesce(s.asked, p.asked))));
$$;

-- Ends a call that may not be made. The caller holds the Work's row.
create or replace function refuse_call(t tool_calls, p_words text, p_ms integer) returns void
language plpgsql as $$
begin
  update tool_calls set state = 'error', result = p_words, files = '[]', duration_ms = p_ms,
    ending = case when t.name = 'run_python' then 'cancelled' end
  where work_id = t.work_id and id = t.id and state = 'running';
  perform log_append(t.work_id, t.turn, jsonb_build_array(
    jsonb_build_object('kind', 'tool.completed', 'toolCallId', t.id, 'ok', false, 'result', p_words,
                       'files', '[]'::jsonb, 'durationMs', p_ms)
    || case when t.name = 'run_python' then '{"ending": "cancelled"}'::jsonb else '{}'::jsonb end));
end $$;

-- Holds a call to its Work's policy, before it is claimed for the first time. Null: it may be made. {kind: "asking"}: a
-- person is asked, by a question that has the call as it would be made (shown_act). {kind: "done", ok: false}: it may not. Where
-- the program waits for nobody (p_may_ask is false), what would be asked is not allowed; where it does not know (null),
-- that is left to who does. The caller holds the Work's row.
create or replace function hold_to_policy(w works, t tool_calls, p_may_ask boolean) returns jsonb
language plpgsql as $$
declare
  v_kind text := act_kind(t.name);
  v_policy text := policy_for(w, v_kind);
  a asks;
begin
  if v_kind = 'mcp' and v_policy = 'allow' and is_tool_asked(w, t) then
    v_policy := 'ask';
  end if;
  if v_kind is null or v_policy = 'allow' then
    return null;
  end if;
  if v_policy = 'never' or not p_may_ask then
    -- A question of the call ends before it.
    perform close_ask(o, 'stop', '', null, null) from asks o
    where o.work_id = w.id and o.tool_call_id = t.id and o.answered_by is null;
    perform refuse_call(t, 'The policy of this Work does not allow this. Do without it, and say so in your answer.', 0);
    return '{"kind": "done", "result": {"ok": false}}';
  end if;
  select * into a from asks where work_id = w.id and tool_call_id = t.id;
  -- A no has ended the call with its question (close_ask).
  if a.allow then
    return null;
  end if;
  if a.id is null and p_may_ask and not is_asking(w.id) then
    a.work_id := w.id;
    a.id := gen_random_uuid();
    a.turn := t.turn;
    a.tool_call_id := t.id;
    a.question := case v_kind when 'code' then 'The agent wants to run code.'
      else format('The agent wants to call the tool %s.', t.name) end;
    a.options := array['Allow', 'Allow for this Work', 'Do not allow'];
    a.act := shown_act(v_kind, t);
    a.raised_at := pa_now();
    a.raised_seq := log_append(w.id, t.turn, jsonb_build_array(
      jsonb_build_object('kind', 'ask.raised') || ask_json(a)));
    insert into asks select a.*;
  end if;
  return '{"kind": "asking"}';
end $$;

-- What the answer to a question of hold_to_policy does: a no ends its call, and what is allowed for the Work is
-- remembered in its policy. The caller holds the Work's row.
create or replace function settle_act(a asks, p_text text, p_allow boolean, p_ms integer) returns void
language plpgsql as $$
declare
  w works;
  t tool_calls;
  v_grant text;
begin
  select * into t from tool_calls where work_id = a.work_id and id = a.tool_call_id;
  if p_allow and lower(p_text) = lower(a.options[2]) then
    select * into w from works where id = a.work_id;
    v_grant := tool_grant(w, t);
    -- Of a tool that is asked about by itself it is the tool that is allowed; where the kind was, both are.
    update works set policy = coalesce(policy, '{}')
      || case when a.act ->> 'kind' = 'mcp' and coalesce(policy ->> 'mcp', 'allow') = 'allow' then '{}'
           else jsonb_build_object(a.act ->> 'kind', 'allow') end
      || case when v_grant is not null
           then jsonb_build_object('tools', (coalesce(policy -> 'tools', '[]') - v_grant) || to_jsonb(v_grant))
           else '{}' end
    where id = a.work_id;
  elsif p_allow is not true and t.state = 'running' then
    perform refuse_call(t, 'The person did not allow this: ' || p_text, p_ms);
  end if;
end $$;
