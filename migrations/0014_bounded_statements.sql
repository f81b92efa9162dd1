-- What a statement costs depends on the turn that it is about, not on how long the Work has been going on (D11).

-- Changes a function in one place, whatever it has become since it was first written.
create function pg_temp.change_in(p_function regproc, p_old text, p_new text) returns void
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
select pg_temp.change_in('stored_output',
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
select pg_temp.change_in('read_context',
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
