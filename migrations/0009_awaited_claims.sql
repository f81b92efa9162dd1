-- Who waits for a claim that another worker holds is told when it settles, instead of asking again and again.
alter table claims add column awaited boolean not null default false;

-- Says of a running claim that an activity waits for it: of another worker, which is to be told; or of the same
-- worker, which began it before its activity came, and whose death must fail that activity (R9).
-- Gives false where the attempt has settled already.
create function await_claim(
  p_work uuid, p_key text, p_attempt integer, p_worker uuid, p_workflow_id text, p_activity_id text
) returns boolean
language plpgsql as $$
begin
  update claims set
    awaited = awaited or worker <> p_worker,
    workflow_id = case when worker = p_worker and activity_id = '' then p_workflow_id else workflow_id end,
    activity_id = case when worker = p_worker and activity_id = '' then p_activity_id else activity_id end
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running';
  return found;
end $$;

create function tell_settled() returns trigger
language plpgsql as $$
begin
  perform pg_notify('pa_settled', new.work_id || ':' || new.key);
  return null;
end $$;

create trigger claims_settled after update of state on claims
for each row when (old.awaited and old.state = 'running' and new.state <> 'running')
execute function tell_settled();
