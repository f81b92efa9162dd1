-- Runs of code: begun, and what is known of them when they have ended.

-- Remembers that a run is about to be started, with the next number of its Work, and gives that.
create or replace function begin_run(
  p_work uuid, p_call uuid, p_before jsonb, p_workspace_bytes bigint, p_script text, p_code text,
  p_script_sha256 text
) returns integer
language plpgsql as $$
declare
  v_number integer;
begin
  update works set last_run = last_run + 1 where id = p_work returning last_run into v_number;
  insert into runs (work_id, tool_call_id, before, workspace_bytes, number, script, code, script_sha256)
  values (p_work, p_call, p_before, p_workspace_bytes, v_number, p_script, p_code,
          p_script_sha256);
  return v_number;
end $$;

-- Keeps what a run found, read and wrote: {exitCode, reads, unseen, writes, moreFacts, environment, facts}. The caller
-- stores the outcome of its call in the same statement, once.
create or replace function keep_record(p_work uuid, p_call uuid, p_record jsonb) returns void
language plpgsql as $$
declare
  v_number integer;
begin
  update runs set ended_at = pa_now(), exit_code = (p_record ->> 'exitCode')::integer,
    reads = nullif(p_record -> 'reads', 'null'), unseen = p_record ->> 'unseen', writes = p_record -> 'writes',
    more_facts = (p_record ->> 'moreFacts')::boolean, environment = p_record ->> 'environment'
  where work_id = p_work and tool_call_id = p_call and number is not null
  returning number into v_number;
  if v_number is null then
    return;
  end if;
  insert into facts (work_id, run, n, source, name, value, unit, path, line, script_line)
  select p_work, v_number, ord, f ->> 'source', f ->> 'name', f ->> 'value', f ->> 'unit', f ->> 'path',
         (f ->> 'line')::integer, (f ->> 'scriptLine')::integer
  from jsonb_array_elements(p_record -> 'facts') with ordinality x (f, ord);
end $$;
