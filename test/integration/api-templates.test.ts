import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { syncTemplateFiles, writeTemplateFile } from '../../src/api/templates/template-files.ts';
import type { OutlineSection, Template } from '../../src/protocol/templates.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let token: string;
let folder: string;

const CONTENT =
  '# Title\n\n<!-- What it is about. -->\n\n## Results\n\n<!-- The numbers. -->\n\nSo far nothing.\n';

beforeAll(async () => {
  api = await startTestApi();
  token = (await api.register()).accessToken;
  folder = path.join(api.dataDir, 'templates');
});

afterAll(() => api.close());

async function make(more: object = {}, as = token): Promise<Template> {
  const body = { name: 'Lab report', content: CONTENT, ...more };
  const response = await api.request(as, 'POST', '/api/templates', body);
  expect(response.status).toBe(201);
  return (await response.json()) as Template;
}

async function get<T>(route: string, as = token): Promise<T> {
  return (await (await api.request(as, 'GET', route)).json()) as T;
}

const listed = async (as = token) => (await get<{ items: Template[] }>('/api/templates', as)).items;
const fileOf = (id: string) => readFile(path.join(folder, `${id}.md`), 'utf8');
const shaOf = (text: string) => createHash('sha256').update(text).digest('hex');

test('F11: a template is made, read, changed and deleted, and its file follows', async () => {
  const made = await make({ description: 'For the\n lab', language: 'zh' });
  expect(made).toMatchObject({
    name: 'Lab report',
    description: 'For the lab',
    language: 'zh',
    own: true,
    shipped: false,
    public: false,
    version: shaOf(CONTENT),
  });
  expect(await get(`/api/templates/${made.id}`)).toEqual(made);
  expect(await fileOf(made.id)).toBe(
    `---\nname: Lab report\ndescription: For the lab\nlanguage: zh\n---\n${CONTENT}`,
  );

  const change = { content: `${CONTENT}\n## More\n`, name: '实验报告' };
  const changed = (await (
    await api.request(token, 'PATCH', `/api/templates/${made.id}`, change)
  ).json()) as Template;
  expect(changed).toMatchObject({ ...change, version: shaOf(change.content), description: 'For the lab' });
  expect(await fileOf(made.id)).toContain('name: 实验报告\n');

  expect((await api.request(token, 'DELETE', `/api/templates/${made.id}`)).status).toBe(204);
  await expect(fileOf(made.id)).rejects.toThrow(/ENOENT/);
  for (const method of ['GET', 'DELETE']) {
    expect((await api.request(token, method, `/api/templates/${made.id}`)).status).toBe(404);
  }
});

test('F11: the outline has each section’s level, place and what it asks for', async () => {
  const { id, version } = await make();
  expect(await get(`/api/templates/${id}/outline`)).toEqual({
    version,
    items: [
      { title: 'Title', level: 1, path: 'Title', line: 1, guidance: 'What it is about.' },
      { title: 'Results', level: 2, path: 'Title > Results', line: 5, guidance: 'The numbers.' },
    ],
  });
});

test('F11: at least four starters ship in English and in Chinese, and each section of theirs asks for something', async () => {
  const shipped = (await listed()).filter((template) => template.shipped);
  for (const language of ['en', 'zh']) {
    const ours = shipped.filter((template) => template.language === language);
    expect(ours.length).toBeGreaterThanOrEqual(4);
    for (const { id } of ours) {
      const { items } = await get<{ items: OutlineSection[] }>(`/api/templates/${id}/outline`);
      expect(items.filter(({ guidance }) => guidance === null)).toEqual([]);
    }
  }
  const [{ id } = { id: '' }] = shipped;
  expect((await api.request(token, 'PATCH', `/api/templates/${id}`, { name: 'mine now' })).status).toBe(404);
  expect((await api.request(token, 'DELETE', `/api/templates/${id}`)).status).toBe(404);
});

test('F11, A2: a private template is its owner’s alone; a public one everybody may read and start from, nobody else change', async () => {
  const other = (await api.guest()).accessToken;
  const { id } = await make();
  const none = randomUUID();
  for (const [method, end, body] of [
    ['GET', '', undefined],
    ['GET', '/outline', undefined],
    ['PATCH', '', { name: 'x' }],
    ['DELETE', '', undefined],
  ] as const) {
    const foreign = await api.request(other, method, `/api/templates/${id}${end}`, body);
    const missing = await api.request(other, method, `/api/templates/${none}${end}`, body);
    expect([foreign.status, await foreign.text()]).toEqual([404, await missing.text()]);
  }
  expect((await listed(other)).map((template) => template.id)).not.toContain(id);
  expect((await api.request(other, 'POST', '/api/works', { templateId: id })).status).toBe(404);

  await api.request(token, 'PATCH', `/api/templates/${id}`, { public: true });
  expect((await listed(other)).find((template) => template.id === id)).toMatchObject({ own: false });
  expect((await api.request(other, 'GET', `/api/templates/${id}/outline`)).status).toBe(200);
  expect((await api.request(other, 'PATCH', `/api/templates/${id}`, { name: 'x' })).status).toBe(404);
  expect((await api.request(other, 'DELETE', `/api/templates/${id}`)).status).toBe(404);
  expect((await api.request(other, 'POST', '/api/works', { templateId: id })).status).toBe(201);
});

