-- Verifications: a Work's runs made again (T13).

-- Takes an order. 'missing': the person has no such Work; 'too_many': one of theirs is under way. Of those that have ended
-- the Work keeps its newest ten.
create or replace function order_verification(p_owner uuid, p_work uuid, p_id uuid, p_mode text, p_started boolean)
returns text
language plpgsql as $$
begin
  perform 1 from users where id = p_owner for update;
  perform 1 from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return 'missing';
  end if;
  if exists (select 1 from verifications v join works w on w.id = v.work_id
             where w.owner_id = p_owner and v.state in ('queued', 'running')) then
    return 'too_many';
  end if;
  insert into verifications (id, work_id, mode, created_at, woken_at)
  values (p_id, p_work, p_mode, pa_now(), case when p_started then pa_now() else '-infinity' end);
  delete from verifications where id in (
    select id from verifications where work_id = p_work and state not in ('queued', 'running')
    order by created_at desc offset 10);
  perform log_append(p_work, null, jsonb_build_array(
    jsonb_build_object('kind', 'verification.started', 'id', p_id, 'mode', p_mode)));
  return 'ordered';
end $$;

-- Says how it ended, once; p_attempt is null for whoever ends it without being at it. False where it had ended before,
-- another attempt is at it, or it is gone.
create or replace function end_verification(
  p_id uuid, p_attempt integer, p_state text, p_report jsonb, p_error text, p_reproduced boolean
) returns boolean
language plpgsql as $$
declare
  v_work uuid;
begin
  select work_id into v_work from verifications where id = p_id;
  perform 1 from works where id = v_work for update;
  update verifications set state = p_state, report = p_report, error = p_error, step = null, began = null, scratch = null
  where id = p_id and state in ('queued', 'running') and (p_attempt is null or attempt = p_attempt);
  if not found then
    return false;
  end if;
  perform log_append(v_work, null, jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'kind', 'verification.completed', 'id', p_id, 'state', p_state, 'reproduced', p_reproduced))));
  return true;
end $$;

-- Stops one that is under way, forgets one that has ended: 'stopped' or 'gone', null where the person has none of that id.
create or replace function drop_verification(p_owner uuid, p_work uuid, p_id uuid) returns text
language plpgsql as $$
begin
  perform 1 from verifications v join works w on w.id = v.work_id
  where v.id = p_id and v.work_id = p_work and w.owner_id = p_owner and w.deleted_at is null;
  if not found then
    return null;
  end if;
  if end_verification(p_id, null, 'stopped', null, null, null) then
    return 'stopped';
  end if;
  delete from verifications where id = p_id;
  return 'gone';
end $$;
