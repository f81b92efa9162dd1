-- The life of an account: a guest becomes a person, a password changes, everything goes; and copies of Works.

-- Set by a deletion that was accepted. The row goes last, when nothing is left that belongs to it.
alter table users add column deleted_at timestamptz;
alter table users drop constraint users_check;
alter table users add constraint users_check
  check (guest or deleted_at is not null or (email is not null and password_hash is not null));
create index users_deleted on users (deleted_at) where deleted_at is not null;

-- Ends a person's sessions: one family of refresh tokens, or all, or all but one. The row of the person orders this
-- and rotate_refresh_token, so that no successor of an ended token slips through.
create function end_sessions(p_user uuid, p_only uuid, p_except uuid) returns void
language plpgsql as $$
begin
  perform 1 from users where id = p_user for no key update;
  update refresh_tokens set revoked_at = clock_timestamp()
  where user_id = p_user and revoked_at is null
    and (p_only is null or family = p_only) and family is distinct from p_except;
end $$;

-- As in 0002, but behind the row of the person, and giving the session (family) that goes on.
drop function rotate_refresh_token(bytea, bytea, interval);
create function rotate_refresh_token(p_old bytea, p_new bytea, p_lifetime interval)
returns table (outcome text, user_id uuid, session_id uuid)
language plpgsql as $$
declare
  t refresh_tokens;
begin
  perform 1 from users where id = (select r.user_id from refresh_tokens r where r.token_hash = p_old) for share;
  select * into t from refresh_tokens r where r.token_hash = p_old for update;
  if not found or t.revoked_at is not null or t.expires_at <= clock_timestamp() then
    return query select 'invalid', null::uuid, null::uuid;
  elsif t.used_at is not null then
    update refresh_tokens r set revoked_at = clock_timestamp() where r.family = t.family and r.revoked_at is null;
    return query select 'reused', null::uuid, null::uuid;
  else
    update refresh_tokens r set used_at = clock_timestamp() where r.token_hash = p_old;
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (p_new, t.user_id, t.family, clock_timestamp() + p_lifetime);
    return query select 'rotated', t.user_id, t.family;
  end if;
end $$;

-- Puts a new password in the place of the one that was checked, and ends every session but one. False where the
-- password is another one by now.
create function change_password(p_user uuid, p_old text, p_new text, p_session uuid) returns boolean
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
create function register_guest(p_user uuid, p_email text, p_hash text, p_name text) returns text
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

-- Accepts the deletion of an account: from here nobody can get in, nobody finds its Works, and its address is free.
-- What remains is removed by finishDeletions. False where it is gone already.
create function delete_account(p_user uuid) returns boolean
language plpgsql as $$
begin
  update users set deleted_at = clock_timestamp(), email = null, password_hash = null, name = ''
  where id = p_user and deleted_at is null;
  if not found then
    return false;
  end if;
  delete from refresh_tokens where user_id = p_user;
  perform delete_works_of(p_user);
  return true;
end $$;

create function delete_works_of(p_user uuid) returns void
language sql as $$
  select delete_work(p_user, id) from (
    select id from works where owner_id = p_user and deleted_at is null order by id) w;
$$;

-- Removes the accounts of which nothing is left but their rows, and deletes Works that somebody made while their
-- account was being deleted.
create function remove_deleted_accounts() returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  perform delete_works_of(id) from users where deleted_at is not null;
  delete from rate_windows r using users u
  where u.deleted_at is not null and r.key = 'messages:' || u.id;
  delete from users u
  where u.deleted_at is not null and not exists (select 1 from works w where w.owner_id = u.id);
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- The id that a message or a call has in a copy of its Work.
create function copied_id(p_work uuid, p_id text) returns uuid
language sql immutable as $$
  select case when p_id is not null then md5(p_work::text || p_id)::uuid end;
$$;

create function copied_agent(p_work uuid, p_agent text) returns text
language sql immutable as $$
  select case when p_agent = 'main' then p_agent else copied_id(p_work, p_agent)::text end;
$$;

-- Makes a copy of a Work's conversation, whose files are there already: what was said and answered, under new ids.
-- What runs or is queued, and what was rewound, is not part of it. Its log begins after what was copied, so whoever
-- watches it begins with a snapshot (pruned_through). Rows are copied whole but for what is named here.
-- False where the owner has no such Work.
create function duplicate_work(p_owner uuid, p_work uuid, p_new uuid, p_title text) returns boolean
language plpgsql as $$
declare
  w works;
  v_through integer;
begin
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for share;
  if not found or not exists (select 1 from users where id = p_owner and deleted_at is null) then
    return false;
  end if;
  v_through := case when w.running_turn is null then w.last_turn else w.running_turn - 1 end;

  insert into works select copy.* from jsonb_populate_record(null::works, to_jsonb(w) || jsonb_build_object(
    'id', p_new, 'title', p_title, 'titled', true, 'created_at', clock_timestamp(), 'updated_at', clock_timestamp(),
    'last_turn', v_through, 'running_turn', null, 'stop_turn', null, 'woken_at', null,
    'pruned_through', w.last_seq, 'revised_seq', w.last_seq, 'history_seq', 0,
    'usage', '{"inputTokens": 0, "outputTokens": 0}'::jsonb)) copy;

  insert into turns select copy.* from turns t
  cross join lateral jsonb_populate_record(null::turns, to_jsonb(t) || jsonb_build_object(
    'work_id', p_new, 'pruned', true)) copy
  where t.work_id = p_work and t.turn <= v_through;

  insert into messages select copy.* from messages m
  cross join lateral jsonb_populate_record(null::messages, to_jsonb(m) || jsonb_build_object(
    'work_id', p_new, 'id', copied_id(p_new, m.id::text), 'agent', copied_agent(p_new, m.agent), 'rerun_of', null,
    'parts', (
      select coalesce(jsonb_agg(part || case part ->> 'type'
        when 'tool' then jsonb_build_object('toolCallId', copied_id(p_new, part ->> 'toolCallId'))
        when 'summary' then jsonb_build_object('throughMessageId', copied_id(p_new, part ->> 'throughMessageId'))
        else '{}' end order by ord), '[]')
      from jsonb_array_elements(m.parts) with ordinality x (part, ord)))) copy
  where m.work_id = p_work and not m.rewound and m.turn <= v_through;

  insert into tool_calls select copy.* from tool_calls c
  join messages m on m.work_id = c.work_id and m.id = c.message_id
  cross join lateral jsonb_populate_record(null::tool_calls, to_jsonb(c) || jsonb_build_object(
    'work_id', p_new, 'id', copied_id(p_new, c.id::text), 'message_id', copied_id(p_new, c.message_id::text),
    'agent', copied_agent(p_new, c.agent))) copy
  where c.work_id = p_work and not m.rewound and c.turn <= v_through;

  insert into summaries (work_id, agent, through_message_id, step_key, text, attachments, usage, tokens_before,
                         tokens_after, created_at)
  select p_new, copied_agent(p_new, s.agent), copied_id(p_new, s.through_message_id::text),
         replace(s.step_key, s.agent, copied_agent(p_new, s.agent)), s.text, s.attachments, s.usage, s.tokens_before,
         s.tokens_after, s.created_at
  from summaries s join messages m on m.work_id = s.work_id and m.id = s.through_message_id
  where s.work_id = p_work and not m.rewound and m.turn <= v_through
  order by s.number;
  return true;
end $$;
