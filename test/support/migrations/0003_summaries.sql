-- A summary, made under the claim of the step that runs.
select store_summary('00000000-0000-4000-8000-000000000011', 'model:2:main:1', 1, 'main',
  '00000000-0000-4000-8000-000000000101', 'First was said.', '["attachments/a.csv"]',
  '{"inputTokens": 5, "outputTokens": 1}', 100, 50);