test('SR-M3: guests publish nothing, an account five templates however they are asked for', async () => {
  const guest = (await api.guest()).accessToken;
  const publish = (as: string, id: string) =>
    api.request(as, 'PATCH', `/api/templates/${id}`, { public: true });
  const body = { name: 'A board', content: CONTENT, public: true };
  expect((await api.request(guest, 'POST', '/api/templates', body)).status).toBe(403);
  const own = await make({}, guest);
  expect((await publish(guest, own.id)).status).toBe(403);

  const account = (await api.register()).accessToken;
  const drafts = await Promise.all(Array.from({ length: 10 }, () => make({}, account)));
  const asked = await Promise.all([
    ...drafts.map(({ id }) => publish(account, id)),
    ...Array.from({ length: 5 }, () => api.request(account, 'POST', '/api/templates', body)),
  ]);
  expect(asked.filter(({ status }) => status < 300)).toHaveLength(5);
  expect(asked.filter(({ status }) => status === 403)).toHaveLength(10);
});

test('SR-M3: in the list the publishers take turns', async () => {
  const [busy, quiet] = [await api.register(), await api.register()];
  const quietOne = await make({ public: true }, quiet.accessToken);
  const busyOnes = [];
  for (let more = 0; more < 3; more += 1) busyOnes.push(await make({ public: true }, busy.accessToken));
  const ids = [quietOne.id, ...busyOnes.map(({ id }) => id)];
  const seen = (await listed()).map(({ id }) => id).filter((id) => ids.includes(id));
  expect(seen.slice(0, 2)).toContain(quietOne.id);
});

test('F11: a Work keeps the text that it began with, whatever becomes of its template', async () => {
  const { id, version } = await make();
  const created = await api.request(token, 'POST', '/api/works', { templateId: id });
  const work = (await created.json()) as { id: string; updatedAt: string };
  await api.request(token, 'PATCH', `/api/templates/${id}`, { content: '# Another\n' });
  await api.request(token, 'DELETE', `/api/templates/${id}`);
  expect(await get(`/api/works/${work.id}`)).toEqual({ ...work, templateId: id, templateVersion: version });
  const paper = await api.request(token, 'GET', `/api/works/${work.id}/files/paper.md`);
  expect(await paper.text()).toBe(CONTENT);
});

test.each([
  [{ name: ' ' }],
  [{ name: 'x'.repeat(201) }],
  [{ content: ' \n' }],
  [{ content: 'x'.repeat(200_001) }],
  [{ language: 'fr' }],
  [{ public: 'yes' }],
])('F11: what no template can have is refused (%#)', async (wrong) => {
  const body = { name: 'a', content: '# A\n', ...wrong };
  expect((await api.request(token, 'POST', '/api/templates', body)).status).toBe(400);
});

test('F11: files come back in line with the rows; what is nobody’s template is left alone', async () => {
  const [kept, gone] = [await make(), await make()];
  await api.db.deleteFrom('templates').where('id', '=', gone.id).execute();
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${kept.id}.md`), 'half');
  await writeFile(path.join(folder, 'notes.md'), 'somebody’s');
  await syncTemplateFiles(api.db, api.dataDir, { all: true });
  const names = await readdir(folder);
  expect(names).toEqual(expect.arrayContaining([`${kept.id}.md`, 'notes.md', 'short-report-en.md']));
  expect(names).not.toContain(`${gone.id}.md`);
  expect(await fileOf(kept.id)).toContain(CONTENT);
  const shipped = path.join(import.meta.dirname, '../../templates/short-report-zh.md');
  expect(await fileOf('short-report-zh')).toBe(await readFile(shipped, 'utf8'));
});

test('F11: of many who change one template at once, the row and the file agree in the end', async () => {
  const { id } = await make();
  await Promise.all(
    Array.from({ length: 12 }, (_, number) =>
      api.request(token, 'PATCH', `/api/templates/${id}`, { content: `# Number ${number}\n` }),
    ),
  );
  await writeTemplateFile(api.db, api.dataDir, id);
  const { content } = await get<Template>(`/api/templates/${id}`);
  expect((await fileOf(id)).endsWith(`---\n${content}`)).toBe(true);
});
