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

-- Removes a model of its owner. The Works that chose it have the default again.
create or replace function delete_model(p_owner uuid, p_id uuid) returns boolean
language plpgsql as $$
begin
  delete from models where id = p_id and owner_id = p_owner;
  if not found then
    return false;
  end if;
  perform 1 from works
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text)
  order by id for update;
  update works set models = (
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each_text(models) where value <> p_id::text)
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text);
  return true;
end $$;

-- A template's version is the sha256 of its content, in hexadecimal.
create or replace function content_version(p_content text) returns text
language sql immutable as $$
  select encode(sha256(convert_to(p_content, 'UTF8')), 'hex');
$$;
