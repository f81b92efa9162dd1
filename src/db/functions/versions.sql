-- Versions of a Work's files (T4): what is kept, and what is thinned out again.

-- The contents that runs read or wrote to which numbers of a paper may lead: those of each script's newest good run.
create or replace function contents_of_runs(p_work uuid) returns setof text
language sql stable as $$
  select f ->> 'sha256'
  from (select distinct on (script) reads, writes from runs
        where work_id = p_work and exit_code = 0 order by script, number desc) newest
  cross join lateral jsonb_array_elements(coalesce(reads, '[]') || coalesce(writes, '[]')) f
  where f ->> 'sha256' is not null;
$$;

-- Forgets versions that are in no snapshot, and the bytes that nothing names any more; those that share their file with
-- others stay, and count, for as long as one of these is needed. Gives the files that had them.
create or replace function forget_versions(p_work uuid) returns jsonb
language plpgsql as $$
declare
  v_files jsonb;
  v_bytes bigint;
begin
  delete from file_versions v where v.work_id = p_work and v.until is not null and not exists (
    select from snapshots s where s.work_id = p_work and s.number >= v.since and s.number < v.until);
  with needed as (
    select b.sha256, b.file from blobs b where b.work_id = p_work
      and (exists (select from file_versions v where v.work_id = p_work and v.sha256 = b.sha256)
        or exists (select from contents_of_runs(p_work) kept where kept = b.sha256))
  ), gone as (
    delete from blobs b where b.work_id = p_work
      and not exists (select from needed n where n.file = b.file)
    returning sha256, file, at, stored
  )
  select coalesce(jsonb_agg(jsonb_build_object('sha256', sha256, 'file', file, 'at', at)), '[]'),
    coalesce(sum(stored), 0)
  into v_files, v_bytes from gone;
  update works set history_bytes = history_bytes - v_bytes where id = p_work;
  return v_files;
end $$;

-- Thins a history out until at most p_bytes are kept and p_snapshots are left: what lies between two turns first, then
-- what is oldest; never the newest, nor one that is to be brought back. One goes, then twice as many each time, so that
-- much is thinned in few rounds and little more than must. Gives the files that are needed no more.
create or replace function thin_history(p_work uuid, p_bytes bigint, p_snapshots integer) returns jsonb
language plpgsql as $$
declare
  most_at_once constant integer := 32;
  v_at_once integer := 1;
  v_files jsonb := '[]';
  v_gone integer;
begin
  loop
    exit when (select history_bytes from works where id = p_work) <= p_bytes
      and (select count(*) from snapshots where work_id = p_work) <= p_snapshots;
    with candidates as (
      select s.number, s.reason in ('turn', 'restore') as is_late from snapshots s
      where s.work_id = p_work and s.number < (select last_snapshot from works where id = p_work)
        and not exists (select from restores r
          where r.work_id = p_work and r.state = 'pending' and s.id in (r.target, r.undo))
        and not exists (select from messages m
          where m.work_id = p_work and m.status = 'queued' and m.files_from = s.id))
    delete from snapshots where work_id = p_work and number in (
      select number from candidates where is_late = (select bool_and(is_late) from candidates)
      order by number limit v_at_once);
    get diagnostics v_gone = row_count;
    v_files := v_files || forget_versions(p_work);
    exit when v_gone = 0;
    v_at_once := least(2 * v_at_once, most_at_once);
  end loop;
  return v_files;
end $$;

-- Keeps bytes that were stored, as far as there is room for them: p_blobs [{sha256, size, stored, file, encoding, at}], the
-- most important first; those that share a file are kept together or not. They take no more than half of what their person
-- has left, which is for files first. Gives the files that are needed no more: the bytes were there already, or have no
-- room, or others were given up for them.
create or replace function keep_blobs(
  p_work uuid, p_blobs jsonb, p_history bigint, p_most bigint, p_guest_most bigint
) returns jsonb
language plpgsql as $$
declare
  w works;
  b record;
  v_left bigint;
  v_kept bigint;
  v_files jsonb := '[]';
