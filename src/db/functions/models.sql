-- The models that people set up; the version of a template.

-- A role has one default: the model that becomes it takes it from the one before.
create or replace function take_default_place() returns trigger
language plpgsql as $$
begin
  -- changes at the same time follow each other, by the owner's row
  perform 1 from users where id = new.owner_id for no key update;
  update models set is_default = false
  where owner_id = new.owner_id and role = new.role and is_default and id <> new.id;
  return new;
end $$;

-- What was learned of a model's server is not known of other settings.
create or replace function forget_learned() returns trigger
language plpgsql as $$
begin
  delete from learned_facts where model_id = new.id;
  return null;
end $$;

-- A template's version is the sha256 of its content, in hexadecimal.
create or replace function content_version(p_content text) returns text
language sql immutable as $$
  select encode(sha256(convert_to(p_content, 'UTF8')), 'hex');
$$;
