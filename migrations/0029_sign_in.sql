-- Who may try to get in, and how often: hours besides minutes, and networks that somebody is known to come from.

alter table rate_windows add column window_length interval not null default '60 seconds';

-- Counts one use of `p_key`. Gives 0 where it is within `p_limit` uses in a window, else the seconds to wait. A key
-- keeps to one length.
drop function take_rate(text, integer);
create function take_rate(p_key text, p_limit integer, p_window interval default '60 seconds') returns double precision
language plpgsql as $$
declare
  w rate_windows;
begin
  insert into rate_windows as r (key, began_at, count, window_length) values (p_key, clock_timestamp(), 1, p_window)
  on conflict (key) do update set
    began_at = case when r.began_at <= clock_timestamp() - p_window then clock_timestamp() else r.began_at end,
    count = case when r.began_at <= clock_timestamp() - p_window then 1 else r.count + 1 end
  returning * into w;
  if w.count <= p_limit then
    return 0;
  end if;
  return greatest(extract(epoch from w.began_at + p_window - clock_timestamp()), 0.001);
end $$;

-- From where the right password of an account came lately: strangers' wrong ones keep nobody out there.
create table known_networks (
  user_id uuid not null references users on delete cascade,
  network text not null,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (user_id, network)
);
create index known_networks_seen on known_networks (seen_at);

-- As in 0007, but two tabs may renew one token at once: within `p_grace` of its first use it gives its session
-- another successor. Later on a second use is a thief's, or its victim's, and ends the session.
drop function rotate_refresh_token(bytea, bytea, interval);
create function rotate_refresh_token(p_old bytea, p_new bytea, p_lifetime interval, p_grace interval)
returns table (outcome text, user_id uuid, session_id uuid)
language plpgsql as $$
declare
  t refresh_tokens;
begin
  perform 1 from users where id = (select r.user_id from refresh_tokens r where r.token_hash = p_old) for share;
  select * into t from refresh_tokens r where r.token_hash = p_old for update;
  if not found or t.revoked_at is not null or t.expires_at <= clock_timestamp() then
    return query select 'invalid', null::uuid, null::uuid;
  elsif t.used_at <= clock_timestamp() - p_grace then
    update refresh_tokens r set revoked_at = clock_timestamp() where r.family = t.family and r.revoked_at is null;
    return query select 'reused', null::uuid, null::uuid;
  else
    -- Its first use counts: uses in the grace do not prolong it.
    update refresh_tokens r set used_at = clock_timestamp() where r.token_hash = p_old and r.used_at is null;
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (p_new, t.user_id, t.family, clock_timestamp() + p_lifetime);
    return query select 'rotated', t.user_id, t.family;
  end if;
end $$;
