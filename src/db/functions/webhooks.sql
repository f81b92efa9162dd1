-- Webhooks (I9): what they are told is written down by the statement that makes it happen, and sent by a job.

-- Writes down an event of a person for each of their webhooks that asked for it. Who does not keep up misses what comes
-- when a thousand wait, and how many it missed is counted.
create or replace function tell_webhooks(p_owner uuid, p_type text, p_data jsonb) returns void
language plpgsql as $$
declare
  most constant integer := 1000;
  v_at constant timestamptz := pa_now();
  h webhooks;
begin
  for h in select * from webhooks where owner_id = p_owner and ended_at is null and p_type = any(events) order by id loop
    if (select count(*) from (
      select from webhook_deliveries where webhook_id = h.id and state = 'waiting' limit most) waiting) >= most then
      update webhooks set missed = missed + 1 where id = h.id;
    else
      insert into webhook_deliveries (webhook_id, type, data, at, next_at)
      values (h.id, p_type, p_data, v_at, v_at);
    end if;
  end loop;
end $$;

-- Triggers, each of the table where its event happens.

create or replace function tell_turn_completed() returns trigger
language plpgsql as $$
begin
  perform tell_webhooks(w.owner_id, 'turn.completed', jsonb_strip_nulls(jsonb_build_object(
    'workId', w.id, 'title', w.title, 'turn', new.turn, 'outcome', new.state, 'usage', new.usage, 'error', new.error)))
  from works w where w.id = new.work_id and w.deleted_at is null;
  return null;
end $$;

