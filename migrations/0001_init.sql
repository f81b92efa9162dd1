-- The tables of PaperAgent, and the functions through which every process writes a Work's log.
--
-- One rule holds everything together (R5): whoever changes what a Work's conversation is holds that Work's
-- row lock, in one autocommit statement. So commit order is seq order, and no transaction waits on the network
-- while it holds a Work.

create table users (
  id uuid primary key default gen_random_uuid(),
  email text unique,
  password_hash text,
  name text not null default '',
  guest boolean not null default false,
  created_at timestamptz not null default now(),
  check (guest or (email is not null and password_hash is not null))
);

-- Opaque refresh tokens, stored hashed; using one twice revokes its family (A1).
create table refresh_tokens (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  family uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index refresh_tokens_family on refresh_tokens (family);
create index refresh_tokens_user on refresh_tokens (user_id);

create table templates (
  id uuid primary key default gen_random_uuid(),
  -- null: ships with PaperAgent; then `slug` names its file
  owner_id uuid references users on delete cascade,
  slug text unique,
  name text not null,
  description text not null default '',
  language text not null default 'en',
  content text not null,
  public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table works (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references users on delete cascade,
  title text not null,
  -- false until a person names it: then the first message does (P12)
  titled boolean not null default false,
  template_id uuid references templates on delete set null,
  models jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_seq bigint not null default 0,
  -- the highest seq that pruning removed
  pruned_through bigint not null default 0,
  last_turn integer not null default 0,
  running_turn integer,
  -- the turn that somebody asked to stop (R8)
  stop_turn integer,
  -- through which seq the history file shows the conversation (D8)
  history_seq bigint not null default 0,
  -- when the sweeper last woke the workflow: it does not insist
  woken_at timestamptz,
  -- set by a delete that was accepted; what remains is removed by whoever finds it
  deleted_at timestamptz
) with (fillfactor = 70);
create index works_owner on works (owner_id, updated_at desc, id) where deleted_at is null;
create index works_running on works (id) where running_turn is not null;

create table events (
  work_id uuid not null references works on delete cascade,
  seq bigint not null,
  turn integer,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  body jsonb not null,
  primary key (work_id, seq)
);
create unique index events_one_end_per_turn on events (work_id, turn) where kind = 'turn.completed';
create unique index events_one_end_per_call on events (work_id, (body ->> 'toolCallId')) where kind = 'tool.completed';

create table turns (
  work_id uuid not null references works on delete cascade,
  turn integer not null,
  state text not null default 'running' check (state in ('running', 'done', 'stopped', 'failed')),
  first_seq bigint not null,
  last_seq bigint,
  started_at timestamptz not null default clock_timestamp(),
  completed_at timestamptz,
  usage jsonb not null default '{"inputTokens": 0, "outputTokens": 0}',
  error jsonb,
  pruned boolean not null default false,
  primary key (work_id, turn)
);
create index turns_to_prune on turns (completed_at) where not pruned and completed_at is not null;

create table messages (
  work_id uuid not null references works on delete cascade,
  id uuid not null,
  role text not null check (role in ('user', 'assistant')),
  agent text,
  turn integer,
  step integer,
  status text not null check (status in ('queued', 'complete', 'stopped', 'failed')),
  -- where it stands in the conversation: the seq at which it was taken or began; null while queued
  position bigint,
  queued_seq bigint,
  -- for a tool part only its toolCallId: the call's own row has the rest
  parts jsonb not null,
  usage jsonb,
  attachments jsonb not null default '[]',
  delivery text check (delivery in ('queue', 'steer')),
  rewound boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  primary key (work_id, id),
  check ((status = 'queued') = (position is null))
);
create index messages_conversation on messages (work_id, position) where not rewound;
create index messages_queued on messages (work_id, queued_seq) where status = 'queued';

create table tool_calls (
  work_id uuid not null references works on delete cascade,
  id uuid not null,
  message_id uuid not null,
  turn integer not null,
  agent text not null,
  step integer not null,
  index integer not null,
  name text not null,
  arguments jsonb not null,
  state text not null default 'running' check (state in ('running', 'ok', 'error')),
  result text,
  files jsonb,
  output text,
  ending text,
  duration_ms integer,
  primary key (work_id, id)
);
create index tool_calls_open on tool_calls (work_id, turn) where state = 'running';

-- What a tool was about to change, written before it does (R3).
create table file_changes (
  work_id uuid not null references works on delete cascade,
  tool_call_id uuid not null,
  path text not null,
  sha_before text,
  sha_after text,
  result text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (work_id, tool_call_id, path)
);

-- What a workspace held before a run of code started, to list what the run changed (S8). A row also says that the
-- run was started: it is never started again (D7).
create table runs (
  work_id uuid not null references works on delete cascade,
  tool_call_id uuid not null,
  before jsonb not null,
  started_at timestamptz not null default clock_timestamp(),
  primary key (work_id, tool_call_id)
);

-- One row per worker process. It lives while its session holds the advisory lock and renews the lease (R4).
create table workers (
  id uuid primary key,
  lock_key bigint generated always as identity unique,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default clock_timestamp(),
  renewed_at timestamptz not null default clock_timestamp()
);

-- Who does a piece of work (a model step or a tool call) now, and what came of it. `attempt` is ours, never
-- Temporal's; an append that names an older attempt is fenced off.
create table claims (
  work_id uuid not null references works on delete cascade,
  -- 'model:{agent}:{step}' or 'tool:{toolCallId}'
  key text not null,
  turn integer not null,
  agent text not null,
  -- a model step's number; null for a tool call
  step integer,
  attempt integer not null default 1,
  worker uuid not null,
  state text not null default 'running' check (state in ('running', 'failed', 'done', 'void')),
  -- the number of the next batch of appends; a lower one is stored already
  next_batch integer not null default 0,
  message_id uuid,
  started_seq bigint,
  -- what an adopting attempt needs, such as the bytes of output stored so far
  progress jsonb,
  result jsonb,
  -- the activity that runs the attempt, so that a dead worker's can be failed at once (R9); empty while an
  -- attempt that was started ahead waits for its activity to come
  workflow_id text not null,
  activity_id text not null,
  first_at timestamptz not null default clock_timestamp(),
  -- before this no further attempt is made (a vendor's Retry-After)
  retry_at timestamptz,
  primary key (work_id, key)
);
create index claims_of_worker on claims (worker);
create index claims_of_turn on claims (work_id, turn);

-- ---------------------------------------------------------------------------------------------------------

-- Appends events [{kind, ...fields}] to a Work's log and tells the listeners. Gives the last seq.
create function log_append(p_work uuid, p_turn integer, p_events jsonb) returns bigint
language plpgsql as $$
declare
  n integer := jsonb_array_length(p_events);
  base bigint;
begin
  update works set last_seq = last_seq + n where id = p_work returning last_seq - n into base;
  if not found then
    raise exception 'no work %', p_work using errcode = 'no_data_found';
  end if;
  insert into events (work_id, seq, turn, kind, body)
  select p_work, base + e.ord, p_turn, e.event ->> 'kind', e.event - 'kind'
  from jsonb_array_elements(p_events) with ordinality e (event, ord);
  perform pg_notify('pa_log', p_work || ':' || (base + n));
  return base + n;
end $$;

-- Milliseconds since then, by the database's clock.
create function age_ms(p_since timestamptz) returns integer
language sql volatile as $$
  select (extract(epoch from clock_timestamp() - p_since) * 1000)::integer;
$$;

-- ISO 8601 UTC with milliseconds, as JavaScript writes it.
create function iso_time(p_at timestamptz) returns text
language sql immutable as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

-- A worker counts as dead when its session's lock is free or its lease has lapsed. Just after Postgres itself
-- started nobody has had the time to take a lock again or to renew, so then neither counts.
create function worker_alive(p_worker uuid) returns boolean
language plpgsql as $$
declare
  w workers;
  -- seconds without a renewal after which the worker's claims may be taken over
  lease constant interval := '5 seconds';
  up_since timestamptz := pg_postmaster_start_time();
begin
  select * into w from workers where id = p_worker;
  if not found then
    return false;
  end if;
  if greatest(w.renewed_at, up_since) < clock_timestamp() - lease then
    return false;
  end if;
  -- one that has just registered is about to take its lock
  if w.started_at > clock_timestamp() - interval '2 seconds' then
    return true;
  end if;
  if up_since < clock_timestamp() - lease and pg_try_advisory_xact_lock(w.lock_key) then
    return false;
  end if;
  return true;
end $$;

-- Stores batches of streamed events, each fenced by its claim:
--   [{work, key, attempt, batch, events: [...], progress?}]
-- Gives for each, in order: {"status": "stored" | "fenced", "stop": bool}. A batch that is stored already (the
-- commit whose answer was lost) is a no-op. Works are locked in id order, so that two processes never deadlock.
create function append_batches(p_batches jsonb) returns jsonb
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

-- Stores a user message with its event. The client's id is the key: a repeat is a duplicate, the same id with
-- other words is refused (P5). Gives 'stored', 'duplicate', 'reused' or 'not_found'.
create function enqueue_message(
  p_owner uuid, p_work uuid, p_id uuid, p_text text, p_attachments jsonb, p_delivery text, p_title text
) returns text
language plpgsql as $$
declare
  w works;
  old messages;
  v_seq bigint;
begin
  select * into w from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found then
    return 'not_found';
  end if;
  select * into old from messages where work_id = p_work and id = p_id;
  if found then
    if old.role = 'user' and old.parts -> 0 ->> 'text' = p_text then
      return 'duplicate';
    end if;
    return 'reused';
  end if;
  v_seq := log_append(p_work, null, jsonb_build_array(jsonb_build_object(
    'kind', 'message.queued',
    'message', jsonb_build_object('id', p_id, 'role', 'user', 'text', p_text, 'attachments', p_attachments,
                                  'delivery', p_delivery))));
  insert into messages (work_id, id, role, status, queued_seq, parts, attachments, delivery, created_at)
  select p_work, p_id, 'user', 'queued', e.seq,
         jsonb_build_array(jsonb_build_object('type', 'text', 'text', p_text)), p_attachments, p_delivery, e.at
  from events e where e.work_id = p_work and e.seq = v_seq;
  update works set updated_at = clock_timestamp(),
    title = case when titled then title else p_title end, titled = true
  where id = p_work;
  if w.running_turn is null then
    perform pg_notify('pa_queued', p_work::text);
  end if;
  return 'stored';
end $$;

-- A queued message becomes part of the conversation, where the log now ends (P13).
create function take_message(p_work uuid, p_id uuid, p_turn integer, p_seq bigint) returns void
language sql as $$
  update messages set status = 'complete', turn = p_turn, position = p_seq where work_id = p_work and id = p_id;
$$;

-- Claims one step of one agent, and with it, where p_turn is null, the turn itself: the running one, or a new
-- one for the oldest queued message. p_step null means "where this agent stands": its last stored answer if it
-- has one (then its tool calls are what is to be done), else its first unanswered step. Gives one of
--   {kind: "idle"}                            nothing is queued
--   {kind: "gone"}                            the Work is deleted
--   {kind: "over", turn}                      that turn has ended
--   {kind: "stopped", turn}                   somebody asked to stop it
--   {kind: "done", turn, step, result}        the answer is stored already (D6)
--   {kind: "failed", turn}                    it failed for good, and the claim says why
--   {kind: "wait", turn, step, inMs}          it failed, and is not to be tried again before that time
--   {kind: "busy", turn, step, worker, attempt}   a living worker is at it; it may be the one that asks
--   {kind: "claimed", turn, step, attempt, messageId, ageMs}   ageMs: since the step's first attempt began
create function claim_step(
  p_work uuid, p_turn integer, p_agent text, p_step integer, p_model text,
  p_worker uuid, p_workflow_id text, p_activity_id text
) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  q record;
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
      select id into q from messages where work_id = p_work and status = 'queued' order by queued_seq limit 1;
      if not found then
        return jsonb_build_object('kind', 'idle');
      end if;
      v_turn := w.last_turn + 1;
      update works set last_turn = v_turn, running_turn = v_turn, stop_turn = null where id = p_work;
      w.stop_turn := null;
      v_seq := log_append(p_work, v_turn,
        jsonb_build_array(jsonb_build_object('kind', 'turn.started', 'messageIds', jsonb_build_array(q.id))));
      insert into turns (work_id, turn, first_seq) values (p_work, v_turn, v_seq);
      perform take_message(p_work, q.id, v_turn, v_seq);
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
      if c.worker = p_worker and c.activity_id = '' then
        update claims set activity_id = p_activity_id where work_id = p_work and key = c.key;
      end if;
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
    perform log_append(p_work, v_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'step.superseded', 'step', v_step, 'agent', p_agent, 'attempt', c.attempt,
      'messageId', c.message_id)));
  end if;

  -- Steering takes effect where a step of the MainAgent begins (F15).
  if p_agent = 'main' then
    for q in
      select id from messages where work_id = p_work and status = 'queued' and delivery = 'steer'
      order by queued_seq
    loop
      v_seq := log_append(p_work, v_turn,
        jsonb_build_array(jsonb_build_object('kind', 'message.steered', 'id', q.id)));
      perform take_message(p_work, q.id, v_turn, v_seq);
    end loop;
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
  return jsonb_build_object('kind', 'claimed', 'turn', v_turn, 'step', v_step, 'attempt', c.attempt,
                            'messageId', v_message, 'ageMs', age_ms(c.first_at));
end $$;

-- Whether a message waits for a turn of its own.
create function has_queued(p_work uuid) returns boolean
language sql as $$
  select exists (select 1 from messages where work_id = p_work and status = 'queued');
$$;

-- Appends turn.completed and closes the turn. The caller holds the Work's row and knows that it runs.
create function end_turn(p_work uuid, p_turn integer, p_outcome text, p_error jsonb) returns bigint
language plpgsql as $$
declare
  v_usage jsonb;
  v_seq bigint;
begin
  select usage into v_usage from turns where work_id = p_work and turn = p_turn;
  v_seq := log_append(p_work, p_turn, jsonb_build_array(
    jsonb_build_object('kind', 'turn.completed', 'outcome', p_outcome, 'usage', v_usage)
    || case when p_error is null then '{}'::jsonb else jsonb_build_object('error', p_error) end));
  update turns set state = p_outcome, completed_at = clock_timestamp(), last_seq = v_seq, error = p_error
  where work_id = p_work and turn = p_turn;
  update claims set state = 'void' where work_id = p_work and turn = p_turn and state in ('running', 'failed');
  update works set running_turn = null, stop_turn = null, updated_at = clock_timestamp() where id = p_work;
  return v_seq;
end $$;

-- Stores a finished answer: its message, its tool calls, their events, and what the workflow is told. Where the
-- answer is final and no steering message waits, the same statement ends the turn (R5, P13). Gives
-- {kind: "fenced"} or {kind: "stored", result}, where result is p_result with {ended, queued}.
--   p_parts: the message's parts as the protocol has them, tool parts running
create function complete_step(
  p_work uuid, p_key text, p_attempt integer, p_parts jsonb, p_usage jsonb, p_final boolean, p_result jsonb
) returns jsonb
language plpgsql as $$
declare
  c claims;
  v_ends boolean;
  v_result jsonb;
  v_at timestamptz;
begin
  perform 1 from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = p_key;
  if c.attempt is distinct from p_attempt or c.state in ('failed', 'void') then
    return jsonb_build_object('kind', 'fenced');
  end if;
  if c.state = 'done' then
    return jsonb_build_object('kind', 'stored', 'result', c.result);
  end if;

  select at into v_at from events where work_id = p_work and seq = c.started_seq;
  insert into messages (work_id, id, role, agent, turn, step, status, position, parts, usage, created_at)
  select p_work, c.message_id, 'assistant', c.agent, c.turn, c.step, 'complete', c.started_seq,
         coalesce(jsonb_agg(case when part ->> 'type' = 'tool'
           then jsonb_build_object('type', 'tool', 'toolCallId', part ->> 'toolCallId') else part end
           order by ord), '[]'),
         p_usage, v_at
  from jsonb_array_elements(p_parts) with ordinality x (part, ord);

  insert into tool_calls (work_id, id, message_id, turn, agent, step, index, name, arguments)
  select p_work, (part ->> 'toolCallId')::uuid, c.message_id, c.turn, c.agent, c.step,
         row_number() over (order by ord) - 1, part ->> 'name', part -> 'arguments'
  from jsonb_array_elements(p_parts) with ordinality x (part, ord) where part ->> 'type' = 'tool';

  update turns set usage = add_usage(usage, p_usage) where work_id = p_work and turn = c.turn;

  perform log_append(p_work, c.turn, (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', 'tool.called', 'messageId', c.message_id, 'agent', c.agent,
      'toolCallId', part ->> 'toolCallId', 'name', part ->> 'name', 'arguments', part -> 'arguments')
      order by ord), '[]')
    from jsonb_array_elements(p_parts) with ordinality x (part, ord) where part ->> 'type' = 'tool'
  ) || jsonb_build_object('kind', 'message.completed', 'message', jsonb_build_object(
      'id', c.message_id, 'turn', c.turn, 'role', 'assistant', 'agent', c.agent, 'status', 'complete',
      'createdAt', iso_time(v_at), 'parts', p_parts, 'usage', p_usage)));

  v_ends := p_final and not exists (
    select 1 from messages where work_id = p_work and status = 'queued' and delivery = 'steer');
  v_result := p_result || jsonb_build_object('ended', v_ends, 'queued', has_queued(p_work));
  update claims set state = 'done', result = v_result where work_id = p_work and key = p_key;
  if v_ends then
    perform end_turn(p_work, c.turn, 'done', null);
  end if;
  return jsonb_build_object('kind', 'stored', 'result', v_result);
