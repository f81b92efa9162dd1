-- How a person wants their model to be asked (M19), and headers of their own for its server.
alter table models
  -- fields of the profile; what is absent is chosen by what was learned and by the table
  add column profile jsonb not null default '{}',
  -- name: the value, sealed as the key is, in base64
  add column headers jsonb not null default '{}';

-- These are settings, too: with others, what was learned is forgotten.
drop trigger models_forget_learned on models;
create trigger models_forget_learned
after update of base_url, model, temperature, params, profile, headers on models
for each row when (
  (old.base_url, old.model, old.temperature, old.params, old.profile, old.headers) is distinct from
  (new.base_url, new.model, new.temperature, new.params, new.profile, new.headers))
execute function forget_learned();
