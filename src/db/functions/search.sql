-- Messages by their words (H8).

-- Writes down that a message's words are to be found. One that is due already is due anew: who has read what it said before
-- does not take it for done (writeWordsDue).
create or replace function note_words_due() returns trigger
language plpgsql as $$
begin
  insert into words_due (work_id, message_id) values (new.work_id, new.id) on conflict (work_id, message_id)
    do update set message_id = excluded.message_id;
  return null;
end $$;

-- The person's newest messages with these words that still stand in a conversation of theirs, at most p_wanted. First among
-- the newest that they have, which are in the order that is wanted: a word that many have is found there at once. Then, where
-- they have more than those, by the index of words, from which few come that the newest did not have: p_all has, besides
-- words, whose messages are meant; where it is null the newest are all that is looked at. A table is never read through, which
-- the planner would do where each word is frequent and all together are not.
create or replace function find_messages(p_owner uuid, p_words tsquery, p_all tsquery, p_wanted integer)
returns table (work_id uuid, message_id uuid)
language plpgsql stable set enable_seqscan = off as $$
#variable_conflict use_column
declare
  -- A word that so few of them have is in so few messages at all that the index gives them soon.
  among_newest constant integer := 2000;
  most_sorted constant integer := 10000;
  v_works uuid[];
  v_messages uuid[];
begin
  select array_agg(f.work_id order by f.at desc), array_agg(f.message_id order by f.at desc)
  into v_works, v_messages from (
    select n.work_id, n.message_id, n.at
    from (select * from message_words m where m.owner_id = p_owner order by m.at desc limit among_newest) n
    where n.words @@ p_words and exists (
        select from works w join messages said on said.work_id = w.id and said.id = n.message_id
        where w.id = n.work_id and w.owner_id = p_owner and w.deleted_at is null
          and not said.rewound and said.status <> 'withdrawn')
    order by n.at desc limit p_wanted) f;
  if p_all is not null and coalesce(cardinality(v_messages), 0) < p_wanted
    and among_newest = (
      select count(*) from (select from message_words m where m.owner_id = p_owner limit among_newest) n) then
    return query
      select f.work_id, f.message_id
      from (select * from message_words m where m.words @@ p_all limit most_sorted) f
      where f.owner_id = p_owner and f.words @@ p_words and exists (
        select from works w join messages said on said.work_id = w.id and said.id = f.message_id
        where w.id = f.work_id and w.owner_id = p_owner and w.deleted_at is null
          and not said.rewound and said.status <> 'withdrawn')
      order by f.at desc limit p_wanted;
    return;
  end if;
  return query select * from unnest(v_works, v_messages);
end $$;