end $$;

-- The sum of two usages as the protocol has them; cost and estimated only where one of them has it.
create function add_usage(a jsonb, b jsonb) returns jsonb
language sql immutable as $$
  select case when b is null then a else
    jsonb_build_object('inputTokens', (a ->> 'inputTokens')::numeric + (b ->> 'inputTokens')::numeric,
                       'outputTokens', (a ->> 'outputTokens')::numeric + (b ->> 'outputTokens')::numeric)
    || case when a ? 'cost' or b ? 'cost' then jsonb_build_object('cost',
         coalesce((a ->> 'cost')::numeric, 0) + coalesce((b ->> 'cost')::numeric, 0)) else '{}' end
    || case when a ? 'estimated' or b ? 'estimated' then jsonb_build_object('estimated', true) else '{}' end
  end;
$$;

-- Gives an attempt up after a failure: the next attempt need not wait for this worker.
-- p_event: the retrying event that tells the people who watch, or null; p_error: {code, message} of a failure
-- that is final, which finish_turn then shows.
create function fail_step(p_work uuid, p_key text, p_attempt integer, p_event jsonb, p_error jsonb) returns boolean
language plpgsql as $$
declare
  c claims;
begin
  perform 1 from works where id = p_work for update;
  update claims set state = 'failed',
    result = case when p_error is null then null else jsonb_build_object('error', p_error) end,
    retry_at = clock_timestamp() + (p_event ->> 'inMs')::numeric * interval '1 ms'
  where work_id = p_work and key = p_key and attempt = p_attempt and state = 'running' returning * into c;
  if not found then
    return false;
  end if;
  if p_event is not null then
    perform log_append(p_work, c.turn, jsonb_build_array(p_event));
  end if;
  return true;
