-- Of input that a model server had in its cache, or wrote into it (M20), in the settings' currency, of a million tokens.
alter table models
  -- null, as of the others: not known
  add column cached_price double precision,
  add column written_price double precision,
  -- Each of the four may be known by itself; the cost is reckoned where those of input and output are.
  drop constraint models_check;
