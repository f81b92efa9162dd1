-- Each person's share holds however much is sent at once, and deleting a Work gives nothing of it back (M2, M10).

-- Tokens that a person's turns used, by the hour in which they were used: a Work that is deleted leaves them. Without
-- a foreign key, which would lock the person's row behind a Work's; what is old is removed with expired rows.
create table token_use (
  user_id uuid not null,
  hour timestamptz not null,
  tokens bigint not null,
  primary key (user_id, hour)
);

-- The network from which a guest came (an IPv4 address, or the first 64 bits of an IPv6 one); null: nobody knows.
alter table users add column network text;
create index users_guests_of_network on users (network) where guest;

create function count_tokens() returns trigger
language plpgsql as $$
begin
  insert into token_use as u (user_id, hour, tokens)
  select w.owner_id, date_trunc('hour', clock_timestamp()), tokens_of(new.usage) - tokens_of(old.usage)
  from works w where w.id = new.work_id
  on conflict (user_id, hour) do update set tokens = u.tokens + excluded.tokens;
  return null;
end $$;

create function tokens_of(p_usage jsonb) returns bigint
language sql immutable as $$
  select coalesce((p_usage ->> 'inputTokens')::numeric, 0)::bigint
       + coalesce((p_usage ->> 'outputTokens')::numeric, 0)::bigint;
$$;

create trigger turns_count_tokens after update of usage on turns
for each row when (new.usage is distinct from old.usage) execute function count_tokens();

-- What was used in the last day, before it was counted here.
insert into token_use (user_id, hour, tokens)
select w.owner_id, date_trunc('hour', t.started_at), sum(tokens_of(t.usage))
from works w join turns t on t.work_id = w.id
where t.started_at > greatest(w.created_at, now() - interval '1 day')
group by 1, 2 having sum(tokens_of(t.usage)) > 0;

-- Whether a person's tokens of 24 hours are used up; of a guest's network all guests together have five guests'.
-- Null is without bound.
create function is_out_of_tokens(p_owner uuid, p_tokens bigint, p_guest_tokens bigint) returns boolean
language plpgsql stable as $$
declare
  guests_of_a_network constant integer := 5;
  u users;
  v_most bigint;
begin
  if p_tokens is null and p_guest_tokens is null then
    return false;
  end if;
  select * into u from users where id = p_owner;
  v_most := case when u.guest then p_guest_tokens else p_tokens end;
  if v_most is null then
    return false;
  end if;
  if (select coalesce(sum(tokens), 0) from token_use
      where user_id = p_owner and hour > clock_timestamp() - interval '1 day') >= v_most then
    return true;
  end if;
  return u.guest and u.network is not null and (
    select coalesce(sum(t.tokens), 0)
    from users g join token_use t on t.user_id = g.id
    where g.network = u.network and g.guest and t.hour > clock_timestamp() - interval '1 day'
  ) >= guests_of_a_network * v_most;
end $$;

-- Which share a person has used up who sends a message to this Work: 'turns' that run or wait at once, each in a Work
-- of its own, 'tokens' of 24 hours, or null. Whoever asks holds the person's row of messages a minute, so that of
-- messages sent at once each sees those before it.
drop function used_up(uuid, uuid, uuid, integer, bigint);
create function used_up(p_owner uuid, p_work uuid, p_turns integer, p_guest_turns integer, p_tokens bigint,
                        p_guest_tokens bigint) returns text
language plpgsql as $$
declare
  v_turns integer;
begin
  if p_turns is not null or p_guest_turns is not null then
    select case when guest then p_guest_turns else p_turns end into v_turns from users where id = p_owner;
    if v_turns is not null and (
      select count(*) from (
        select id from works
        where owner_id = p_owner and running_turn is not null and deleted_at is null and id <> p_work
        union
        select w.id from messages m join works w on w.id = m.work_id
        where m.status = 'queued' and w.owner_id = p_owner and w.deleted_at is null and w.id <> p_work
        limit v_turns) busy) >= v_turns then
      return 'turns';
    end if;
  end if;
  if is_out_of_tokens(p_owner, p_tokens, p_guest_tokens) then
    return 'tokens';
  end if;
  return null;
end $$;

-- As before, within the person's share: {kind: used_up, share} where it is used up.
drop function post_message(uuid, uuid, uuid, text, jsonb, text, text, integer);
create function post_message(p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text, p_limit integer, p_turns integer default null, p_guest_turns integer default null, p_tokens bigint default null, p_guest_tokens bigint default null)
returns jsonb
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
    enqueue_message(p_owner, p_work, p_id, p_text, p_attachments, p_delivery, p_title));
end $$;

drop function rerun_message(uuid, uuid, uuid, uuid, text, integer);
create function rerun_message(p_owner uuid, p_work uuid, p_message uuid, p_id uuid, p_text text, p_limit integer, p_turns integer default null, p_guest_turns integer default null, p_tokens bigint default null, p_guest_tokens bigint default null)
returns jsonb
language plpgsql as $$
declare
  w works;
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
  if w.running_turn is null then
    update messages set rerun_applied = true where work_id = p_work and id = p_id;
    perform pg_notify('pa_queued', p_work::text);
    return '{"kind": "stored"}';
  end if;
  return jsonb_build_object('kind', 'stored', 'stop', request_stop(p_work, w.running_turn));
end $$;

-- As before, and: a step for which its person has no tokens left fails (code quota_exceeded), in the middle of a turn
-- and after many messages that were queued while there were some.
drop function claim_step(uuid, integer, text, integer, text, uuid, text, text);
create function claim_step(p_work uuid, p_turn integer, p_agent text, p_step integer, p_model text, p_worker uuid, p_workflow_id text, p_activity_id text, p_tokens bigint default null, p_guest_tokens bigint default null)
returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  v_queued uuid;
  v_turn integer := p_turn;
  v_step integer := p_step;
  v_message uuid := gen_random_uuid();
  v_seq bigint;
