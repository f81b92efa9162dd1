-- What is removed in the background.

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

-- Prunes one turn that ended longer ago than that, the oldest first; false where there is none. Works and turns that
-- somebody else is at are left to them, so that many prune at once and none waits.
create or replace function prune_next_turn(p_age interval) returns boolean
language plpgsql as $$
declare
  t turns;
  v_before timestamptz := pa_now() - p_age;
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

-- Removes the accounts of which nothing is left but their rows, and deletes Works that somebody made while their
-- account was being deleted. Gives how many accounts are gone.
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
