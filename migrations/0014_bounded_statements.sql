-- What a statement costs depends on the turn that it is about, not on how long the Work has been going on (D11).

-- Changes a function in one place, whatever it has become since it was first written. Dropped at the end of this file.
create function change_in(p_function regproc, p_old text, p_new text) returns void
language plpgsql as $$
declare
  v_definition text := pg_get_functiondef(p_function);
begin
  if position(p_old in v_definition) = 0 then
    raise exception '% does this in another way now', p_function;
  end if;
  execute replace(v_definition, p_old, p_new);
end $$;

-- Of a worker only what it holds is ever asked for; settled claims are found by their turn.
create index claims_running on claims (worker) where state = 'running';
drop index claims_of_worker;
create index tool_calls_of_turn on tool_calls (work_id, turn);
drop index tool_calls_open;

-- What a run has printed so far, as it was stored: {output, stdout, stderr}.
select change_in('stored_output',
  'work_id = p_work and turn = p_turn and',
  'work_id = p_work and turn = p_turn
    and seq > (select first_seq from turns where work_id = p_work and turn = p_turn) and');

-- Where the message stands that called a code agent, which is named by the call's id; null for the main agent.
create function called_at(p_work uuid, p_agent text) returns bigint
language sql stable as $$
  select m.position from tool_calls c join messages m on m.work_id = c.work_id and m.id = c.message_id
  where c.work_id = p_work and c.id = case when p_agent <> 'main' then p_agent::uuid end;
$$;

-- A code agent's conversation begins behind the message that called it.
select change_in('read_context',
  'v_position := coalesce(v_position, -1);',
  'v_position := coalesce(v_position, called_at(p_work, p_agent), -1);');

-- Removes what a completed turn streamed; its messages and calls have it whole. From then on a client whose cursor
-- is older than what was removed gets a snapshot (pruned_through). Its claims go too: whoever comes back to a turn
-- that has ended is told that it is over, and an append to it finds no claim, which is a fence.
create or replace function prune_turn(p_work uuid, p_turn integer) returns void
language plpgsql as $$
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
end $$;
delete from claims c using turns t where t.work_id = c.work_id and t.turn = c.turn and t.pruned;

-- Prunes one turn that ended longer ago than that, the oldest first; false where there is none. Works and turns that
-- somebody else is at are left to them, so that many prune at once and none waits.
create function prune_next_turn(p_age interval) returns boolean
language plpgsql as $$
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
end $$;

-- The running turn takes what steers it into its conversation (F15), under the Work's row lock: from then on it can
-- neither be withdrawn nor changed. Gives whether there was anything.
create function take_steering(p_work uuid, p_turn integer) returns boolean
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

select change_in('claim_step', '    for q in
      select id from messages where work_id = p_work and status = ''queued'' and delivery = ''steer''
      order by queued_seq
    loop
      v_seq := log_append(p_work, v_turn,
        jsonb_build_array(jsonb_build_object(''kind'', ''message.steered'', ''id'', q.id)));
      perform take_message(p_work, q.id, v_turn, v_seq);
    end loop;
', '    perform take_steering(p_work, v_turn);
');

-- Stores a finished answer: its message, its tool calls, their events, and what the workflow is told. Where the
-- answer is final the same statement takes what steers the turn on, or ends the turn (R5, P13): what keeps a turn open
-- can then not be taken back, which would leave the next step with nothing to answer. A turn that may not go on ends,
-- and what waits is the next one's. Gives {kind: "fenced"} or {kind: "stored", result}, where result is p_result with
-- {ended, queued}.
--   p_parts: the message's parts as the protocol has them, tool parts running
--   p_may_go_on: false where this was the last step that the turn may have
drop function complete_step(uuid, text, integer, jsonb, jsonb, boolean, jsonb);
create function complete_step(
  p_work uuid, p_key text, p_attempt integer, p_parts jsonb, p_usage jsonb, p_final boolean, p_result jsonb,
  p_may_go_on boolean default true
) returns jsonb
language plpgsql as $$
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
end $$;

-- Locks are taken in one order, so that no two statements wait for each other: users, rate_windows, Works by id.

-- Takes a window's row without counting a use: for who may have to count one once they hold a Work.
create function hold_rate(p_key text) returns void
language sql as $$
  insert into rate_windows as r (key, began_at, count) values (p_key, clock_timestamp(), 0)
  on conflict (key) do update set count = r.count;
$$;
select change_in('change_message',
  '  perform 1 from works where id = p_work',
  '  perform hold_rate(''messages:'' || p_owner);
  perform 1 from works where id = p_work');
select change_in('rerun_message',
  '  select * into w from works where id = p_work',
  '  perform hold_rate(''messages:'' || p_owner);
  select * into w from works where id = p_work');

select change_in('delete_model',
  '  update works set models = (',
  '  perform 1 from works
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text)
  order by id for update;
  update works set models = (');

-- The new Work's row refers to its owner's.
select change_in('duplicate_work',
  '  select * into w from works where id = p_work',
  '  perform 1 from users where id = p_owner and deleted_at is null for key share;
  if not found then
    return false;
  end if;
  select * into w from works where id = p_work');
select change_in('duplicate_work',
  'not found or not exists (select 1 from users where id = p_owner and deleted_at is null)', 'not found');

-- Removes the accounts of which nothing is left but their rows, and deletes Works that somebody made while their
-- account was being deleted.
create or replace function remove_deleted_accounts() returns integer
language plpgsql as $$
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
end $$;

drop function change_in(regproc, text, text);