begin
  select * into w from works where id = p_work for update;
  if not found or w.deleted_at is not null then
    return jsonb_build_object('kind', 'gone');
  end if;

  if p_turn is not null and p_step is not null then
    select * into c from claims
    where work_id = p_work and key = 'model:' || p_turn || ':' || p_agent || ':' || p_step and state = 'done';
    if found then
      return jsonb_build_object('kind', 'done', 'turn', p_turn, 'step', p_step, 'result', c.result);
    end if;
  end if;

  if v_turn is null then
    v_turn := w.running_turn;
    if v_turn is null then
      -- A rerun goes before what was queued without knowing of it.
      select id into v_queued from messages
      where work_id = p_work and status = 'queued' order by rerun_of is null, queued_seq limit 1;
      if not found then
        return jsonb_build_object('kind', 'idle');
      end if;
      v_turn := w.last_turn + 1;
      update works set last_turn = v_turn, running_turn = v_turn, stop_turn = null where id = p_work;
      w.stop_turn := null;
      v_seq := log_append(p_work, v_turn,
        jsonb_build_array(jsonb_build_object('kind', 'turn.started', 'messageIds', jsonb_build_array(v_queued))));
      insert into turns (work_id, turn, first_seq) values (p_work, v_turn, v_seq);
      perform take_message(p_work, v_queued, v_turn, v_seq);
    end if;
  elsif w.running_turn is distinct from v_turn then
    return jsonb_build_object('kind', 'over', 'turn', v_turn);
  end if;

  if w.stop_turn = v_turn then
    return jsonb_build_object('kind', 'stopped', 'turn', v_turn);
  end if;

  if v_step is null then
    select * into c from claims
    where work_id = p_work and turn = v_turn and agent = p_agent and step is not null
    order by step desc limit 1;
    v_step := case when found then c.step else 1 end;
  end if;

  select * into c from claims
  where work_id = p_work and key = 'model:' || v_turn || ':' || p_agent || ':' || v_step;
  if found then
    if c.state = 'done' then
      return jsonb_build_object('kind', 'done', 'turn', v_turn, 'step', v_step, 'result', c.result);
    end if;
    if c.state = 'void' then
      return jsonb_build_object('kind', 'over', 'turn', v_turn);
    end if;
    if c.state = 'running' and (c.worker = p_worker or worker_alive(c.worker)) then
      return jsonb_build_object('kind', 'busy', 'turn', v_turn, 'step', v_step, 'worker', c.worker,
                                'attempt', c.attempt);
    end if;
    if c.state = 'failed' and c.result ? 'error' then
      return jsonb_build_object('kind', 'failed', 'turn', v_turn);
    end if;
    if c.state = 'failed' and c.retry_at > clock_timestamp() then
      return jsonb_build_object('kind', 'wait', 'turn', v_turn, 'step', v_step,
                                'inMs', ceil(extract(epoch from c.retry_at - clock_timestamp()) * 1000));
    end if;
    if c.state = 'running' and died_with_worker(c) then
      update claims set state = 'failed', result = jsonb_build_object('error', jsonb_build_object(
        'code', 'worker_crashed', 'message',
        'This step was given up: again and again the worker that was at it came down. '
        || 'Send the message again, or in other words; the server''s log says more.'))
      where work_id = p_work and key = c.key;
      return jsonb_build_object('kind', 'failed', 'turn', v_turn, 'crashed', true);
    end if;
    perform log_append(p_work, v_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'step.superseded', 'step', v_step, 'agent', p_agent, 'attempt', c.attempt,
      'messageId', c.message_id)));
  end if;

  -- Steering takes effect where a step of the MainAgent begins (F15).
  if p_agent = 'main' then
    perform take_steering(p_work, v_turn);
  end if;

  v_seq := log_append(p_work, v_turn, jsonb_build_array(jsonb_build_object(
    'kind', 'step.started', 'step', v_step, 'attempt', coalesce(c.attempt, 0) + 1, 'agent', p_agent,
    'model', p_model, 'messageId', v_message)));
  insert into claims (work_id, key, turn, agent, step, worker, message_id, started_seq, workflow_id, activity_id)
  values (p_work, 'model:' || v_turn || ':' || p_agent || ':' || v_step, v_turn, p_agent, v_step, p_worker,
          v_message, v_seq, p_workflow_id, p_activity_id)
  on conflict (work_id, key) do update set
    attempt = claims.attempt + 1, worker = p_worker, state = 'running', next_batch = 0,
    message_id = v_message, started_seq = v_seq, workflow_id = p_workflow_id, activity_id = p_activity_id
  returning * into c;
  if is_out_of_tokens(w.owner_id, p_tokens, p_guest_tokens) then
    update claims set state = 'failed', result = jsonb_build_object('error', jsonb_build_object(
      'code', 'quota_exceeded', 'message',
      'Your tokens of 24 hours are used up. What was written is kept; go on when some of that time has passed.'))
    where work_id = p_work and key = c.key;
    return jsonb_build_object('kind', 'failed', 'turn', v_turn);
  end if;
  return jsonb_build_object('kind', 'claimed', 'turn', v_turn, 'step', v_step, 'attempt', c.attempt,
                            'messageId', v_message, 'ageMs', age_ms(c.first_at),
                            'person', person_of(w.owner_id), 'crashes', c.crashes);
end $$;