begin
  for b in
    select file, jsonb_agg(content) as contents, sum((content ->> 'stored')::bigint)::bigint as stored,
      jsonb_build_object('sha256', min(content ->> 'sha256'), 'file', file, 'at', min((content ->> 'at')::bigint)) as named
    from (select content, (content ->> 'file')::uuid as file, place
          from jsonb_array_elements(p_blobs) with ordinality x (content, place)) listed
    group by file order by min(place)
  loop
    select * into w from works where id = p_work;
    if w.history_bytes + b.stored > p_history then
      v_files := v_files || thin_history(p_work, greatest(p_history - b.stored, 0), 2147483647);
      select * into w from works where id = p_work;
    end if;
    select bytes into v_left from disk_left(w.owner_id, p_work, p_most, p_guest_most);
    if w.history_bytes + b.stored <= p_history and coalesce(v_left / 2, b.stored) >= b.stored then
      with kept as (
        insert into blobs (work_id, sha256, size, stored, file, encoding, at)
        select p_work, c.sha256, c.size, c.stored, c.file, c.encoding, c.at
        from jsonb_to_recordset(b.contents)
          c (sha256 text, size bigint, stored bigint, file uuid, encoding text, at bigint)
        on conflict (work_id, sha256) do nothing
        returning stored
      )
      select sum(stored) into v_kept from kept;
      if v_kept is not null then
        update works set history_bytes = history_bytes + v_kept where id = p_work;
        continue;
      end if;
    end if;
    v_files := v_files || b.named;
  end loop;
  return v_files;
end $$;

-- Keeps a snapshot, with its event. p_changes: [{path, sha256, size, seen, skipped?}] of files that are new or other than
-- in snapshot p_head, `sha256` null for one that is gone; p_head null: whatever the newest is. p_blobs, p_history, p_most,
-- p_guest_most: see keep_blobs. At most p_snapshots are kept. One of a turn's start or of a call is made once. Gives
--   {kind: "kept", id, unused}   unused: files of bytes that are needed no more
--   {kind: "there", id, unused}  there is one of this turn, call or id already
--   {kind: "same", unused}       nothing differs, and it is not of a turn or a restore
--   {kind: "behind", unused}     p_head is not the newest any more
--   {kind: "gone", unused}       the Work is deleted
create or replace function keep_snapshot(
  p_work uuid, p_id uuid, p_reason text, p_turn integer, p_call uuid, p_restored uuid, p_head integer,
  p_changes jsonb, p_blobs jsonb, p_history bigint, p_snapshots integer, p_most bigint, p_guest_most bigint
) returns jsonb
language plpgsql as $$
declare
  w works;
  v_owner users;
  v_all jsonb := (select coalesce(jsonb_agg(jsonb_build_object(
                    'sha256', b ->> 'sha256', 'file', b ->> 'file', 'at', b -> 'at')), '[]')
                  from jsonb_array_elements(p_blobs) b);
  v_unused jsonb;
  v_there uuid;
  v_number integer;
  v_changed integer;
