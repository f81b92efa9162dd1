-- An account whose deletion was accepted, and a copy of a Work.
insert into users (id, guest) values ('00000000-0000-4000-8000-000000000003', true);
select delete_account('00000000-0000-4000-8000-000000000003');
select duplicate_work('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
  '00000000-0000-4000-8000-000000000013', 'A copy');