end $$;

-- Claims a tool call. Gives one of
--   {kind: "over"} {kind: "stopped"} {kind: "busy", worker, attempt} {kind: "done", result}
--   {kind: "claimed", attempt, name, arguments, agent, progress, output, stdout, stderr, ageMs}
-- where progress and the output, whole and by stream, are what earlier attempts left (for a run that is adopted).
create function claim_tool(
  p_work uuid, p_turn integer, p_call uuid, p_worker uuid, p_workflow_id text, p_activity_id text
) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
  t tool_calls;
  v_key text := 'tool:' || p_call;
begin
  select * into w from works where id = p_work for update;
  if not found or w.deleted_at is not null then
    return jsonb_build_object('kind', 'over');
  end if;
  select * into t from tool_calls where work_id = p_work and id = p_call;
  if t.id is null then
    raise exception 'no tool call % in work %', p_call, p_work using errcode = 'no_data_found';
  end if;
  select * into c from claims where work_id = p_work and key = v_key;
  if t.state <> 'running' then
    return jsonb_build_object('kind', 'done', 'result', jsonb_build_object('ok', t.state = 'ok'));
  end if;
  if w.running_turn is distinct from p_turn then
    return jsonb_build_object('kind', 'over');
  end if;
  if w.stop_turn = p_turn then
    return jsonb_build_object('kind', 'stopped');
  end if;
  if c.state = 'running' and (c.worker = p_worker or worker_alive(c.worker)) then
    return jsonb_build_object('kind', 'busy', 'worker', c.worker, 'attempt', c.attempt);
  end if;
  insert into claims (work_id, key, turn, agent, worker, workflow_id, activity_id)
  values (p_work, v_key, p_turn, t.agent, p_worker, p_workflow_id, p_activity_id)
  on conflict (work_id, key) do update set
    attempt = claims.attempt + 1, worker = p_worker, state = 'running', next_batch = 0,
    workflow_id = p_workflow_id, activity_id = p_activity_id
  returning * into c;
  return jsonb_build_object('kind', 'claimed', 'attempt', c.attempt, 'name', t.name, 'arguments', t.arguments,
    'agent', t.agent, 'progress', c.progress, 'ageMs', age_ms(c.first_at))
    || case when c.attempt = 1 then '{"output": "", "stdout": "", "stderr": ""}'::jsonb
       else stored_output(p_work, p_turn, p_call) end;
