-- Schedules (H7): their rows count. Temporal is told of each change by a job, and what it does of an older state is nothing.

-- The message that a schedule sends at a time: whoever tells of that time twice names the same one.
create or replace function scheduled_message(p_schedule uuid, p_fires_at timestamptz) returns uuid
language sql immutable as $$
  select md5(p_schedule || ' ' || extract(epoch from p_fires_at)::bigint)::uuid;
$$;

-- A time of a schedule has come. Its message is sent as a person's is, under the same limits; whatever comes of it is
-- written down, and a time that was written down is not taken again. p_version is the state of the schedule that Temporal
-- went by, p_late how long after its time one is still taken, p_next when it comes next. Gives {kind}:
--   'sent'                          with workId and ownerId: now, or when this time was told before
--   'skipped', 'refused', 'missed'  with why
--   'limited'                       nothing is written down: to be told again in retryAfter seconds
--   'stale'                         the schedule was changed or paused since: Temporal is told so again
--   'gone'                          it was deleted, or its Work was
create or replace function take_scheduled_time(
  p_id uuid, p_version integer, p_fires_at timestamptz, p_next timestamptz, p_late interval, p_title text, p_limit integer,
  p_turns integer, p_guest_turns integer, p_tokens bigint, p_guest_tokens bigint
) returns jsonb
language plpgsql as $$
declare
  kept constant integer := 50;
  s schedules;
  r schedule_runs;
  w works;
  v_waits boolean;
  v_runs boolean;
  v_answer jsonb;
begin
  select works.* into w from works join schedules on work_id = works.id where schedules.id = p_id;
  if not found then
    return jsonb_build_object('kind', 'gone');
  end if;
  -- in the one order: the person's messages a minute, the Work, what belongs to it
  perform hold_rate('messages:' || w.owner_id);
  select * into w from works where id = w.id and deleted_at is null for update;
  if not found then
    return jsonb_build_object('kind', 'gone');
  end if;
  select * into s from schedules where id = p_id and deleted_at is null for update;
  if not found then
    return jsonb_build_object('kind', 'gone');
  end if;

  select * into r from schedule_runs where schedule_id = p_id and fires_at = p_fires_at;
  if found then
    return run_answer(r, w);
  end if;
  if s.paused or s.version <> p_version then
    update schedules set told = 0 where id = p_id;
    return jsonb_build_object('kind', 'stale');
  end if;

  select coalesce(bool_or(m.status = 'queued'), false), coalesce(bool_or(m.turn = w.running_turn), false)
  into v_waits, v_runs
  from schedule_runs q join messages m on m.work_id = w.id and m.id = q.message_id where q.schedule_id = p_id;

  r := row(p_id, p_fires_at, pa_now(), 'skipped', null, null);
  if p_fires_at < pa_now() - p_late then
    r.outcome := 'missed';
    r.why := 'late';
  elsif s.overlap = 'skip' and (v_runs or v_waits) then
    r.why := 'running';
  elsif v_waits then
    r.why := 'waiting';
  else
    r.message_id := scheduled_message(p_id, p_fires_at);
    v_answer := post_message(w.owner_id, w.id, r.message_id, s.text, '[]', 'queue', p_title, p_limit, p_turns,
      p_guest_turns, p_tokens, p_guest_tokens, p_id);
    case v_answer ->> 'kind'
      when 'limited' then
        return v_answer;
      when 'used_up' then
        r.outcome := 'refused';
        r.why := v_answer ->> 'share';
        r.message_id := null;
      else
        r.outcome := 'sent';
    end case;
  end if;

  insert into schedule_runs select r.*;
  update schedules set next_at = greatest(next_at, p_next) where id = p_id;
  delete from schedule_runs where schedule_id = p_id and fires_at < (
    select min(fires_at) from (
      select fires_at from schedule_runs where schedule_id = p_id order by fires_at desc limit kept) newest);
  return run_answer(r, w);
end $$;

create or replace function run_answer(r schedule_runs, w works) returns jsonb
language sql immutable as $$
  select jsonb_strip_nulls(jsonb_build_object('kind', r.outcome, 'why', r.why, 'workId', w.id, 'ownerId', w.owner_id));
$$;

-- Schedules that Temporal does not know as they are, or that did not come when they should have, as where Temporal's
-- database was lost: each is given to one who tells, for p_lease. p_overdue is how long a time may stay out; of those
-- longer ago than p_late it is written down that they were missed.
create or replace function take_untold_schedules(p_most integer, p_lease interval, p_overdue interval, p_late interval)
returns setof schedules
language plpgsql as $$
begin
  with overdue as (
    select id, next_at from schedules
    where not paused and deleted_at is null and next_at < pa_statement_now() - p_overdue
      and told_at < pa_statement_now() - p_overdue
    order by next_at limit p_most for update skip locked
  ), missed as (
    insert into schedule_runs (schedule_id, fires_at, at, outcome, why)
    select id, next_at, pa_now(), 'missed', 'late' from overdue where next_at < pa_now() - p_late
    on conflict do nothing
  )
  update schedules s set told = 0, since = o.next_at - interval '1 second', next_at = null
  from overdue o where s.id = o.id;

  return query
    update schedules s set telling_until = pa_now() + p_lease
    from works w
    where w.id = s.work_id and w.deleted_at is null and s.id in (
      select u.id from schedules u
      where u.told < u.version and (u.telling_until is null or u.telling_until < pa_statement_now())
      order by u.id limit p_most for update skip locked)
    returning s.*;
end $$;

-- Temporal knows the schedule as it was in that version; p_next is the first time that it has to take by it.
create or replace function told_schedule(p_id uuid, p_version integer, p_next timestamptz) returns void
language sql as $$
  update schedules set told = p_version, told_at = pa_now(), telling_until = null,
    next_at = case when version = p_version and not paused then coalesce(next_at, p_next) else next_at end
  where id = p_id;
$$;
