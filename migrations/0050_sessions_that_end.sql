-- L8: every api is told of a session that ends, so that its access tokens, which live for 15 minutes, end with it.

create or replace function end_sessions(p_user uuid, p_only uuid, p_except uuid) returns void
language plpgsql as $$
declare
  v_family uuid;
begin
  perform 1 from users where id = p_user for no key update;
  for v_family in
    update refresh_tokens set revoked_at = clock_timestamp()
    where user_id = p_user and revoked_at is null
      and (p_only is null or family = p_only) and family is distinct from p_except
    returning family
  loop
    -- Postgres tells the same thing once a transaction.
    perform pg_notify('pa_session_ended', v_family::text);
  end loop;
end $$;

-- As in 0037, and told.
create or replace function rotate_refresh_token(p_old bytea, p_new bytea, p_lifetime interval, p_grace interval default '10 seconds')
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
    perform pg_notify('pa_session_ended', t.family::text);
    return query select 'reused', null::uuid, null::uuid;
  else
    -- Its first use counts: uses in the grace do not prolong it.
    update refresh_tokens r set used_at = clock_timestamp() where r.token_hash = p_old and r.used_at is null;
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (p_new, t.user_id, t.family, clock_timestamp() + p_lifetime);
    return query select 'rotated', t.user_id, t.family;
  end if;
end $$;

-- As in 0007, and told.
create or replace function delete_account(p_user uuid) returns boolean
language plpgsql as $$
begin
  update users set deleted_at = clock_timestamp(), email = null, password_hash = null, name = ''
  where id = p_user and deleted_at is null;
  if not found then
    return false;
  end if;
  -- Who looks at one of its Works is told that the Work is gone, before that they are.
  perform delete_works_of(p_user);
  perform end_sessions(p_user, null, null);
  delete from refresh_tokens where user_id = p_user;
  return true;
end $$;
