-- A person changes their mind: queued messages are changed and withdrawn, the conversation is run again.

-- Appends an event that changes the conversation outside a turn. The caller holds the Work's row.
create or replace function log_revision(p_work uuid, p_event jsonb) returns void
language plpgsql as $$
declare
  v_seq bigint := log_append(p_work, null, jsonb_build_array(p_event));
begin
  update works set revised_seq = v_seq, updated_at = pa_now() where id = p_work;
end $$;

-- Changes a queued message; null leaves a part of it as it is. Gives {kind}: 'changed' (also where nothing differs),
-- 'not_found', 'taken' (it is not queued any more), 'limited' with retryAfter.
create or replace function change_message(
  p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_limit integer
) returns jsonb
language plpgsql as $$
declare
  old messages;
  new messages;
  v_wait double precision;
begin
  perform hold_rate('messages:' || p_owner);
  perform 1 from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  select * into old from messages where work_id = p_work and id = p_id and status <> 'withdrawn';
  if not found then
    return '{"kind": "not_found"}';
  end if;
  if old.status <> 'queued' then
    return '{"kind": "taken"}';
  end if;
  new := old;
  new.parts := case when p_text is null then old.parts
    else jsonb_build_array(jsonb_build_object('type', 'text', 'text', p_text)) end;
  new.attachments := coalesce(p_attachments, old.attachments);
  new.delivery := coalesce(p_delivery, old.delivery);
  if user_message(new) = user_message(old) then
    return '{"kind": "changed"}';
  end if;
  -- An edit is an event in the log, as a message is: there may be as many.
  v_wait := take_rate('messages:' || p_owner, p_limit);
  if v_wait > 0 then
    return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
  end if;
  update messages set parts = new.parts, attachments = new.attachments, delivery = new.delivery,
    sent_text = coalesce(old.sent_text, old.parts -> 0 ->> 'text')
  where work_id = p_work and id = p_id;
  perform log_revision(p_work, jsonb_build_object('kind', 'message.changed', 'message', user_message(new)));
  return '{"kind": "changed"}';
end $$;

-- Withdraws a message that is queued. The caller holds the Work's row and knows that it is.
create or replace function take_back(p_work uuid, p_id uuid) returns void
language plpgsql as $$
begin
  update messages set status = 'withdrawn' where work_id = p_work and id = p_id;
  perform log_revision(p_work, jsonb_build_object('kind', 'message.withdrawn', 'id', p_id));
end $$;

-- Withdraws a queued message. Gives {kind}: 'withdrawn', 'not_found' or 'taken'.
create or replace function withdraw_message(p_owner uuid, p_work uuid, p_id uuid) returns jsonb
language plpgsql as $$
declare
  m messages;
begin
  perform 1 from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  select * into m from messages where work_id = p_work and id = p_id and status <> 'withdrawn';
  if not found then
    return '{"kind": "not_found"}';
  end if;
  if m.status <> 'queued' then
    return '{"kind": "taken"}';
  end if;
  perform take_back(p_work, p_id);
  return '{"kind": "withdrawn"}';
end $$;

-- A message and what follows it leave the conversation, the plan is what it was before (H3), and no review stands beside the
-- paper any more (H5); the rows stay. No turn runs.
create or replace function rewind_before(p_work uuid, p_message uuid) returns void
language plpgsql as $$
declare
  v_position bigint;
begin
  select position into v_position from messages where work_id = p_work and id = p_message;
  update messages set rewound = true where work_id = p_work and not rewound and position >= v_position;
  perform log_revision(p_work, jsonb_build_object('kind', 'conversation.rewound', 'beforeMessageId', p_message));
  perform rewind_review(p_work);
  perform rewind_plan(p_work, v_position);
end $$;

-- The snapshot of the files as they were when a turn took a person's message; null where that is not kept. One that began
-- a turn has that turn's; one that steered it the newest that was there.
create or replace function snapshot_before(p_work uuid, m messages) returns uuid
language sql stable as $$
  select s.id from snapshots s
  where s.work_id = p_work and case
    when exists (select from messages o where o.work_id = p_work and o.turn = m.turn and o.role = 'user' and o.position < m.position)
    then s.turn = m.turn and s.at <= (select at from events where work_id = p_work and seq = m.position)
    else s.turn = m.turn and s.reason = 'turn' end
  order by s.number desc limit 1;
