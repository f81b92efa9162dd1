-- A claim that an activity of another worker waits for.
insert into workers (id, host, pid) values ('00000000-0000-4000-8000-0000000000b3', 'there', 3);
select await_claim('00000000-0000-4000-8000-000000000011', 'model:2:main:1', 1,
  '00000000-0000-4000-8000-0000000000b3', 'w', '5');
