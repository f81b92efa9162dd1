alter table models
  -- A model's window may be left to what is found out of it (M7): null is nobody's setting.
  alter column context_window drop not null,
  -- Most tokens of an answer, as the person says it; null likewise.
  add column max_output integer;