end $$;

-- What a run has printed so far, as it was stored: {output, stdout, stderr}.
create function stored_output(p_work uuid, p_turn integer, p_call uuid) returns jsonb
language sql as $$
  select jsonb_build_object(
    'output', coalesce(string_agg(body ->> 'text', '' order by seq), ''),
    'stdout', coalesce(string_agg(body ->> 'text', '' order by seq) filter (where body ->> 'stream' = 'stdout'), ''),
    'stderr', coalesce(string_agg(body ->> 'text', '' order by seq) filter (where body ->> 'stream' = 'stderr'), ''))
  from events
  where work_id = p_work and turn = p_turn and kind = 'tool.output' and body ->> 'toolCallId' = p_call::text;
$$;

-- Stores a tool call's outcome, once. p_outcome: {ok, result, files, durationMs, ending?}. Gives {kind: "fenced"}
-- or {kind: "stored"}.
create function complete_tool(p_work uuid, p_call uuid, p_attempt integer, p_outcome jsonb, p_output text)
returns jsonb
language plpgsql as $$
declare
  c claims;
begin
  perform 1 from works where id = p_work for update;
  select * into c from claims where work_id = p_work and key = 'tool:' || p_call;
  if c.attempt is distinct from p_attempt or c.state in ('failed', 'void') then
    return jsonb_build_object('kind', 'fenced');
  end if;
  if c.state = 'running' then
    update tool_calls set state = case when (p_outcome ->> 'ok')::boolean then 'ok' else 'error' end,
      result = p_outcome ->> 'result', files = p_outcome -> 'files', output = p_output,
      ending = p_outcome ->> 'ending', duration_ms = (p_outcome ->> 'durationMs')::numeric::integer
    where work_id = p_work and id = p_call and state = 'running';
    if found then
      perform log_append(p_work, c.turn, jsonb_build_array(
        jsonb_build_object('kind', 'tool.completed', 'toolCallId', p_call) || p_outcome));
    end if;
    update claims set state = 'done' where work_id = p_work and key = c.key;
  end if;
  return jsonb_build_object('kind', 'stored');
