-- The end of an account, which ends its Works in the same statement. All else of accounts: src/db/users.ts, sessions.ts.

-- Deletes all of a person's Works, by id.
create or replace function delete_works_of(p_user uuid) returns void
language sql as $$
  select delete_work(p_user, id) from (
    select id from works where owner_id = p_user and deleted_at is null order by id) w;
$$;

-- Accepts the deletion of an account: from here nobody can get in, nobody finds its Works, and its address is free.
-- What remains is removed by finishDeletions. False where it is gone already.
create or replace function delete_account(p_user uuid) returns boolean
language plpgsql as $$
declare
  v_told bigint;
begin
  update users set deleted_at = pa_now(), email = null, password_hash = null, name = ''
  where id = p_user and deleted_at is null;
  if not found then
    return false;
  end if;
  -- First the Works: their viewers are told of the deletion before their sessions end.
  perform delete_works_of(p_user);
  delete from webhooks where owner_id = p_user;
  delete from identities where user_id = p_user;
  with ended as (delete from refresh_tokens where user_id = p_user returning family, revoked_at)
  select count(pg_notify('pa_session_ended', family::text)) into v_told from ended where revoked_at is null;
  -- A key's end is told like a session's.
  with ended as (delete from api_keys where user_id = p_user returning id)
  select count(pg_notify('pa_session_ended', id::text)) into v_told from ended;
  return true;
end $$;
