-- What the API needs besides the log: rate limits, sessions, and the end of a Work.

-- One fixed window per key. Unlogged: after a crash of Postgres everybody begins anew, which harms nobody.
create unlogged table rate_windows (
  key text primary key,
  began_at timestamptz not null,
  count integer not null
);

-- Counts one use of `p_key`. Gives 0 where it is within `p_limit` uses a minute, else the seconds to wait.
create function take_rate(p_key text, p_limit integer) returns double precision
language plpgsql as $$
declare
  w rate_windows;
  window_length constant interval := '60 seconds';
begin
  insert into rate_windows as r (key, began_at, count) values (p_key, clock_timestamp(), 1)
  on conflict (key) do update set
    began_at = case when r.began_at <= clock_timestamp() - window_length then clock_timestamp() else r.began_at end,
    count = case when r.began_at <= clock_timestamp() - window_length then 1 else r.count + 1 end
  returning * into w;
  if w.count <= p_limit then
    return 0;
  end if;
  return greatest(extract(epoch from w.began_at + window_length - clock_timestamp()), 0.001);
end $$;

-- Stores a person's message unless they send too many. A repeat of a stored one counts for nothing: a client may
-- send it again as often as it likes (P5). Gives {kind, retryAfter?}: enqueue_message's answers and 'limited'.
create function post_message(
  p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text,
  p_limit integer
) returns jsonb
language plpgsql as $$
declare
  v_wait double precision;
begin
  if not exists (select 1 from messages where work_id = p_work and id = p_id) then
    v_wait := take_rate('messages:' || p_owner, p_limit);
    if v_wait > 0 then
      return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
    end if;
  end if;
  return jsonb_build_object('kind',
    enqueue_message(p_owner, p_work, p_id, p_text, p_attachments, p_delivery, p_title));
end $$;

-- Exchanges a refresh token for its successor. A token that was used already revokes its whole family: one of the
-- two who had it is a thief (A1). Gives the user's id, or null with nothing stored but that revocation.
create function rotate_refresh_token(p_old bytea, p_new bytea, p_lifetime interval)
returns table (outcome text, user_id uuid)
language plpgsql as $$
declare
  t refresh_tokens;
begin
  select * into t from refresh_tokens r where r.token_hash = p_old for update;
  if not found or t.revoked_at is not null or t.expires_at <= clock_timestamp() then
    return query select 'invalid', null::uuid;
  elsif t.used_at is not null then
    update refresh_tokens r set revoked_at = clock_timestamp() where r.family = t.family and r.revoked_at is null;
    return query select 'reused', null::uuid;
  else
    update refresh_tokens r set used_at = clock_timestamp() where r.token_hash = p_old;
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (p_new, t.user_id, t.family, clock_timestamp() + p_lifetime);
    return query select 'rotated', t.user_id;
  end if;
end $$;

-- Accepts the deletion of a Work: nobody finds it any more, its turn is asked to stop and its viewers are told.
-- What remains is removed by finishDeletions. False where the owner has no such Work.
create function delete_work(p_owner uuid, p_work uuid) returns boolean
language plpgsql as $$
declare
  w works;
begin
  update works set deleted_at = clock_timestamp(), stop_turn = running_turn
  where id = p_work and owner_id = p_owner and deleted_at is null returning * into w;
  if not found then
    return false;
  end if;
  if w.running_turn is not null then
    perform pg_notify('pa_stop', p_work || ':' || w.running_turn);
  end if;
  perform pg_notify('pa_gone', p_work::text);
  return true;
end $$;
create index works_deleted on works (deleted_at) where deleted_at is not null;
