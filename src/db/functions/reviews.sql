-- The reviewer of a Work, and what it said (H5, docs/people.md).

-- The round of review that is due as the main agent has given its last answer in a turn; null: none. It is where the Work has
-- a reviewer, the turn's calls have written the paper since the last round, and the reviewer may speak again: once more than
-- it may send the paper back, so that its last word is about the paper as it is.
create or replace function review_due(w works, p_turn integer, p_paper text) returns integer
language plpgsql stable as $$
declare
  v_asked integer;
  v_rounds integer;
begin
  if w.review is null then
    return null;
  end if;
  select coalesce(max(step) filter (where agent = 'main' and result ? 'review'), 0),
    count(*) filter (where agent = 'reviewer')
  into v_asked, v_rounds
  from claims where work_id = w.id and turn = p_turn and step is not null;
  if v_rounds > (w.review ->> 'rounds')::integer then
    return null;
  end if;
  return (select v_rounds + 1 where exists (
    select from tool_calls c, jsonb_array_elements(c.files) f
    where c.work_id = w.id and c.turn = p_turn and c.agent = 'main' and c.step > v_asked
      and f ->> 'path' = p_paper and f ->> 'change' <> 'removed'));
end $$;

-- Writes down what a reviewer said, with its event. p_review: {verdict, points, paper?, error?}. The caller holds the Work's row.
create or replace function put_review(
  p_work uuid, p_turn integer, p_round integer, p_message uuid, p_sent_back boolean, p_review jsonb
) returns void
language plpgsql as $$
declare
  v_seq bigint := log_append(p_work, p_turn, jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'kind', 'review.completed', 'round', p_round, 'messageId', p_message, 'sentBack', p_sent_back) || p_review)));
begin
  insert into reviews (work_id, seq, turn, round, message_id, verdict, points, sent_back, paper, error)
  values (p_work, v_seq, p_turn, p_round, p_message, p_review ->> 'verdict', p_review -> 'points', p_sent_back,
          p_review ->> 'paper', p_review -> 'error');
end $$;

-- Ends a turn whose reviewer can say nothing: it is done, for its answer is there, and the log says why nobody judged it.
-- p_error: why, {code, message}; null where the claim of the round says so. Gives {kind: "over"} where the turn has ended
-- already, or {kind: "ended", queued}.
create or replace function give_up_review(p_work uuid, p_turn integer, p_round integer, p_error jsonb) returns jsonb
language plpgsql as $$
declare
  w works;
  c claims;
begin
  select * into w from works where id = p_work for update;
  if not found or w.running_turn is distinct from p_turn then
    return '{"kind": "over"}';
  end if;
  select * into c from claims
  where work_id = p_work and key = 'model:' || p_turn || ':reviewer:' || p_round;
  perform end_open_steps(p_work, p_turn, 'failed');
  perform put_review(p_work, p_turn, p_round, c.message_id, false, jsonb_build_object('verdict', 'none', 'points', '[]'::jsonb,
    'error', coalesce(p_error, c.result -> 'error', jsonb_build_object('code', 'internal_error', 'message',
      'Something unexpected went wrong in the server; its log has the details.'))));
  perform end_turn(p_work, p_turn, 'done', null);
  return jsonb_build_object('kind', 'ended', 'queued', has_queued(p_work));
end $$;

-- A conversation that was rewound has no review until the next one. The caller holds the Work's row, and has just said in the
-- log that it was rewound.
create or replace function rewind_review(p_work uuid) returns void
language sql as $$
  insert into reviews (work_id, seq)
  select p_work, w.last_seq from works w
  where w.id = p_work and exists (select from reviews where work_id = p_work);
$$;
