-- A person changes their mind: queued messages are edited and withdrawn, the conversation is run again from an
-- earlier message. What is said and when it counts is decided under the Work's row lock, like everything (R5).

-- A withdrawn message stays as a row, so that a client that sends it once more (P5) does not bring it back.
alter table messages drop constraint messages_status_check;
alter table messages add constraint messages_status_check
  check (status in ('queued', 'complete', 'stopped', 'failed', 'withdrawn'));
alter table messages drop constraint messages_check;
alter table messages add constraint messages_check
  check ((status in ('queued', 'withdrawn')) = (position is null));

-- The text as it was first sent, once it was edited: a client that sends it once more repeats itself (P5).
alter table messages add column sent_text text;
-- The message that this one is said in place of (a rerun): it and what follows it leave the conversation before
-- this one is taken.
alter table messages add column rerun_of uuid;
alter table messages add column rerun_applied boolean not null default false;
create index messages_reruns on messages (work_id) where status = 'queued' and rerun_of is not null;

-- The seq at which the conversation last changed outside a turn: the history file has to follow that too (D8).
alter table works add column revised_seq bigint not null default 0;

-- A rerun goes before what was queued without knowing of it. claim_step is changed in this one place, whatever it
-- has become since 0001.
do $$
declare
  v_old constant text := 'status = ''queued'' order by queued_seq limit 1';
  v_new constant text := 'status = ''queued'' order by rerun_of is null, queued_seq limit 1';
  v_definition text := pg_get_functiondef('claim_step'::regproc);
begin
  if position(v_old in v_definition) = 0 then
    raise exception 'claim_step takes its message in another way now';
  end if;
  execute replace(v_definition, v_old, v_new);
end $$;

-- Stores a user message with its event. The client's id is the key: a repeat is a duplicate, the same id with
-- other words is refused (P5). Gives 'stored', 'duplicate', 'reused' or 'not_found'.
create or replace function enqueue_message(
  p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text
) returns text
language plpgsql as $$
declare
  w works;
  old messages;
begin
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return 'not_found';
  end if;
  select * into old from messages where work_id = p_work and id = p_id;
  if found then
    if old.role = 'user' and old.rerun_of is null and p_text in (old.sent_text, old.parts -> 0 ->> 'text') then
      return 'duplicate';
    end if;
    return 'reused';
  end if;
  perform store_queued(p_work, p_id, p_text, p_attachments, p_delivery, null);
  update works set updated_at = clock_timestamp(),
    title = case when titled then title else p_title end, titled = true
  where id = p_work;
  if w.running_turn is null then
    perform pg_notify('pa_queued', p_work::text);
  end if;
  return 'stored';
end $$;

-- A user message as events carry it.
create function user_message(m messages) returns jsonb
language sql immutable as $$
  select jsonb_build_object('id', m.id, 'role', 'user', 'text', m.parts -> 0 ->> 'text',
                            'attachments', m.attachments, 'delivery', m.delivery);
$$;

-- Appends message.queued and its row. The caller holds the Work's row and knows that the id is new.
create function store_queued(
  p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_rerun_of uuid
) returns void
language plpgsql as $$
declare
  m messages;
  v_seq bigint;
begin
  m.id := p_id;
  m.parts := jsonb_build_array(jsonb_build_object('type', 'text', 'text', p_text));
  m.attachments := p_attachments;
  m.delivery := p_delivery;
  v_seq := log_append(p_work, null, jsonb_build_array(jsonb_build_object(
    'kind', 'message.queued', 'message', user_message(m))));
  insert into messages (work_id, id, role, status, queued_seq, parts, attachments, delivery, rerun_of, created_at)
  select p_work, p_id, 'user', 'queued', e.seq, m.parts, p_attachments, p_delivery, p_rerun_of, e.at
  from events e where e.work_id = p_work and e.seq = v_seq;
end $$;

-- Changes a queued message; null leaves a part of it as it is. Gives {kind}: 'changed' (also where nothing differs),
-- 'not_found', 'taken' (it is not queued any more), 'limited' with retryAfter.
create function change_message(
  p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_limit integer
) returns jsonb
language plpgsql as $$
declare
  old messages;
  new messages;
  v_wait double precision;
begin
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

-- Appends an event that changes the conversation outside a turn. The caller holds the Work's row.
create function log_revision(p_work uuid, p_event jsonb) returns void
language plpgsql as $$
declare
  v_seq bigint := log_append(p_work, null, jsonb_build_array(p_event));
begin
  update works set revised_seq = v_seq, updated_at = clock_timestamp() where id = p_work;
end $$;

-- Withdraws a queued message. Gives {kind}: 'withdrawn', 'not_found' or 'taken'.
create function withdraw_message(p_owner uuid, p_work uuid, p_id uuid) returns jsonb
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

create function take_back(p_work uuid, p_id uuid) returns void
language plpgsql as $$
begin
  update messages set status = 'withdrawn' where work_id = p_work and id = p_id;
  perform log_revision(p_work, jsonb_build_object('kind', 'message.withdrawn', 'id', p_id));
end $$;

-- Runs the conversation again from a person's message, in other words where p_text is not null: that message and
-- what follows it leave the conversation, and a new one is said in its place, before any other that is queued. A
-- turn that runs is asked to stop first, and the rest happens in the statement that ends it (apply_reruns). One
-- rerun waits at a time: a newer one takes the older one back. Gives {kind, stop?}: 'stored', 'duplicate',
-- 'reused', 'not_found', 'not_said' (queued still, rewound, or not a person's), 'limited' with retryAfter; `stop` is
-- the turn that was asked to stop.
create function rerun_message(
  p_owner uuid, p_work uuid, p_message uuid, p_id uuid, p_text text, p_limit integer
) returns jsonb
language plpgsql as $$
declare
  w works;
  said messages;
  old messages;
  v_wait double precision;
  v_text text;
  v_waiting uuid;
begin
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
  v_wait := take_rate('messages:' || p_owner, p_limit);
  if v_wait > 0 then
    return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
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
  if w.running_turn is null then
    update messages set rerun_applied = true where work_id = p_work and id = p_id;
    perform pg_notify('pa_queued', p_work::text);
    return '{"kind": "stored"}';
  end if;
  return jsonb_build_object('kind', 'stored', 'stop', request_stop(p_work, w.running_turn));
end $$;

-- A message and what follows it leave the conversation; the rows stay. No turn runs.
create function rewind_before(p_work uuid, p_message uuid) returns void
language plpgsql as $$
begin
  update messages set rewound = true
  where work_id = p_work and not rewound
    and position >= (select position from messages where work_id = p_work and id = p_message);
  perform log_revision(p_work, jsonb_build_object('kind', 'conversation.rewound', 'beforeMessageId', p_message));
end $$;

-- The reruns that waited for a turn to end take effect in the statement that ends it.
create function apply_reruns() returns trigger
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
create trigger works_turn_ended after update of running_turn on works
for each row when (old.running_turn is not null and new.running_turn is null)
execute function apply_reruns();
