-- A bound on the disk that all Works of a person take together, and all Works of the guests of a network (M1, M10).

-- What a Work's files took as of an instant; null: nobody has looked yet. Whoever wrote since then has a reservation.
alter table works add column disk_bytes bigint not null default 0, add column disk_at timestamptz;
create index works_disk on works (owner_id) include (disk_bytes) where disk_bytes > 0;
create index works_unmeasured on works (id) where disk_at is null and deleted_at is null;

-- A reservation is of a file that is written, of a run of code (its call's id), or of a copy that is made of the Work. Only
-- files count for the Work's own space: a run is watched as it goes on, and a copy lies elsewhere. One that has ended has
-- the bytes that it stored, and counts until its Work has been measured.
alter table upload_room add column kind text not null default 'file' check (kind in ('file', 'run', 'copy'));

-- Bytes that the run's workspace may have, which an adopter has to know; null: as many as any Work.
alter table runs add column workspace_bytes bigint;