end $$;

-- Ends a turn that does not end by a final answer: raises the fence over whatever still runs, keeps what was
-- written, answers the open tool calls, and appends turn.completed. Ending it twice changes nothing.
-- p_error: why it failed; null where a failed step says so itself. p_words: what the open tool calls' results say.
-- Gives {ended: bool, outcome, queued: bool}.
create function finish_turn(p_work uuid, p_turn integer, p_outcome text, p_error jsonb, p_words text)
returns jsonb
language plpgsql as $$
declare
  w works;
  c record;
  t record;
  v_parts jsonb;
  v_status text := case p_outcome when 'stopped' then 'stopped' else 'failed' end;
  v_error jsonb := p_error;
  v_at timestamptz;
begin
  select * into w from works where id = p_work for update;
  if not found or w.running_turn is distinct from p_turn then
    return jsonb_build_object('ended', false, 'queued', has_queued(p_work),
      'outcome', (select state from turns where work_id = p_work and turn = p_turn));
  end if;

  if v_error is null and p_outcome = 'failed' then
    select result -> 'error' into v_error from claims
    where work_id = p_work and turn = p_turn and state = 'failed' and result ? 'error'
    order by started_seq desc limit 1;
    v_error := coalesce(v_error, jsonb_build_object('code', 'internal_error', 'message',
      'Something unexpected went wrong in the server; its log has the details. Send the message again to retry.'));
  end if;

  for c in
    select * from claims
    where work_id = p_work and turn = p_turn and step is not null and state in ('running', 'failed')
    order by started_seq
  loop
    v_parts := streamed_parts(p_work, p_turn, c.message_id, c.started_seq);
    select at into v_at from events where work_id = p_work and seq = c.started_seq;
    insert into messages (work_id, id, role, agent, turn, step, status, position, parts, created_at)
    values (p_work, c.message_id, 'assistant', c.agent, p_turn, c.step, v_status, c.started_seq, v_parts, v_at);
    perform log_append(p_work, p_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'message.completed',
      'message', jsonb_build_object('id', c.message_id, 'turn', p_turn, 'role', 'assistant', 'agent', c.agent,
        'status', v_status, 'createdAt', iso_time(v_at), 'parts', v_parts))));
  end loop;

  for t in
    select tc.*, coalesce(age_ms(cl.first_at), 0) as ms
    from tool_calls tc left join claims cl on cl.work_id = tc.work_id and cl.key = 'tool:' || tc.id
    where tc.work_id = p_work and tc.turn = p_turn and tc.state = 'running'
    order by tc.agent <> 'main' desc, tc.step, tc.index
  loop
    update tool_calls set state = 'error', result = p_words, files = '[]', duration_ms = t.ms,
      ending = case when t.name = 'run_python' then 'cancelled' end,
      output = stored_output(p_work, p_turn, t.id) ->> 'output'
    where work_id = p_work and id = t.id;
    perform log_append(p_work, p_turn, jsonb_build_array(
      jsonb_build_object('kind', 'tool.completed', 'toolCallId', t.id, 'ok', false, 'result', p_words,
                         'files', '[]'::jsonb, 'durationMs', t.ms)
      || case when t.name = 'run_python' then '{"ending": "cancelled"}'::jsonb else '{}'::jsonb end));
  end loop;

  perform end_turn(p_work, p_turn, p_outcome, v_error);
  return jsonb_build_object('ended', true, 'outcome', p_outcome, 'queued', has_queued(p_work));
