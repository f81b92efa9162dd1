-- What keeps people and agents out of each other's way in the files, and each person within their share.

-- What a person wrote while a turn ran: the agents of that turn do not know of it. `seen_by` is the first tool call
-- that was told, or read it; a retry of that call is told again.
create table person_edits (
  work_id uuid not null references works on delete cascade,
  path text not null,
  turn integer not null,
  seen_by uuid,
  primary key (work_id, path)
);

-- Notes that a person writes a file: before, so that no agent's change slips in between, and after, so that one
-- who looked in between looks again. Where no turn runs there is nobody to be told.
create function note_person_edit(p_work uuid, p_path text) returns void
language sql as $$
  insert into person_edits (work_id, path, turn)
  select id, p_path, running_turn from works where id = p_work and running_turn is not null
  on conflict (work_id, path) do update set turn = excluded.turn, seen_by = null;
$$;

-- Whether a person wrote the file in the call's turn, and no other call has been told of it. From then on this one has.
create function see_person_edit(p_work uuid, p_call uuid, p_path text) returns boolean
language plpgsql as $$
begin
  update person_edits e set seen_by = p_call
  from tool_calls c
  where e.work_id = p_work and e.path = p_path and c.work_id = p_work and c.id = p_call and c.turn = e.turn
    and (e.seen_by is null or e.seen_by = p_call);
  return found;
end $$;

-- Which share a person has used up who sends this message: 'turns' that run at once, 'tokens' in the last 24 hours,
-- or null. A message that is stored already, and one to a Work whose turn runs, start no further turn.
create function used_up(p_owner uuid, p_work uuid, p_id uuid, p_turns integer, p_tokens bigint) returns text
language plpgsql stable as $$
begin
  if exists (select 1 from messages where work_id = p_work and id = p_id) then
    return null;
  end if;
  if p_turns is not null and not exists (select 1 from works where id = p_work and running_turn is not null)
    and (select count(*) from works where owner_id = p_owner and running_turn is not null) >= p_turns then
    return 'turns';
  end if;
  -- What was copied with a Work was paid for elsewhere: its turns began before it did.
  if p_tokens is not null and (
    select coalesce(sum((t.usage ->> 'inputTokens')::numeric + (t.usage ->> 'outputTokens')::numeric), 0)
    from works w join turns t on t.work_id = w.id
    where w.owner_id = p_owner and w.updated_at > now() - interval '1 day'
      and t.started_at > greatest(w.created_at, now() - interval '1 day')) >= p_tokens then
    return 'tokens';
  end if;
  return null;
end $$;
create index works_running_of_owner on works (owner_id) where running_turn is not null;
