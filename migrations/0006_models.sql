-- The models that people set up for themselves (F13), what turns cost, and which text a Work began with (F11).

create table models (
  id uuid primary key,
  owner_id uuid not null references users on delete cascade,
  role text not null check (role in ('main', 'code', 'summary')),
  -- what serves the role in Works that choose nothing; one for each role at most
  is_default boolean not null,
  base_url text not null,
  -- sealed with ENCRYPTION_KEY, bound to this row's id (A5); null: the server wants no key
  sealed_key bytea,
  model text not null,
  context_window integer not null,
  -- of a million tokens, in the owner's currency; both or neither
  input_price double precision,
  output_price double precision,
  temperature double precision,
  -- further fields of the request's body
  params jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  check ((input_price is null) = (output_price is null))
);
create index models_owner on models (owner_id, created_at);
create unique index models_one_default on models (owner_id, role) where is_default;

-- One default a role: whoever becomes it takes the place of the one before.
create function take_default_place() returns trigger
language plpgsql as $$
begin
  -- the owner's row orders those who do it at once
  perform 1 from users where id = new.owner_id for no key update;
  update models set is_default = false
  where owner_id = new.owner_id and role = new.role and is_default and id <> new.id;
  return new;
end $$;
create trigger models_default before insert or update of is_default, role on models
for each row when (new.is_default) execute function take_default_place();

-- Which of the owner's models serves a role of a Work: the one that the Work chose for it, the owner's default for
-- it, and where there is neither, what serves the main role. No row: the server's own model does.
create function model_of_work(p_work uuid, p_role text) returns setof models
language sql stable as $$
  select m.* from works w join models m on m.owner_id = w.owner_id
  where w.id = p_work and (m.id::text in (w.models ->> p_role, w.models ->> 'main')
    or (m.is_default and m.role in (p_role, 'main')))
  order by m.id::text = w.models ->> p_role desc nulls last, m.is_default and m.role = p_role desc,
    m.id::text = w.models ->> 'main' desc nulls last
  limit 1;
$$;

-- Removes a model of its owner. The Works that chose it have the default again.
create function delete_model(p_owner uuid, p_id uuid) returns boolean
language plpgsql as $$
begin
  delete from models where id = p_id and owner_id = p_owner;
  if not found then
    return false;
  end if;
  update works set models = (
    select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each_text(models) where value <> p_id::text)
  where owner_id = p_owner and exists (select 1 from jsonb_each_text(models) where value = p_id::text);
  return true;
end $$;

-- What the Work's ended turns have used together, as a turn's usage.
alter table works add column usage jsonb not null default '{"inputTokens": 0, "outputTokens": 0}';

create function add_turn_to_work() returns trigger
language plpgsql as $$
begin
  -- whoever ends a turn holds the Work's row
  update works set usage = add_usage(usage, new.usage) where id = new.work_id;
  return null;
end $$;
create trigger turns_usage after update of state on turns
for each row when (old.state = 'running' and new.state <> 'running') execute function add_turn_to_work();

do $$
declare
  t record;
begin
  for t in select work_id, usage from turns where state <> 'running' loop
    update works set usage = add_usage(usage, t.usage) where id = t.work_id;
  end loop;
end $$;

-- A template's version is the sha256 of its content, in hexadecimal.
create function content_version(p_content text) returns text
language sql immutable as $$
  select encode(sha256(convert_to(p_content, 'UTF8')), 'hex');
$$;
alter table templates add column version text not null generated always as (content_version(content)) stored;
-- The version that the Work's paper is a copy of, whatever becomes of the template: deleting one touches no Work.
alter table works add column template_version text;
alter table works drop constraint works_template_id_fkey;
create index templates_owner on templates (owner_id);
