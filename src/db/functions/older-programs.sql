-- Called by programs of before 0082 alone, which may run beside newer ones for a while (D10). What they do newer ones do
-- in src/db/sessions.ts, users.ts and models.ts, and lock in the same order. They go, by a migration that drops them,
-- when such programs are too old to run.

-- Ends a person's sessions: one family of refresh tokens, or all, or all but one. The row of the person orders this
-- and rotate_refresh_token, so that no successor of an ended token slips through.
create or replace function end_sessions(p_user uuid, p_only uuid, p_except uuid) returns void
language plpgsql as $$
declare
  v_family uuid;
begin
  perform 1 from users where id = p_user for no key update;
  for v_family in
    update refresh_tokens set revoked_at = pa_now()
    where user_id = p_user and revoked_at is null
      and (p_only is null or family = p_only) and family is distinct from p_except
    returning family
  loop
    -- Postgres tells the same thing once a transaction.
    perform pg_notify('pa_session_ended', v_family::text);
  end loop;
end $$;

-- Exchanges a refresh token for its successor. Two tabs may renew one token at once: within `p_grace` of its first use
-- it gives its session another successor. Later on a second use is a thief's, or its victim's, and ends the session
-- (A1). Behind the row of the person, as end_sessions. Gives the outcome, 'rotated', 'reused' or 'invalid', and the
-- session (family) that goes on.
create or replace function rotate_refresh_token(
  p_old bytea, p_new bytea, p_lifetime interval, p_grace interval default '10 seconds'
) returns table (outcome text, user_id uuid, session_id uuid)
language plpgsql as $$
declare
  t refresh_tokens;
begin
  perform 1 from users where id = (select r.user_id from refresh_tokens r where r.token_hash = p_old) for share;
  select * into t from refresh_tokens r where r.token_hash = p_old for update;
  if not found or t.revoked_at is not null or t.expires_at <= pa_now() then
    return query select 'invalid', null::uuid, null::uuid;
  elsif t.used_at <= pa_now() - p_grace then
    update refresh_tokens r set revoked_at = pa_now() where r.family = t.family and r.revoked_at is null;
    perform pg_notify('pa_session_ended', t.family::text);
    return query select 'reused', null::uuid, null::uuid;
  else
    -- Its first use counts: uses in the grace do not prolong it.
    update refresh_tokens r set used_at = pa_now() where r.token_hash = p_old and r.used_at is null;
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (p_new, t.user_id, t.family, pa_now() + p_lifetime);
    return query select 'rotated', t.user_id, t.family;
  end if;
end $$;

-- Puts a new password in the place of the one that was checked, and ends every session but one. False where the
-- password is another one by now.
create or replace function change_password(p_user uuid, p_old text, p_new text, p_session uuid) returns boolean
language plpgsql as $$
begin
  update users set password_hash = p_new where id = p_user and password_hash = p_old and deleted_at is null;
  if not found then
    return false;
  end if;
  perform end_sessions(p_user, null, p_session);
  return true;
end $$;

-- A guest gets an address and a password and keeps what they have; sessions from before end, for whoever shared
-- them. Gives 'registered', 'taken' or 'no_guest'.
create or replace function register_guest(p_user uuid, p_email text, p_hash text, p_name text) returns text
language plpgsql as $$
begin
  update users set email = p_email, password_hash = p_hash, name = p_name, guest = false
  where id = p_user and guest and deleted_at is null;
  if not found then
    return 'no_guest';
  end if;
  perform end_sessions(p_user, null, null);
  return 'registered';
exception when unique_violation then
  return 'taken';
end $$;

-- Removes a model of its owner. The Works that chose it have the default again.
create or replace function delete_model(p_owner uuid, p_id uuid) returns boolean
language plpgsql as $$
begin
  delete from models where id = p_id and owner_id = p_owner;
  if not found then
    return false;
  end if;
  perform 1 from works
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text)
  order by id for update;
  update works set models = (
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each_text(models) where value <> p_id::text)
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text);
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
