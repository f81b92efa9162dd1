-- H8: messages are found by their words. What is to be looked at is written down with each message, and the words
-- themselves by a job: whoever waits for an answer does not wait for them.
create table message_words (
  work_id uuid not null references works (id) on delete cascade,
  message_id uuid not null,
  owner_id uuid not null,
  -- When it was said.
  at timestamptz not null,
  -- Words, pairs of characters of what is written without spaces, and whose it is.
  words tsvector not null,
  primary key (work_id, message_id)
);
-- No list of what is still to be sorted in: a search would read it all, and some write would sort it.
create index message_words_found on message_words using gin (words) with (fastupdate = off);
create index message_words_newest on message_words (owner_id, at desc);

create table words_due (
  work_id uuid not null,
  message_id uuid not null,
  primary key (work_id, message_id)
);

create function note_words_due() returns trigger language plpgsql as $$
begin
  insert into words_due (work_id, message_id) values (new.work_id, new.id) on conflict do nothing;
  return null;
end $$;
-- What a code agent says stands within its card, and is told again by the main agent.
create trigger messages_words_due after insert or update of parts on messages
  for each row when (new.agent is null or new.agent = 'main') execute function note_words_due();

insert into words_due (work_id, message_id) select work_id, id from messages where agent is null or agent = 'main';