$$;

-- Runs the conversation again from a person's message, in other words where p_text is not null: that message and what
-- follows it leave the conversation, and a new one is said in its place, before any other that is queued. A turn that
-- runs is asked to stop first, and the rest happens in the statement that ends it (apply_reruns). One rerun waits at a
-- time: a newer one takes the older one back. Gives {kind, stop?}: 'stored', 'duplicate', 'reused', 'not_found',
-- 'not_said' (queued still, rewound, or not a person's), 'limited' with retryAfter, 'used_up' with share (see used_up),
-- 'no_files' (see below); `stop` is the turn that was asked to stop.
-- p_files: the turn is to begin with the files as they were when that message was taken: {taken: [path]}, the paths of
-- which a person's own changes since are given up; null: with the files as they are.
create or replace function rerun_message(
  p_owner uuid, p_work uuid, p_message uuid, p_id uuid, p_text text, p_limit integer, p_turns integer default null,
  p_guest_turns integer default null, p_tokens bigint default null, p_guest_tokens bigint default null,
  p_files jsonb default null
) returns jsonb
language plpgsql as $$
declare
  w works;
  v_files_from uuid;
  said messages;
  old messages;
  v_wait double precision;
  v_share text;
  v_text text;
  v_waiting uuid;
begin
  perform hold_rate('messages:' || p_owner);
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  select * into said from messages where work_id = p_work and id = p_message and status <> 'withdrawn';
  if not found then
    return '{"kind": "not_found"}';
  end if;
  v_text := coalesce(p_text, said.parts -> 0 ->> 'text');
  select * into old from messages where work_id = p_work and id = p_id;
  if found then
    return jsonb_build_object('kind', case
      when old.rerun_of = p_message and v_text in (old.sent_text, old.parts -> 0 ->> 'text') then 'duplicate'
      else 'reused' end);
  end if;
  if said.role <> 'user' or said.rewound or said.status = 'queued' then
    return '{"kind": "not_said"}';
  end if;
  if p_files is not null then
    v_files_from := snapshot_before(p_work, said);
    if v_files_from is null then
      return '{"kind": "no_files"}';
    end if;
  end if;
  v_wait := take_rate('messages:' || p_owner, p_limit);
  if v_wait > 0 then
    return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
  end if;
  v_share := used_up(p_owner, p_work, p_turns, p_guest_turns, p_tokens, p_guest_tokens);
  if v_share is not null then
    return jsonb_build_object('kind', 'used_up', 'share', v_share);
  end if;
  for v_waiting in
    select id from messages where work_id = p_work and status = 'queued' and rerun_of is not null order by queued_seq
  loop
    perform take_back(p_work, v_waiting);
  end loop;
  if w.running_turn is null then
    perform rewind_before(p_work, p_message);
  end if;
  perform store_queued(p_work, p_id, v_text, said.attachments, 'queue', p_message);
  update messages set files_from = v_files_from, files_taken = p_files -> 'taken' where work_id = p_work and id = p_id;
  if w.running_turn is null then
    update messages set rerun_applied = true where work_id = p_work and id = p_id;
    perform pg_notify('pa_queued', p_work::text);
    return '{"kind": "stored"}';
  end if;
  return jsonb_build_object('kind', 'stored', 'stop', request_stop(p_work, w.running_turn));
end $$;

-- The reruns that waited for a turn to end take effect in the statement that ends it.
create or replace function apply_reruns() returns trigger
language plpgsql as $$
declare
  m record;
begin
  for m in
    select id, rerun_of from messages
    where work_id = new.id and status = 'queued' and rerun_of is not null and not rerun_applied order by queued_seq
  loop
    perform rewind_before(new.id, m.rerun_of);
    update messages set rerun_applied = true where work_id = new.id and id = m.id;
  end loop;
  return null;
end $$;
