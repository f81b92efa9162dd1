-- The models that people set up; the version of a template.

-- One default a role: whoever becomes it takes the place of the one before.
create or replace function take_default_place() returns trigger
language plpgsql as $$
begin
  -- the owner's row orders those who do it at once
  perform 1 from users where id = new.owner_id for no key update;
  update models set is_default = false
  where owner_id = new.owner_id and role = new.role and is_default and id <> new.id;
  return new;
end $$;

-- Other settings are another case: what was learned of the old ones is forgotten.
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
