-- A person's messages as they come in.

-- A user message as events carry it.
create or replace function user_message(m messages) returns jsonb
language sql immutable as $$
  select jsonb_build_object('id', m.id, 'role', 'user', 'text', m.parts -> 0 ->> 'text',
                            'attachments', m.attachments, 'delivery', m.delivery)
    || case when m.scheduled_by is null then '{}' else jsonb_build_object('scheduledBy', m.scheduled_by) end;
$$;

-- Appends message.queued and its row. The caller holds the Work's row and knows that the id is new.
create or replace function store_queued(
  p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_rerun_of uuid,
  p_scheduled_by uuid default null
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
  m.scheduled_by := p_scheduled_by;
  v_seq := log_append(p_work, null, jsonb_build_array(jsonb_build_object(
    'kind', 'message.queued', 'message', user_message(m))));
  insert into messages (work_id, id, role, status, queued_seq, parts, attachments, delivery, rerun_of, scheduled_by, created_at)
  select p_work, p_id, 'user', 'queued', e.seq, m.parts, p_attachments, p_delivery, p_rerun_of, p_scheduled_by, e.at
  from events e where e.work_id = p_work and e.seq = v_seq;
end $$;

-- Stores a user message with its event. The client's id is the key: a repeat is a duplicate, the same id with
-- other words is refused (P5). Gives 'stored', 'duplicate', 'reused' or 'not_found'.
create or replace function enqueue_message(
  p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text,
  p_scheduled_by uuid default null
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
  perform store_queued(p_work, p_id, p_text, p_attachments, p_delivery, null, p_scheduled_by);
  update works set updated_at = pa_now(),
    title = case when titled then title else p_title end, titled = true
  where id = p_work;
  if w.running_turn is null then
    perform pg_notify('pa_queued', p_work::text);
  end if;
  return 'stored';
end $$;

-- Stores a person's message unless they send too many or have used up their share. A repeat of a stored one counts for
-- nothing: a client may send it again as often as it likes (P5). Gives {kind}: enqueue_message's answers, 'limited'
-- with retryAfter, 'used_up' with share (see used_up).
create or replace function post_message(
  p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text, p_limit
  integer, p_turns integer default null, p_guest_turns integer default null, p_tokens bigint default null,
  p_guest_tokens bigint default null, p_scheduled_by uuid default null
) returns jsonb
language plpgsql as $$
declare
  v_wait double precision;
  v_share text;
begin
  if not exists (select 1 from messages where work_id = p_work and id = p_id) then
    v_wait := take_rate('messages:' || p_owner, p_limit);
    if v_wait > 0 then
      return jsonb_build_object('kind', 'limited', 'retryAfter', v_wait);
    end if;
    v_share := used_up(p_owner, p_work, p_turns, p_guest_turns, p_tokens, p_guest_tokens);
    if v_share is not null then
      return jsonb_build_object('kind', 'used_up', 'share', v_share);
    end if;
  end if;
  return jsonb_build_object('kind',
    enqueue_message(p_owner, p_work, p_id, p_text, p_attachments, p_delivery, p_title, p_scheduled_by));
end $$;
