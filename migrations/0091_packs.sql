-- Small contents lie together in one file of the store, each from its place `at` on; null: it has a file of its own.
alter table blobs add column at bigint;
create index blobs_packs on blobs (work_id, file) where at is not null;

-- Whether a person's save began, or ended, this version of a file: said here too, for the snapshot may be thinned out.
alter table file_versions
  add column by_person boolean not null default false,
  add column ended_by_person boolean not null default false;
update file_versions v set by_person = true from snapshots s
where s.work_id = v.work_id and s.number = v.since and s.reason = 'person';
update file_versions v set ended_by_person = true from snapshots s
where s.work_id = v.work_id and s.number = v.until and s.reason = 'person';
