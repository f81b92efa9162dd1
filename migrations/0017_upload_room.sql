-- What uploads that have begun may still add to a Work, so that many at once, to any number of apis, stay within its
-- space together (M1).

-- `bytes` is the most that the upload stores; its temporary file has the `id` in its name. One of these may count on
-- the file that it replaces (`spares`), for until then both are on the disk. Who never says that it has ended is
-- forgotten at `expires_at`; one that has ended counts for those who were measuring meanwhile.
create table upload_room (
  id uuid primary key,
  work_id uuid not null references works on delete cascade,
  bytes bigint not null,
  spares boolean not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index upload_room_work on upload_room (work_id);

-- Reserves up to p_bytes for an upload, but no less than p_least, in a Work whose files, but for those of reservations
-- that lived at p_since, came to p_measured bytes when measured after p_since; p_replaced of them are replaced.
-- Gives the bytes reserved, 0 where there is no room, null where there is no such Work.
create function reserve_upload_room(p_work uuid, p_id uuid, p_bytes bigint, p_least bigint, p_measured bigint,
                                    p_replaced bigint, p_since timestamptz, p_limit bigint) returns bigint
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
