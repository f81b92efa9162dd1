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

-- Which of the owner's models serves a role of a Work: the one that the Work chose for it, the owner's default for
-- it, and where there is neither, what serves the main role. No row: the server's own model does.
create or replace function model_of_work(p_work uuid, p_role text) returns setof models
language sql stable as $$
  select m.* from works w join models m on m.owner_id = w.owner_id
  where w.id = p_work and (m.id::text in (w.models ->> p_role, w.models ->> 'main')
    or (m.is_default and m.role in (p_role, 'main')))
  order by m.id::text = w.models ->> p_role desc nulls last, m.is_default and m.role = p_role desc,
    m.id::text = w.models ->> 'main' desc nulls last
  limit 1;
$$;
