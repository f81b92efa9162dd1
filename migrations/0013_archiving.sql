-- Idle Works are archived: their workflows end. And what sweepers look for every few seconds they find by an index,
-- however many Works there are.

-- When the workflow of an idle Work was let end; whatever happens in the Work afterwards makes updated_at the later one.
alter table works add column archived_at timestamptz;
create index works_to_archive on works (updated_at)
  where deleted_at is null and running_turn is null and (archived_at is null or archived_at < updated_at);

-- The seq of the last turn.completed: the history file is to show at least this, and revised_seq.
alter table works add column ended_seq bigint not null default 0;
update works w set ended_seq = t.last_seq
from (select work_id, max(last_seq) as last_seq from turns where last_seq is not null group by work_id) t
where t.work_id = w.id;
create index works_history_behind on works (updated_at)
  where deleted_at is null and running_turn is null and greatest(ended_seq, revised_seq) > history_seq;

create or replace function end_turn(p_work uuid, p_turn integer, p_outcome text, p_error jsonb) returns bigint
language plpgsql as $$
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
end $$;
