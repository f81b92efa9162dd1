-- Pictures as models were shown them (W10): each later step sends the same bytes, whatever became of the file.
create table shown_pictures (
  work_id uuid not null references works on delete cascade,
  -- where in the conversation it stands: the id of a message, or of a call
  place text not null,
  path text not null,
  media_type text,
  width integer,
  height integer,
  -- in base64; null: there is none, or it is not kept any more, and `problem` says why
  data text,
  problem text,
  shown_at timestamptz not null default clock_timestamp(),
  primary key (work_id, place, path)
);
create index shown_pictures_kept on shown_pictures (work_id, shown_at) where data is not null;
