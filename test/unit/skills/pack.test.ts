/** I7: what a person sends as skills is read as hostile, and each folder that is none is named with its reason. */
import { expect, test } from '@jest/globals';
import { BadArchive, packStored } from '../../../src/documents/zip.ts';
import { readPack } from '../../../src/skills/pack.ts';
import { readSkillFile } from '../../../src/skills/skill-file.ts';

const skill = (name: string, description = 'Does it.') =>
  Buffer.from(`---\nname: ${name}\ndescription: ${description}\n---\n# How\n`);
const zip = (files: Record<string, Buffer>) => packStored(new Map(Object.entries(files)));

test('I7: a SKILL.md says its name, what it is for, and how', () => {
  const text =
    '---\r\nname: fit-curves\r\ndescription: >\r\n  Fits curves,\r\n  and says how well.\r\nmetadata:\r\n  a: "1"\r\n---\r\n\r\n# Fit\r\n';
  expect(readSkillFile(text)).toEqual({
    ...{
      ok: true,
      title: { name: 'fit-curves', description: 'Fits curves, and says how well.' },
      body: '# Fit',
    },
  });
  // No YAML, for its colon; many are written so.
  expect(readSkillFile('---\nname: a\ndescription: Use when: it rains\n---\nb')).toMatchObject({
    title: { name: 'a', description: 'Use when: it rains' },
  });
});

test.each([
  ['# No front matter', /does not begin with YAML/],
  ['---\nname: A b\ndescription: c\n---\n', /"name" must be/],
  ['---\nname: -a\ndescription: c\n---\n', /"name" must be/],
  [`---\nname: ${'a'.repeat(65)}\ndescription: c\n---\n`, /"name" must be/],
  ['---\nname: a\n---\n', /"description" must have/],
  [`---\nname: a\ndescription: ${'b'.repeat(1_025)}\n---\n`, /"description" must have/],
  [`---\nname: a\ndescription: b\nx: ${'c'.repeat(30_000)}\n---\n`, /too long/],
  [`---\nname: [[[[${'['.repeat(15_000)}\n---\n`, /"name" must be/],
  ['---\na: &a [x]\nb: *a\nname: c\n---\n', /"description" must have/],
])('I7: what is wrong with a SKILL.md is a sentence: %#', (text, problem) => {
  const read = readSkillFile(text);
  expect(read.ok ? '' : read.problem).toMatch(problem);
});

test('I7: a zip has one skill or many, each with all that lies in its folder', async () => {
  const { skills, leftOut } = await readPack(
    zip({
      'pack/README.md': Buffer.from('not a skill'),
      'pack/one/SKILL.md': skill('one'),
      'pack/one/scripts/run.py': Buffer.from('print(1)'),
      'pack/one/deeper/SKILL.md': skill('deeper'),
      'pack/one/__pycache__/run.pyc': Buffer.from([1]),
      'pack/two/SKILL.md': skill('two'),
      'pack/three/SKILL.md': skill('Three!'),
      'pack/four/SKILL.md': skill('two'),
    }),
  );
  expect(skills.map(({ name, files }) => [name, [...files.keys()]])).toEqual([
    ['two', ['SKILL.md']],
    ['one', ['SKILL.md', 'scripts/run.py', 'deeper/SKILL.md']],
  ]);
  expect(leftOut).toEqual([
    { folder: 'pack/three/', problem: expect.stringContaining('"name" must be') },
    { folder: 'two', problem: 'Another skill of this name comes with it.' },
  ]);
  expect((await readPack(skill('alone'))).skills).toMatchObject([{ name: 'alone' }]);
});

test.each([
  ['../evil.py', /A path in it/],
  ['a/../../evil.py', /A path in it/],
  ['a\\b.py', /A path in it/],
  ['c:evil.py', /A path in it/],
  ['a\u0000b', /A path in it/],
  ['x/'.repeat(120), /nothing/],
])('A7, I7: no path of a skill leads anywhere else: %#', async (path, problem) => {
  const { leftOut } = await readPack(zip({ 's/SKILL.md': skill('s'), [`s/${path}`]: Buffer.from('x') }));
  expect(leftOut[0]?.problem ?? 'nothing').toMatch(problem);
});

test('A7, I7: a skill with too many files, or too much in them, is left out, and the others are not', async () => {
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`many/${n}`, Buffer.from('x')]));
  const { skills, leftOut } = await readPack(
    zip({
      'good/SKILL.md': skill('good'),
      'many/SKILL.md': skill('many'),
      ...many,
      'large/SKILL.md': skill('large'),
      'large/data.bin': Buffer.alloc(5 * 1024 ** 2),
    }),
  );
  expect(skills.map(({ name }) => name)).toEqual(['good']);
  expect(leftOut.map(({ folder, problem }) => [folder, problem.slice(0, 18)])).toEqual([
    ['large/', 'It has more than 4'],
    ['many/', 'It has more than 2'],
  ]);
});

test('A7, I7: what is no archive, or has no skill in it, is refused', async () => {
  await expect(readPack(zip({ 'README.md': Buffer.from('x') }))).rejects.toThrow(BadArchive);
  await expect(readPack(Buffer.from('PK\u0003\u0004 and no more'))).rejects.toThrow('it is damaged');
  expect((await readPack(Buffer.from('x'))).leftOut).toHaveLength(1);
});
