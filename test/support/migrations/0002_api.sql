-- A Work whose deletion was accepted, and a window of a rate limit.
insert into works (id, owner_id, title) values
  ('00000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-000000000002', 'Gone');
select delete_work('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000012');
select take_rate('messages:00000000-0000-4000-8000-000000000001', 60);
