-- Claims: who does a step or a tool call, and what settles between those who want to.

-- Counts the death of the worker that held this claim; true where it is not to be tried again. A worker may hold
-- hundreds of claims, of which one brought it down. So after a first crash each is a suspect, suspects begin one at
-- a time, and from then on a crash counts against the one that was beginning alone. Any other death may have come
-- from outside, as often as somebody kills workers, and tells next to nothing about the claim.
create or replace function died_with_worker(c claims) returns boolean
language plpgsql as $$
declare
  crashes_at_most constant integer := 3;
  losses_at_most constant integer := 10;
  v_counts boolean := (c.crashes = 0 or c.alone) and exists (select from worker_crashes where worker = c.worker);
begin
  update claims set crashes = crashes + case when v_counts then 1 else 0 end,
    losses = losses + case when v_counts then 0 else 1 end, alone = false
  where work_id = c.work_id and key = c.key returning * into c;
  return c.crashes >= crashes_at_most or c.losses >= losses_at_most;
end $$;

-- Says of a running claim that an activity waits for it: of another worker, which is to be told; or of the same
-- worker, which began it before its activity came, and whose death must fail that activity (R9). Such a claim has no
-- workflow's id yet; it may have the activity's, for claim_step is given that one by whoever asks. What is said already
-- is not written again, so that whoever waits may look as often as they like.
-- Gives false where waiting has no sense: the attempt has settled, or its worker is dead.
create or replace function await_claim(
  p_work uuid, p_key text, p_attempt integer, p_worker uuid, p_workflow_id text, p_activity_id text
) returns boolean
language plpgsql as $$
declare
  v_holder uuid;
begin
  update claims set
    awaited = awaited or worker <> p_worker,
    workflow_id = case when worker = p_worker then p_workflow_id else workflow_id end,
    activity_id = case when worker = p_worker then p_activity_id else activity_id end
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running'
    and case when worker = p_worker then workflow_id = '' else not awaited end;
  -- Looked at only after the row says that it is awaited: whatever settles from then on notifies.
  select worker into v_holder from claims
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running';
  return found and (v_holder = p_worker or worker_alive(v_holder));
end $$;

-- A suspect's attempt begins alone, or has begun. False where another attempt has taken over.
create or replace function begin_alone(p_work uuid, p_key text, p_attempt integer, p_alone boolean) returns boolean
language plpgsql as $$
begin
  update claims set alone = p_alone
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running';
  return found;
end $$;

-- Tells whoever waits for a claim that it has settled, instead of being asked again and again.
create or replace function tell_settled() returns trigger
language plpgsql as $$
begin
  perform pg_notify('pa_settled', new.work_id || ':' || new.key);
  return null;
end $$;
