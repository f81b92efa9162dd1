-- A Work as a whole.

-- Accepts the deletion of a Work: nobody finds it any more, its turn is asked to stop and its viewers are told.
-- What remains is removed by finishDeletions. False where the owner has no such Work.
create or replace function delete_work(p_owner uuid, p_work uuid) returns boolean
language plpgsql as $$
declare
  w works;
begin
  update works set deleted_at = pa_now(), stop_turn = running_turn
  where id = p_work and owner_id = p_owner and deleted_at is null returning * into w;
  if not found then
    return false;
  end if;
  if w.running_turn is not null then
    perform pg_notify('pa_stop', p_work || ':' || w.running_turn);
  end if;
  perform pg_notify('pa_gone', p_work::text);
  return true;
end $$;
