-- What a database of this version holds: an account with a session, a template, a Work with a finished turn of a
-- tool call and an answer, a turn that runs, and a message that waits.
insert into users (id, email, password_hash, name) values
  ('00000000-0000-4000-8000-000000000001', 'ada@example.org', '$argon2id$x', 'Ada');
insert into users (id, guest) values ('00000000-0000-4000-8000-000000000002', true);
insert into refresh_tokens (token_hash, user_id, family, expires_at) values
  ('\x01', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000f1', now() + interval '1 day');
insert into templates (id, owner_id, name, content) values
  ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000001', 'Mine', '# Mine');
insert into works (id, owner_id, title, template_id) values
  ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000001', 'Untitled work',
   '00000000-0000-4000-8000-0000000000a1');
insert into workers (id, host, pid) values ('00000000-0000-4000-8000-0000000000b1', 'here', 1);

select enqueue_message('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
  '00000000-0000-4000-8000-000000000101', 'first', '["attachments/a.csv"]', 'queue', 'First');
select claim_step('00000000-0000-4000-8000-000000000011', null, 'main', null, 'm',
  '00000000-0000-4000-8000-0000000000b1', 'w', '1');
select append_batches('[{"work": "00000000-0000-4000-8000-000000000011", "key": "model:1:main:1", "attempt": 1,
  "batch": 0, "events": []}]');
select complete_step('00000000-0000-4000-8000-000000000011', 'model:1:main:1', 1,
  '[{"type": "tool", "toolCallId": "00000000-0000-4000-8000-000000000201", "name": "tree", "arguments": {},
     "state": "running"}]', '{"inputTokens": 10, "outputTokens": 2}', false, '{}');
select claim_tool('00000000-0000-4000-8000-000000000011', 1, '00000000-0000-4000-8000-000000000201',
  '00000000-0000-4000-8000-0000000000b1', 'w', '2');
select complete_tool('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000201', 1,
  '{"ok": true, "result": "paper.md", "files": [], "durationMs": 1}', null);
select claim_step('00000000-0000-4000-8000-000000000011', 1, 'main', 2, 'm',
  '00000000-0000-4000-8000-0000000000b1', 'w', '3');
select complete_step('00000000-0000-4000-8000-000000000011', 'model:1:main:2', 1,
  '[{"type": "text", "text": "answer"}]', '{"inputTokens": 20, "outputTokens": 3}', true, '{}');

select enqueue_message('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
  '00000000-0000-4000-8000-000000000102', 'second', '[]', 'queue', 'Second');
select claim_step('00000000-0000-4000-8000-000000000011', null, 'main', null, 'm',
  '00000000-0000-4000-8000-0000000000b1', 'w', '4');
select enqueue_message('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
  '00000000-0000-4000-8000-000000000103', 'third', '[]', 'steer', 'Third');
