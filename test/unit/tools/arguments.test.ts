import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  codeTools,
  isReadOnly,
  mainTools,
  mainToolsOnline,
  parseArguments,
  parseAskPerson,
  parseCodeAgent,
  parseRunPython,
  parseUpdatePlan,
  writesFiles,
} from '../../../src/agents/tool-definitions.ts';
import { checkStrictSchema } from '../../../src/demo-model/strict-schema.ts';
import { TOO_NESTED } from '../../../src/domain/json-nesting.ts';
import { withBench } from './context.ts';

const properties = (name: string) =>
  [...mainTools, ...codeTools].find((tool) => tool.name === name)?.parameters.properties as Record<
    string,
    { type: unknown; enum?: unknown; description: string }
  >;

test('P12: every tool has a strict schema, a description of each argument, and the arguments of the protocol', () => {
  for (const tool of [...mainTools, ...codeTools]) {
    expect(checkStrictSchema(tool.parameters, tool.name)).toEqual([]);
    expect(tool.description.length).toBeGreaterThan(30);
    for (const { description } of Object.values(properties(tool.name)))
      expect(description.length).toBeGreaterThan(10);
  }
  const listed = Object.fromEntries(
    [...mainTools, ...codeTools].map((tool) => [tool.name, Object.keys(properties(tool.name)).join(' ')]),
  );
  expect(listed).toEqual({
    code_agent: 'task',
    analyze_template: 'file',
    get_section_content: 'file section',
    update_section_content: 'file section content mode',
    add_section: 'file title level content after',
    rename_section_title: 'file section new_title',
    writemd: 'file content mode',
    check_paper: 'file',
    add_reference: 'bibtex',
    tree: 'path',
    read_file: 'path offset limit',
    list_attachments: '',
    read_attachment: 'path offset limit',
    update_plan: 'steps',
    ask_person: 'question options default waitSeconds',
    run_python: 'code filename timeoutSeconds',
    write_file: 'path content',
  });
  expect(codeTools.map((tool) => tool.name)).toEqual([
    'run_python',
    'read_file',
    'read_attachment',
    'tree',
    'write_file',
  ]);
  expect(properties('ask_person').options).toMatchObject({
    type: ['array', 'null'],
    items: { type: 'string' },
  });
  expect(properties('add_section').after?.type).toEqual(['string', 'null']);
  expect(properties('writemd').mode?.enum).toEqual(['write', 'append', 'prepend']);
});

test('O6: where works may be looked up there is a search, and a reference may be given by its DOI', () => {
  const added = mainToolsOnline.filter(
    (tool) => JSON.stringify(tool) !== JSON.stringify(mainTools.find(({ name }) => name === tool.name)),
  );
  expect(added.map(({ name, parameters }) => [name, parameters.required])).toEqual([
    ['search_literature', ['query', 'from_year', 'to_year', 'limit']],
    ['add_reference', ['bibtex', 'doi']],
  ]);
  for (const { name, parameters, description } of added) {
    expect(checkStrictSchema(parameters, name)).toEqual([]);
    expect(description.length).toBeLessThanOrEqual(1_024);
  }
});

test('tools that only read are told from those that write', () => {
  const reading = [
    'tree',
    'check_paper',
    'search_literature',
    'analyze_template',
    'get_section_content',
    'read_file',
    'list_attachments',
    'read_attachment',
  ];
  for (const { name } of [...mainTools, ...codeTools]) {
    expect([name, isReadOnly(name)]).toEqual([name, reading.includes(name)]);
    expect(writesFiles(name)).toBe(!isReadOnly(name));
  }
  expect([isReadOnly('toString'), isReadOnly('nonsense')]).toEqual([true, true]);
});

