-- Files that people write: what agents are told of it, and the room that is reserved for what is written.

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

-- Reserves up to p_bytes, but no less than p_least, for p_lifetime, in a Work whose files, but for those of reservations
-- that lived at p_since, came to p_measured bytes when measured after p_since; p_replaced of them are replaced. A Work has
-- p_limit, a person's Works p_most or p_guest_most together. A run takes no more than half of what its person has left, so
-- that others of theirs may begin. Gives {kind: reserved, bytes, of, most}, {kind: full, of, most}, {kind: not_found}, where
-- `of` is whose bound is, or would be next: work, person or network. Asked for again under the same id it replaces what it gave.
create or replace function reserve_room(
  p_work uuid, p_id uuid, p_kind text, p_bytes bigint, p_least bigint, p_measured bigint, p_replaced bigint,
  p_since timestamptz, p_limit bigint, p_lifetime interval, p_most bigint, p_guest_most bigint
) returns jsonb
language plpgsql as $$
declare
  v_owner users;
  v_left bigint;
  v_disk record;
  v_spared boolean;
  v_spares boolean := false;
  v_bytes bigint;
begin
  select u.* into v_owner from works w join users u on u.id = w.owner_id where w.id = p_work and w.deleted_at is null;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  perform hold_rate('disk:' || coalesce(case when v_owner.guest then v_owner.network end, v_owner.id::text));
  perform 1 from works where id = p_work and deleted_at is null for update;
  if not found then
    return '{"kind": "not_found"}';
  end if;
  update works set disk_bytes = p_measured, disk_at = p_since
  where id = p_work and (disk_at is null or disk_at < p_since);
  delete from upload_room where work_id = p_work
    and least(ended_at, expires_at) < pa_now() - interval '10 minutes';

  select p_limit - p_measured - coalesce(sum(bytes), 0), coalesce(bool_or(spares), false) into v_left, v_spared
  from upload_room where work_id = p_work and kind = 'file' and id <> p_id and least(ended_at, expires_at) >= p_since;
  select * into v_disk from disk_left(v_owner.id, p_id, p_most, p_guest_most);
  if least(v_left, v_disk.bytes) < p_bytes and p_replaced > 0 and not v_spared then
    v_left := v_left + p_replaced;
    v_disk.bytes := v_disk.bytes + p_replaced;
    v_spares := true;
  end if;
  if v_disk.bytes is null or v_left < v_disk.bytes then
    v_disk.whose := 'work';
    v_disk.most := p_limit;
  end if;
  if least(v_left, v_disk.bytes) <= 0 or least(v_left, v_disk.bytes) < p_least then
    return jsonb_build_object('kind', 'full', 'of', v_disk.whose, 'most', v_disk.most);
  end if;
  v_bytes := least(p_bytes, v_left,
    case when p_kind = 'run' then greatest(v_disk.bytes / 2, p_least) else v_disk.bytes end);
  insert into upload_room (id, work_id, kind, bytes, spares, expires_at)
  values (p_id, p_work, p_kind, v_bytes, v_spares, pa_now() + p_lifetime)
  on conflict (id) do update set bytes = excluded.bytes, spares = excluded.spares, expires_at = excluded.expires_at,
    ended_at = null;
  return jsonb_build_object('kind', 'reserved', 'bytes', v_bytes, 'of', v_disk.whose, 'most', v_disk.most);
end $$;

-- As before, for apis that know of no bound for a person.
create or replace function reserve_upload_room(
  p_work uuid, p_id uuid, p_bytes bigint, p_least bigint, p_measured bigint, p_replaced bigint, p_since timestamptz,
  p_limit bigint
) returns bigint
language sql as $$
  select case r ->> 'kind' when 'reserved' then (r ->> 'bytes')::bigint when 'full' then 0 end
  from reserve_room(p_work, p_id, 'file', p_bytes, p_least, p_measured, p_replaced, p_since, p_limit,
                    interval '10 minutes', null, null) r;
$$;
