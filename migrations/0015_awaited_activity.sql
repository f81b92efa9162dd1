-- A claim that was begun ahead (0009) learns of the activity that waits for it in two places: claim_step knows its id
-- alone, and await_claim then found that there was one already and left the workflow's out. Without it the activity
-- could not be failed when its worker died (R9).
create or replace function await_claim(
  p_work uuid, p_key text, p_attempt integer, p_worker uuid, p_workflow_id text, p_activity_id text
) returns boolean
language plpgsql as $$
begin
  update claims set
    awaited = awaited or worker <> p_worker,
    workflow_id = case when worker = p_worker and workflow_id = '' then p_workflow_id else workflow_id end,
    activity_id = case when worker = p_worker and workflow_id = '' then p_activity_id else activity_id end
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running';
  return found;
end $$;
