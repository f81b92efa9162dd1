-- What is due of a Work goes with it, also where no worker runs that would look at it.
delete from words_due d where not exists (select from works w where w.id = d.work_id);
alter table words_due
  add constraint words_due_work_id_fkey foreign key (work_id) references works (id) on delete cascade;
