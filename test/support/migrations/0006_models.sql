-- A model of somebody's own.
insert into models (id, owner_id, role, is_default, base_url, model, context_window) values
  ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-000000000001', 'main', true,
   'https://api.example.com/v1', 'm', 8000);
