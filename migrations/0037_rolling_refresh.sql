-- An api of the version before 0029, which names no grace, runs on while the new one is rolled out: for it the grace is
-- the one that the new one goes by.
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
    return query select 'reused', null::uuid, null::uuid;
  else
    -- Its first use counts: uses in the grace do not prolong it.
    update refresh_tokens r set used_at = clock_timestamp() where r.token_hash = p_old and r.used_at is null;
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (p_new, t.user_id, t.family, clock_timestamp() + p_lifetime);
    return query select 'rotated', t.user_id, t.family;
  end if;
end $$;