test('H3: a plan is read leniently, and one that cannot be meant has a sentence that says what to send', () => {
  const given = { steps: [{ step: ' Read\n the data ', status: 'In progress', made: 'x' }] };
  const read = { ok: true, value: [{ step: 'Read the data', status: 'in_progress' }] };
  expect(parseUpdatePlan(given)).toEqual(read);
  expect(parseUpdatePlan(JSON.stringify(given))).toEqual(read);
  expect(parseUpdatePlan({ steps: JSON.stringify(given.steps) })).toEqual(read);
  expect(parseUpdatePlan({ steps: [] })).toEqual({ ok: true, value: [] });
  const step = (words: string, status = 'pending') => ({ step: words, status });
  const many = Array.from({ length: 31 }, (_, at) => step(`${at}`));
  for (const [steps, problem] of [
    [undefined, '"steps" must be a list of at most 30 objects'],
    [[step(' ')], '"steps" must be a list'],
    [[step('a'.repeat(301))], 'at most 300'],
    [[step('a', 'begun')], '"completed"'],
    [many, 'at most 30'],
    [[step('a'), step(' a ')], 'The step "a" is there twice'],
    [[step('a', 'in_progress'), step('b', 'in_progress')], 'one at a time'],
    [[step('a\u0000b')], 'holds the control character U+0000'],
  ] as const)
    expect(parseUpdatePlan({ steps })).toEqual({ ok: false, problem: expect.stringContaining(problem) });
});

test('null and absence both mean absent in every optional argument', () => {
  for (const args of [{ path: 'a', offset: null, limit: null }, { path: 'a' }]) {
    expect(parseArguments('read_file', args)).toEqual({
      ok: true,
      value: { path: 'a', offset: undefined, limit: undefined },
    });
  }
  expect(parseArguments('tree', '')).toMatchObject({ ok: true });
  expect(parseArguments('list_attachments', 'null')).toMatchObject({ ok: true });
  expect(parseArguments('tree', { path: null, more: 1 })).toMatchObject({ ok: true });
});

test.each([
  ['cut off', '{"file": "paper.md", "content": "abc', 'not valid JSON'],
  ['a list', '[1]', 'not a JSON object'],
  ['a string', '"x"', 'not a JSON object'],
  [
    'without a required argument',
    { file: 'paper.md', content: 'x' },
    '"mode" must be one of "write", "append", "prepend", but is missing.',
  ],
  [
    'with null for a required one',
    { file: null, content: 'x', mode: 'write' },
    '"file" must be a string of at most 4096 characters, but is null.',
  ],
  [
    'of a wrong type',
    { file: 'a.md', content: { x: 1 }, mode: 'write' },
    '"content" must be a string of at most 8388608 characters, but is an object.',
  ],
  ['with an unknown value', { file: 'a.md', content: 'x', mode: 'replace' }, 'but is "replace".'],
])('F6: arguments %s are a result that says what to send', async (_what, args, sentence) => {
  await withBench(async ({ attempt, workspace }) => {
    const result = await attempt('writemd', args);
    expect(result).toMatchObject({ ok: false, files: [] });
    expect(result.result).toContain(sentence);
    expect(result.result).toContain('"mode" (one of "write", "append", "prepend")');
    expect((await workspace.snapshot()).size).toBe(0);
  });
});

test('F6: an unknown tool, and one of the other agent, is a result that names the tools', async () => {
  await withBench(async ({ attempt }) => {
    const unknown = await attempt('write_paper', {});
    expect(unknown.ok).toBe(false);
    expect(unknown.result).toContain('update_section_content');
    expect(await attempt('write_file', { path: 'a', content: 'x' })).toMatchObject({ ok: false });
    expect(await attempt('write_file', { path: 'a', content: 'x' }, { agent: 'call-1' })).toMatchObject({
      ok: true,
    });
    expect(await attempt('writemd', { file: 'a.md' }, { agent: 'call-1' })).toMatchObject({ ok: false });
    expect(await attempt('constructor', {})).toMatchObject({ ok: false });
  });
});

