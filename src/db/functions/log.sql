-- The log of a Work: what is appended to it, and what is read back out of it.

-- ISO 8601 UTC with milliseconds, as JavaScript writes it.
create or replace function iso_time(p_at timestamptz) returns text
language sql immutable as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

-- Milliseconds since then, by the database's clock.
create or replace function age_ms(p_since timestamptz) returns integer
language sql volatile as $$
  select (extract(epoch from pa_now() - p_since) * 1000)::integer;
$$;

-- Appends events [{kind, ...fields}] to a Work's log and tells the listeners. Gives the last seq.
create or replace function log_append(p_work uuid, p_turn integer, p_events jsonb) returns bigint
language plpgsql as $$
declare
  n integer := jsonb_array_length(p_events);
  base bigint;
begin
  update works set last_seq = last_seq + n where id = p_work returning last_seq - n into base;
  if not found then
    raise exception 'no work %', p_work using errcode = 'no_data_found';
  end if;
  insert into events (work_id, seq, turn, at, kind, body)
  select p_work, base + e.ord, p_turn, pa_now(), e.event ->> 'kind', e.event - 'kind'
  from jsonb_array_elements(p_events) with ordinality e (event, ord);
  perform pg_notify('pa_log', p_work || ':' || (base + n));
  return base + n;
end $$;

-- Stores batches of streamed events, each fenced by its claim:
--   [{work, key, attempt, batch, events: [...], progress?}]
-- Gives for each, in order: {"status": "stored" | "fenced", "stop": bool}. A batch that is stored already (the
-- commit whose answer was lost) is a no-op. Works are locked in id order, so that two processes never deadlock.
create or replace function append_batches(p_batches jsonb) returns jsonb
language plpgsql as $$
declare
  b record;
  c claims;
  w works;
  answers jsonb := '[]';
begin
  perform 1 from works
  where id in (select (x ->> 'work')::uuid from jsonb_array_elements(p_batches) x)
  order by id for update;

  for b in
    select (x ->> 'work')::uuid as work, x ->> 'key' as key, (x ->> 'attempt')::integer as attempt,
           (x ->> 'batch')::integer as batch, x -> 'events' as events, x -> 'progress' as progress
    from jsonb_array_elements(p_batches) with ordinality t (x, ord) order by ord
  loop
    select * into w from works where id = b.work;
    select * into c from claims where work_id = b.work and key = b.key;
    if c.attempt is distinct from b.attempt or c.state <> 'running' then
      answers := answers || jsonb_build_object('status', 'fenced', 'stop', false);
      continue;
    end if;
    if b.batch >= c.next_batch then
      perform log_append(b.work, c.turn, b.events);
      update claims set next_batch = b.batch + 1, progress = coalesce(b.progress, progress)
      where work_id = b.work and key = b.key;
    end if;
    answers := answers || jsonb_build_object('status', 'stored', 'stop', w.stop_turn is not distinct from c.turn);
  end loop;
  return answers;
end $$;

-- What an attempt streamed so far, as parts: neighbouring deltas of one type make one part (as the reducer does).
-- The summary that its step had made stands before them, as complete_step's caller puts it.
create or replace function streamed_parts(p_work uuid, p_turn integer, p_message uuid, p_from bigint) returns jsonb
language sql as $$
  with deltas as (
    select seq, split_part(kind, '.', 1) as type, body ->> 'text' as text,
           row_number() over (order by seq) - row_number() over (partition by kind order by seq) as island
    from events
    where work_id = p_work and seq > p_from and kind in ('text.delta', 'reasoning.delta')
      and body ->> 'messageId' = p_message::text
  ), parts as (
    select type, string_agg(text, '' order by seq) as text, min(seq) as first from deltas group by type, island
  ), summary as (
    select jsonb_build_array(jsonb_build_object(
      'type', 'summary', 'text', s.text, 'throughMessageId', s.through_message_id)) as part
    from claims c join summaries s on s.work_id = c.work_id and s.step_key = c.key
    where c.work_id = p_work and c.turn = p_turn and c.message_id = p_message
    order by s.number desc limit 1
  )
  select coalesce((select part from summary), '[]')
    || coalesce(jsonb_agg(jsonb_build_object('type', type, 'text', text) order by first), '[]') from parts;
$$;