begin
  if p_blobs <> '[]' and (p_most is not null or p_guest_most is not null) then
    select u.* into v_owner from works o join users u on u.id = o.owner_id where o.id = p_work;
    perform hold_rate('disk:' || coalesce(case when v_owner.guest then v_owner.network end, v_owner.id::text))
    where v_owner.id is not null;
  end if;
  select * into w from works where id = p_work and deleted_at is null for update;
  if not found then
    return jsonb_build_object('kind', 'gone', 'unused', v_all);
  end if;
  select id into v_there from snapshots
  where work_id = p_work and (id = p_id or tool_call_id = p_call
    or (p_reason = 'turn' and reason = 'turn' and turn = p_turn));
  if found then
    return jsonb_build_object('kind', 'there', 'id', v_there, 'unused', v_all);
  end if;
  if p_head is not null and p_head <> w.last_snapshot then
    return jsonb_build_object('kind', 'behind', 'unused', v_all);
  end if;

  v_number := w.last_snapshot + 1;
  update file_versions v set seen = c.seen
  from jsonb_to_recordset(p_changes) c (path text, sha256 text, seen text)
  where v.work_id = p_work and v.path_id = md5(c.path)::uuid and v.until is null and v.sha256 = c.sha256;
  update file_versions v set until = v_number, ended_by_person = p_reason = 'person'
  from jsonb_to_recordset(p_changes) c (path text, sha256 text)
  where v.work_id = p_work and v.path_id = md5(c.path)::uuid and v.until is null
    and v.sha256 is distinct from c.sha256;
  get diagnostics v_changed = row_count;
  insert into file_versions (work_id, path, since, sha256, size, seen, skipped, by_person)
  select p_work, c.path, v_number, c.sha256, c.size, c.seen, c.skipped, p_reason = 'person'
  from jsonb_to_recordset(p_changes) c (path text, sha256 text, size bigint, seen text, skipped text)
  where c.sha256 is not null and not exists (
    select from file_versions v where v.work_id = p_work and v.path_id = md5(c.path)::uuid and v.until is null);
  if not found and v_changed = 0 and p_call is null and p_reason not in ('turn', 'restore') then
    return jsonb_build_object('kind', 'same', 'unused', v_all);
  end if;

  insert into snapshots (work_id, number, id, reason, turn, tool_call_id, restored, files, bytes, at)
  select p_work, v_number, p_id, p_reason, coalesce(p_turn, w.running_turn), p_call, p_restored, count(*),
         coalesce(sum(size), 0), pa_now()
  from file_versions where work_id = p_work and until is null;
  update works set last_snapshot = v_number where id = p_work;
  v_unused := keep_blobs(p_work, p_blobs, p_history, p_most, p_guest_most)
    || thin_history(p_work, p_history, p_snapshots);
  update file_versions v set skipped = 'no_room'
  where v.work_id = p_work and v.since = v_number and v.skipped is null
    and not exists (select from blobs b where b.work_id = p_work and b.sha256 = v.sha256);
  perform log_append(p_work, w.running_turn, jsonb_build_array(jsonb_build_object(
    'kind', 'workspace.snapshot', 'id', p_id, 'reason', p_reason)));
  return jsonb_build_object('kind', 'kept', 'id', p_id, 'unused', v_unused);
end $$;

-- Orders that files of a snapshot are brought back for a person. Gives {kind: "ordered", id} (also where just that is
-- under way already), {kind: "busy"} where another restore is, {kind: "not_found"}.
create or replace function order_restore(
  p_owner uuid, p_work uuid, p_id uuid, p_snapshot uuid, p_paths jsonb
) returns jsonb
language plpgsql as $$
declare
  r restores;
begin
  perform 1 from works where id = p_work and owner_id = p_owner and deleted_at is null for update;
  if not found or not exists (select from snapshots where work_id = p_work and id = p_snapshot) then
    return '{"kind": "not_found"}';
  end if;
  select * into r from restores where work_id = p_work and state = 'pending' limit 1;
  if found then
    return case when r.target = p_snapshot and r.paths is not distinct from p_paths and r.turn is null
      then jsonb_build_object('kind', 'ordered', 'id', r.id) else '{"kind": "busy"}'::jsonb end;
  end if;
  insert into restores (work_id, id, target, paths, ordered_at) values (p_work, p_id, p_snapshot, p_paths, pa_now());
  return jsonb_build_object('kind', 'ordered', 'id', p_id);
end $$;

-- The turn of a message that asks for it begins with the files of a snapshot.
create or replace function order_files_of_turn(p_work uuid, p_message uuid, p_turn integer) returns void
language sql as $$
  insert into restores (work_id, id, target, taken, turn, ordered_at)
  select p_work, id, files_from, coalesce(files_taken, '[]'), p_turn, pa_now()
  from messages where work_id = p_work and id = p_message and files_from is not null
  on conflict do nothing;
$$;

-- Ends a restore, once, with its event; p_error says why it failed.
create or replace function end_restore(p_work uuid, p_id uuid, p_files integer, p_error text) returns void
language plpgsql as $$
declare
  w works;
  r restores;
begin
  select * into w from works where id = p_work for update;
  update restores set state = case when p_error is null then 'done' else 'failed' end, error = p_error,
    ended_at = pa_now()
  where work_id = p_work and id = p_id and state = 'pending' returning * into r;
  if found and p_error is null then
    perform log_append(p_work, w.running_turn, jsonb_build_array(jsonb_build_object(
      'kind', 'workspace.restored', 'snapshot', r.target, 'undo', r.undo, 'files', p_files)));
  end if;
end $$;
