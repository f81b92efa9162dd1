-- What each person may have, and how often.

-- Counts one use of `p_key`. Gives 0 where it is within `p_limit` uses in a window, else the seconds to wait. A key
-- keeps to one length.
create or replace function take_rate(
  p_key text, p_limit integer, p_window interval default '60 seconds'
) returns double precision
language plpgsql as $$
declare
  w rate_windows;
begin
  insert into rate_windows as r (key, began_at, count, window_length) values (p_key, pa_now(), 1, p_window)
  on conflict (key) do update set
    began_at = case when r.began_at <= pa_now() - p_window then pa_now() else r.began_at end,
    count = case when r.began_at <= pa_now() - p_window then 1 else r.count + 1 end
  returning * into w;
  if w.count <= p_limit then
    return 0;
  end if;
  return greatest(extract(epoch from w.began_at + p_window - pa_now()), 0.001);
end $$;

-- Takes a window's row without counting a use: for who may have to count one once they hold a Work.
create or replace function hold_rate(p_key text) returns void
language sql as $$
  insert into rate_windows as r (key, began_at, count) values (p_key, pa_now(), 0)
  on conflict (key) do update set count = r.count;
$$;

-- The tokens of a usage, input and output together.
create or replace function tokens_of(p_usage jsonb) returns bigint
language sql immutable as $$
  select coalesce((p_usage ->> 'inputTokens')::numeric, 0)::bigint
       + coalesce((p_usage ->> 'outputTokens')::numeric, 0)::bigint;
$$;

-- Counts what a turn has used with its person, by hour and in all, where it stays when the Work is deleted.
create or replace function count_tokens() returns trigger
language plpgsql as $$
begin
  insert into token_use as u (user_id, hour, tokens, cost)
  select w.owner_id, h.hour, tokens_of(new.usage) - tokens_of(old.usage),
    coalesce((new.usage ->> 'cost')::numeric, 0) - coalesce((old.usage ->> 'cost')::numeric, 0)
  from works w, (values ('epoch'::timestamptz), (date_trunc('hour', pa_now()))) h (hour) where w.id = new.work_id
  on conflict (user_id, hour) do update set tokens = u.tokens + excluded.tokens, cost = u.cost + excluded.cost;
  return null;
end $$;

-- Whether a person's tokens of 24 hours are used up; of a guest's network all guests together have five guests'.
-- Null is without bound.
create or replace function is_out_of_tokens(p_owner uuid, p_tokens bigint, p_guest_tokens bigint) returns boolean
language plpgsql stable as $$
declare
  guests_of_a_network constant integer := 5;
  u users;
  v_most bigint;
begin
  if p_tokens is null and p_guest_tokens is null then
    return false;
  end if;
  select * into u from users where id = p_owner;
  v_most := case when u.guest then p_guest_tokens else p_tokens end;
  if v_most is null then
    return false;
  end if;
  if (select coalesce(sum(tokens), 0) from token_use
      where user_id = p_owner and hour > pa_now() - interval '1 day') >= v_most then
    return true;
  end if;
  return u.guest and u.network is not null and (
    select coalesce(sum(t.tokens), 0)
    from users g join token_use t on t.user_id = g.id
    where g.network = u.network and g.guest and t.hour > pa_now() - interval '1 day'
  ) >= guests_of_a_network * v_most;
end $$;

-- Which share a person has used up who sends a message to this Work: 'turns' that run or wait at once, each in a Work
-- of its own, 'tokens' of 24 hours, or null. Whoever asks holds the person's row of messages a minute, so that of
-- messages sent at once each sees those before it.
create or replace function used_up(
  p_owner uuid, p_work uuid, p_turns integer, p_guest_turns integer, p_tokens bigint, p_guest_tokens bigint
) returns text
language plpgsql as $$
declare
  v_turns integer;
begin
  if p_turns is not null or p_guest_turns is not null then
    select case when guest then p_guest_turns else p_turns end into v_turns from users where id = p_owner;
    if v_turns is not null and (
      select count(*) from (
        select id from works
        where owner_id = p_owner and running_turn is not null and deleted_at is null and id <> p_work
        union
        select w.id from messages m join works w on w.id = m.work_id
        where m.status = 'queued' and w.owner_id = p_owner and w.deleted_at is null and w.id <> p_work
        limit v_turns) busy) >= v_turns then
      return 'turns';
    end if;
  end if;
  if is_out_of_tokens(p_owner, p_tokens, p_guest_tokens) then
    return 'tokens';
  end if;
  return null;
end $$;

-- Whose work it is, for those who share places out.
create or replace function person_of(p_owner uuid) returns jsonb
language sql stable as $$
  select jsonb_build_object('id', id, 'guest', guest) from users where id = p_owner;
$$;

-- Bytes of the disk that some people's Works take, their histories too, with what is reserved besides the reservation
-- `p_but`.
create or replace function disk_taken(p_owners uuid[], p_but uuid) returns bigint
language sql stable as $$
  select (coalesce((select sum(disk_bytes) from works where owner_id = any(p_owners) and disk_bytes > 0), 0)
    + coalesce((select sum(history_bytes) from works where owner_id = any(p_owners) and history_bytes > 0), 0)
    + coalesce((select sum(r.bytes) from upload_room r join works w on w.id = r.work_id
        where w.owner_id = any(p_owners) and r.id <> p_but
          and least(r.ended_at, r.expires_at) >= coalesce(w.disk_at, '-infinity')), 0))::bigint;
$$;

-- Bytes that a person's Works may still take, whose bound that is (the person's, or that of all guests of their network,
-- which is five guests'), and the bound; all null where there is none.
create or replace function disk_left(p_owner uuid, p_but uuid, p_most bigint, p_guest_most bigint,
                          out bytes bigint, out whose text, out most bigint)
language plpgsql stable as $$
declare
  guests_of_a_network constant integer := 5;
  u users;
  v_network bigint;
begin
  select * into u from users where id = p_owner;
  most := case when u.guest then p_guest_most else p_most end;
  if most is null then
    return;
  end if;
  whose := 'person';
  bytes := most - disk_taken(array[p_owner], p_but);
  if u.guest and u.network is not null then
    v_network := guests_of_a_network * most
      - disk_taken(array(select id from users where guest and network = u.network), p_but);
    if v_network < bytes then
      bytes := v_network;
      whose := 'network';
      most := guests_of_a_network * most;
    end if;
  end if;
end $$;