create or replace function tell_ask_raised() returns trigger
language plpgsql as $$
begin
  perform tell_webhooks(w.owner_id, 'ask.raised',
    jsonb_build_object('workId', w.id, 'title', w.title, 'turn', new.turn)
    -- What would be done stays here: a webhook is told of what kind it is.
    || (ask_json(new) #- '{act,arguments}' #- '{act,more}'))
  from works w where w.id = new.work_id and w.deleted_at is null;
  return null;
end $$;

create or replace function tell_export_ready() returns trigger
language plpgsql as $$
begin
  perform tell_webhooks(w.owner_id, 'export.ready', jsonb_strip_nulls(jsonb_build_object(
    'workId', w.id, 'title', w.title, 'exportId', new.id, 'format', new.format, 'size', new.size,
    'path', format('/api/works/%s/exports/%s/file', w.id, new.id))))
  from works w where w.id = new.work_id and w.deleted_at is null;
  return null;
end $$;

create or replace function tell_work_deleted() returns trigger
language plpgsql as $$
begin
  perform tell_webhooks(u.id, 'work.deleted', jsonb_build_object('workId', new.id, 'title', new.title))
  -- with an account its webhooks end
  from users u where u.id = new.owner_id and u.deleted_at is null;
  return null;
end $$;

-- Takes deliveries that are due, for p_lease: at most p_most, of one person at most p_of_one with those that others are
-- at, and first those of whoever has fewest of them under way. One that was taken by somebody who died is taken again.
create or replace function take_deliveries(p_most integer, p_of_one integer, p_lease interval) returns jsonb
language sql as $$
  with recursive waiting as (
    -- the webhooks that something waits for, each found by one look at the index
    (select webhook_id as id from webhook_deliveries where state = 'waiting' order by webhook_id limit 1)
    union all
    select (select d.webhook_id from webhook_deliveries d
      where d.state = 'waiting' and d.webhook_id > waiting.id order by d.webhook_id limit 1)
    from waiting where waiting.id is not null
  ), under_way as (
    select h.owner_id, count(*) as n
    from webhook_deliveries d join webhooks h on h.id = d.webhook_id
    where d.taken_until > pa_statement_now() group by h.owner_id
  ), due as (
    select d.id, h.owner_id, d.next_at,
      row_number() over (partition by h.owner_id order by d.next_at, d.id) + coalesce(u.n, 0) as nth
    from waiting join webhooks h on h.id = waiting.id
    left join under_way u on u.owner_id = h.owner_id
    cross join lateral (
      select id, next_at from webhook_deliveries
      where webhook_id = h.id and state = 'waiting' and next_at <= pa_statement_now()
        and (taken_until is null or taken_until <= pa_statement_now())
      order by next_at limit p_of_one) d
  ), chosen as (
    select id from webhook_deliveries
    where id in (select id from due where nth <= p_of_one order by nth, next_at limit p_most)
      and state = 'waiting' and (taken_until is null or taken_until <= pa_statement_now())
    for update skip locked
  ), taken as (
    update webhook_deliveries d set attempts = attempts + 1, taken_until = pa_now() + p_lease
    from webhooks h
    where d.id in (select id from chosen) and h.id = d.webhook_id
    returning jsonb_build_object('id', d.id, 'webhookId', h.id, 'url', h.url, 'type', d.type, 'data', d.data,
      'at', iso_time(d.at), 'attempt', d.attempts, 'sealed', encode(h.sealed_secret, 'base64'),
      'sealedPrevious', case when h.previous_until > pa_now() then encode(h.sealed_previous, 'base64') end) as one
  )
  select coalesce(jsonb_agg(one), '[]') from taken;
$$;

-- Says what came of an attempt; one that somebody else has taken since says nothing any more. p_pause: until it is tried
-- again, null: never. A webhook that says that it is gone, or to which nothing got through for p_patience, ends: what
-- waits for it is given up.
create or replace function end_delivery(
  p_id uuid, p_attempt integer, p_ok boolean, p_status integer, p_error text, p_pause interval, p_patience interval
) returns void
language plpgsql as $$
declare
  d webhook_deliveries;
  h webhooks;
  v_why text;
begin
  select * into d from webhook_deliveries where id = p_id;
  -- the webhook first, as whoever deletes it does, but not in the way of who writes down an event for it
  select * into h from webhooks where id = d.webhook_id for no key update;
  if not found then
    return;
  end if;
  update webhook_deliveries set
    state = case when p_ok then 'delivered' when p_pause is null then 'failed' else 'waiting' end,
    next_at = pa_now() + coalesce(p_pause, '0'), taken_until = null, tried_at = pa_now(), status = p_status, error = p_error
  where id = p_id and attempts = p_attempt and state = 'waiting';
  if not found then
    return;
  end if;
  if p_ok then
    update webhooks set failing_since = null where id = h.id and failing_since is not null;
    return;
  end if;
  v_why := case when p_status = 410 then 'gone'
    when h.failing_since < pa_now() - p_patience then 'failing' end;
  update webhooks set failing_since = coalesce(failing_since, pa_now()),
    ended_why = coalesce(ended_why, v_why), ended_at = coalesce(ended_at, case when v_why is not null then pa_now() end)
  where id = h.id;
  if v_why is not null then
    update webhook_deliveries set state = 'failed', taken_until = null,
      error = coalesce(error, 'The webhook was switched off before this was sent.')
    where webhook_id = h.id and state = 'waiting';
  end if;
end $$;

-- Gives back what was taken and not sent: it is due at once.
create or replace function put_back_delivery(p_id uuid, p_attempt integer) returns void
language sql as $$
  update webhook_deliveries set attempts = attempts - 1, taken_until = null
  where id = p_id and attempts = p_attempt and state = 'waiting';
$$;

-- Removes what was done with longer ago than that, and of one webhook what is older than its newest p_kept.
create or replace function forget_deliveries(p_age interval, p_kept integer) returns void
language sql as $$
  delete from webhook_deliveries where state <> 'waiting' and at < pa_now() - p_age;
  delete from webhook_deliveries where id in (
    select d.id from webhooks h cross join lateral (
      select id, state from webhook_deliveries where webhook_id = h.id order by at desc, id offset p_kept) d
    where d.state <> 'waiting');
$$;
