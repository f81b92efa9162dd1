-- Files that people write: what agents are told of it, and room for uploads.

-- Notes that a person writes a file: before, so that no agent's change slips in between, and after, so that one
-- who looked in between looks again. Where no turn runs there is nobody to be told.
create or replace function note_person_edit(p_work uuid, p_path text) returns void
language sql as $$
  insert into person_edits (work_id, path, turn)
  select id, p_path, running_turn from works where id = p_work and running_turn is not null
  on conflict (work_id, path) do update set turn = excluded.turn, seen_by = null;
$$;

-- Whether a person wrote the file in the call's turn, and no other call has been told of it. From then on this one has.
create or replace function see_person_edit(p_work uuid, p_call uuid, p_path text) returns boolean
language plpgsql as $$
begin
  update person_edits e set seen_by = p_call
  from tool_calls c
  where e.work_id = p_work and e.path = p_path and c.work_id = p_work and c.id = p_call and c.turn = e.turn
    and (e.seen_by is null or e.seen_by = p_call);
  return found;
end $$;

-- Reserves up to p_bytes for an upload, but no less than p_least, in a Work whose files, but for those of reservations
-- that lived at p_since, came to p_measured bytes when measured after p_since; p_replaced of them are replaced.
-- Gives the bytes reserved, 0 where there is no room, null where there is no such Work.
create or replace function reserve_upload_room(
  p_work uuid, p_id uuid, p_bytes bigint, p_least bigint, p_measured bigint, p_replaced bigint, p_since timestamptz,
  p_limit bigint
) returns bigint
language plpgsql as $$
declare
  v_left bigint;
  v_spared boolean;
  v_spares boolean := false;
begin
  perform from works where id = p_work and deleted_at is null for update;
  if not found then
    return null;
  end if;
  delete from upload_room where work_id = p_work
    and least(ended_at, expires_at) < clock_timestamp() - interval '10 minutes';
  select p_limit - p_measured - coalesce(sum(bytes), 0), coalesce(bool_or(spares), false) into v_left, v_spared
  from upload_room where work_id = p_work and least(ended_at, expires_at) >= p_since;
  if v_left < p_bytes and p_replaced > 0 and not v_spared then
    v_left := v_left + p_replaced;
    v_spares := true;
  end if;
  if v_left <= 0 or v_left < p_least then
    return 0;
  end if;
  insert into upload_room (id, work_id, bytes, spares, expires_at)
  values (p_id, p_work, least(p_bytes, v_left), v_spares, clock_timestamp() + interval '10 minutes');
  return least(p_bytes, v_left);
end $$;