end $$;

-- What an attempt streamed so far, as parts: neighbouring deltas of one type make one part (as the reducer does).
create function streamed_parts(p_work uuid, p_turn integer, p_message uuid, p_from bigint) returns jsonb
language sql as $$
  with deltas as (
    select seq, split_part(kind, '.', 1) as type, body ->> 'text' as text,
           row_number() over (order by seq) - row_number() over (partition by kind order by seq) as island
    from events
    where work_id = p_work and seq > p_from and kind in ('text.delta', 'reasoning.delta')
      and body ->> 'messageId' = p_message::text
  ), parts as (
    select type, string_agg(text, '' order by seq) as text, min(seq) as first from deltas group by type, island
  )
  select coalesce(jsonb_agg(jsonb_build_object('type', type, 'text', text) order by first), '[]') from parts;
$$;

-- Asks a turn to stop: the one given if it still runs, else whichever runs; nothing runs: nothing happens (D9).
-- Gives the turn that is asked to stop, or null.
create function request_stop(p_work uuid, p_turn integer) returns integer
language plpgsql as $$
declare
  w works;
begin
  select * into w from works where id = p_work for update;
  if w.running_turn is null or (p_turn is not null and p_turn <> w.running_turn) then
    return null;
  end if;
  update works set stop_turn = w.running_turn where id = p_work;
  perform pg_notify('pa_stop', p_work || ':' || w.running_turn);
  return w.running_turn;
end $$;

-- Removes what a completed turn streamed; its messages and calls have it whole. From then on a client whose cursor
-- is older than what was removed gets a snapshot (pruned_through).
create function prune_turn(p_work uuid, p_turn integer) returns void
language plpgsql as $$
declare
  v_through bigint;
begin
  perform 1 from works where id = p_work for update;
  with gone as (
    delete from events using turns t
    where t.work_id = p_work and t.turn = p_turn and not t.pruned and t.completed_at is not null
      and events.work_id = p_work and events.seq between t.first_seq and t.last_seq
      and events.kind in ('text.delta', 'reasoning.delta', 'tool.delta', 'tool.output')
    returning events.seq
  )
  select max(seq) into v_through from gone;
  update turns set pruned = true where work_id = p_work and turn = p_turn;
  update works set pruned_through = greatest(pruned_through, coalesce(v_through, 0)) where id = p_work;
end $$;