test('F6: no arguments whatever make a tool throw', async () => {
  await withBench(async ({ attempt }) => {
    const names = fc.constantFrom(...mainTools.map((tool) => tool.name), 'nonsense');
    const keys = fc.constantFrom(
      'file',
      'path',
      'section',
      'content',
      'mode',
      'title',
      'level',
      'after',
      'new_title',
      'offset',
      'limit',
    );
    const values = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('paper.md', '../x.md', 'append', 'replace', 1, 3, null),
      fc.jsonValue(),
    );
    const args = fc.oneof(fc.dictionary(keys, values, { maxKeys: 6 }), fc.string());
    await fc.assert(
      fc.asyncProperty(names, args, async (name, sent) => {
        const result = await attempt(name, sent as Record<string, unknown> | string);
        expect(typeof result.ok).toBe('boolean');
        expect(result.result).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});

test('run_python: the file name is a plain one under code/, with a default and an ending', () => {
  const named = (filename: string | null) => {
    const parsed = parseRunPython({ code: 'print(1)', filename, timeoutSeconds: null });
    return parsed.ok ? parsed.value.filename : 'refused';
  };
  expect(named(null)).toBe('script.py');
  expect(named('pi.py')).toBe('pi.py');
  expect(named('code/pi')).toBe('pi.py');
  expect(named('蒙特卡洛.py')).toBe('蒙特卡洛.py');
  for (const bad of [
    '../x.py',
    'a/b.py',
    '.hidden.py',
    'x\n.py',
    '/etc/x.py',
    'a\\b.py',
    `${'x'.repeat(300)}.py`,
  ]) {
    expect(named(bad)).toBe('refused');
  }
  expect(parseRunPython({ code: ' ' })).toMatchObject({ ok: false });
  expect(parseRunPython({ code: 'x', timeoutSeconds: 0 })).toMatchObject({ ok: false });
  expect(parseRunPython({ code: 'x', timeoutSeconds: 601 })).toMatchObject({ ok: false });
  expect(parseRunPython({ code: 'x', timeoutSeconds: 20 })).toMatchObject({ value: { timeoutSeconds: 20 } });
  expect(parseRunPython('{"code"')).toMatchObject({ ok: false });
});

test('code_agent: a task is needed', () => {
  expect(parseCodeAgent({ task: 'estimate pi' })).toEqual({ ok: true, value: { task: 'estimate pi' } });
  expect(parseCodeAgent({ task: ' ' })).toMatchObject({ ok: false });
});

test('H1: ask_person asks something, with options where there is a choice', () => {
  const question = 'Which?';
  expect(parseAskPerson({ question, options: null, default: null, waitSeconds: null })).toEqual({
    ok: true,
    value: { question },
  });
  expect(
    parseAskPerson({ question, options: '[" a ", "b", "a", ""]', default: 'a', waitSeconds: '60' }),
  ).toEqual({ ok: true, value: { question, options: ['a', 'b'], default: 'a', waitSeconds: 60 } });
  expect(parseAskPerson({ question, options: ['only one'], default: ' ' })).toEqual({
    ok: true,
    value: { question },
  });
  for (const wrong of [
    { question: ' ' },
    { question: 'x'.repeat(4_001) },
    { question, options: ['x'.repeat(201), 'b'] },
    { question, options: [1, 2] },
    { question, options: 'a or b' },
    { question, options: Array.from({ length: 9 }, (_, index) => `option ${index}`) },
    { question, waitSeconds: 0 },
  ]) {
    expect([wrong, parseAskPerson(wrong).ok]).toEqual([wrong, false]);
  }
});

test('SR-L4: arguments that are nested too deeply are refused in one sentence', () => {
  const sent = `{"task":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(parseCodeAgent(sent)).toMatchObject({ ok: false, problem: expect.stringContaining(TOO_NESTED) });
  expect(parseCodeAgent(`{"task":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}`)).toMatchObject({ ok: true });
});
