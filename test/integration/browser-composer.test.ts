import { afterAll, beforeAll, expect } from '@jest/globals';
import { sql } from 'kysely';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { type Script, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { PLACE } from '../../src/domain/events.ts';
import { heldReply } from '../support/held-reply.ts';
import { testWith } from '../support/needs.ts';
import { addPastTurns } from '../support/past-turns.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

/** So few that a person meets the limit at once. */
const PER_MINUTE = 6;
const PAST = 40;
/** What is said where no answer is to come. */
const HELD = 'Wait.';

/** A request without tools asks for a summary. */
const script: Script = (request) => {
  if (request.tools === undefined) return textReply('Much was asked of the log.');
  const asked = lastWords(request.messages);
  if (asked.startsWith(HELD)) return heldReply('');
  return textReply(`Heard: ${asked.split('\n')[0]}`);
};

let system: TestSystem;
let browser: Browser;
let reader: Visitor;
/** A Work of the reader's that no longer fits the model's window. */
let fullWork: string;

beforeAll(async () => {
  const env = { MODEL_CONTEXT_WINDOW: '8192', RATE_MESSAGES_PER_MINUTE: String(PER_MINUTE) };
  [system, browser] = await Promise.all([startTestSystem({ script, env }), launchBrowser()]);
  reader = await visit(browser, system.url);
  fullWork = await system.newWork(reader);
  const past = Array.from({ length: PAST }, (_, index) => ({
    said: `Question ${index + 1}: what does the log say?`,
    output: `log ${index} value=${index / 7}\n`.repeat(100),
    answer: `Answer ${index + 1}: ${'it says that nothing new has happened. '.repeat(40)}`,
  }));
  await addPastTurns(system.db, fullWork, past);
  await leaveOfTheMinute(0);
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

/** Has so many seconds left of everybody's present minute. */
async function leaveOfTheMinute(seconds: number): Promise<void> {
  await sql`update rate_windows set began_at = clock_timestamp() - make_interval(secs => ${60 - seconds})`.execute(
    system.db,
  );
}

const answers = (page: Page) => page.getByRole('group', { name: 'PaperAgent' });
const mine = (page: Page) => page.getByRole('group', { name: 'You' });
const composer = (page: Page) =>
  page.locator('form').filter({ has: page.getByRole('textbox', { name: 'Message', exact: true }) });
const attachMenu = (page: Page) => page.getByRole('button', { name: 'Attach files' });

test('F10: files of the disk and of the workspace go with a message; they are kept over a reload, taken off, sent and opened', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  for (const name of ['notes.md', 'other.md']) {
    await fetch(`${system.url}/api/works/${workId}/files/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${visitor.token}` },
      body: `# ${name}\n\nWhat stands in it.\n`,
    });
  }
  const page = await visitor.open(`/works/${workId}`);
  await page.getByText('What shall we work out?').waitFor();

  await attachMenu(page).click();
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('menuitem', { name: 'Upload files' }).click();
  const csv = { name: 'growth.csv', mimeType: 'text/csv', buffer: Buffer.from('time,height\n1,2\n') };
  await (await choosing).setFiles([csv]);
  const chips = composer(page).getByRole('list', { name: 'Attached files' }).getByRole('listitem');
  await chips.filter({ hasText: 'growth.csv' }).waitFor();

  await attachMenu(page).click();
  await page.getByRole('menuitemcheckbox', { name: 'attachments/growth.csv', checked: true }).waitFor();
  await page.getByRole('menuitemcheckbox', { name: 'notes.md' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'other.md' }).click();
  await page.keyboard.press('Escape');
  await chips.filter({ hasText: 'other.md' }).waitFor();

  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('Look at these');
  await page.reload();
  await chips.filter({ hasText: 'notes.md' }).waitFor();
  await page.getByRole('button', { name: 'Remove other.md' }).click();
  expect(await chips.allTextContents()).toEqual(['growth.csv', 'notes.md']);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await answers(page).getByText('Heard: Look at these').waitFor();
  expect(await chips.count()).toBe(0);

  await page.reload();
  const sent = mine(page).getByRole('list', { name: 'Attached files' });
  await sent.getByText('growth.csv').waitFor();
  expect(await sent.getByRole('listitem').allTextContents()).toEqual(['growth.csv', 'notes.md']);
  const told = JSON.stringify(
    system.model.requests.findLast(({ body }) => JSON.stringify(body).includes('Look at these'))?.body,
  );
  expect(told).toContain(
    JSON.stringify('<attachments>\nattachments/growth.csv\nnotes.md\n</attachments>').slice(1, -1),
  );

  await sent.getByRole('button', { name: 'growth.csv' }).click();
  await page.getByRole('columnheader', { name: 'height' }).waitFor();
  expect(visitor.complaints).toEqual([]);
  await system.expectSound(workId);
  await visitor.context.close();
});

test('F7, P12: when a conversation no longer fits the model, the page says so and by how much, and keeps the summary', async () => {
  const page = await reader.open(`/works/${fullWork}`);
  await page.getByText(`Answer ${PAST}:`).waitFor();
  await say(page, 'And now?');
  const notice = page.getByText(/^\s*Earlier messages were condensed to fit the model: [\d,]+ tokens became/);
  await notice.waitFor();
  const [before, after] = [
    ...((await notice.textContent()) ?? '').matchAll(/[\d,]+(?= tokens| *\.)|(?<=became )[\d,]+/g),
  ].map(([digits]) => Number(digits.replaceAll(',', '')));
  expect(before).toBeGreaterThan(8_192 / 2);
  expect(after).toBeLessThan(before ?? 0);
  await answers(page).getByText('Heard: And now?').waitFor();

  // Nothing was deleted, and the summary stays where it was made.
  await page.reload();
  await answers(page).getByText('Heard: And now?').waitFor();
  await page.getByText(`Answer ${PAST}:`).waitFor();
  await page.getByText('Summary of earlier messages').click();
  await page.getByText('Much was asked of the log.').waitFor();
  expect(reader.complaints).toEqual([]);
  await page.close();
});

test('SR-H8: that a turn waits for a free place is said calmly, in both languages, until it has one; it can be stopped meanwhile', async () => {
  for (const [locale, waits, stop] of [
    ['en-US', 'Waiting for a free place…', 'Stop'],
    ['zh-CN', '正在等待空闲名额…', '停止'],
  ] as const) {
    const visitor = await visit(browser, system.url, { locale });
    const workId = await system.newWork(visitor);
    const tell = (what: string) => {
      const event = { kind: 'retrying', agent: 'main', what, reason: 'all are busy', inMs: 0 };
      return sql`select log_append(${workId}::uuid, 1, ${JSON.stringify([event])}::jsonb)`.execute(system.db);
    };
    const page = await visitor.open(`/works/${workId}`);
    await system.request(visitor, 'POST', `/api/works/${workId}/messages`, {
      id: crypto.randomUUID(),
      text: HELD,
    });
    const button = page.getByRole('button', { name: stop, exact: true });
    await button.waitFor();
    const notice = page.getByText(waits, { exact: true });
    await tell(PLACE.awaited);
    await notice.first().waitFor();
    await tell(PLACE.found);
    await notice.first().waitFor({ state: 'detached' });
    await tell(PLACE.awaited);
    await page.reload();
    await notice.first().waitFor();
    await button.click();
    await button.waitFor({ state: 'detached' });
    await notice.first().waitFor({ state: 'detached' });
    expect(visitor.complaints).toEqual([]);
    await system.expectSound(workId);
    await visitor.context.close();
  }
});

test('U8, P5: a message that is one too many is held, says when it goes out, outlives a reload, and is answered once', async () => {
  const visitor = await visit(browser, system.url);
  const [elsewhere, workId] = await Promise.all([system.newWork(visitor), system.newWork(visitor)]);
  const page = await visitor.open(`/works/${workId}`);
  await page.getByText('What shall we work out?').waitFor();
  const said = await Promise.all(
    Array.from({ length: PER_MINUTE }, (_, index) =>
      system.request(visitor, 'POST', `/api/works/${elsewhere}/messages`, {
        id: crypto.randomUUID(),
        text: `elsewhere ${index}`,
      }),
    ),
  );
  expect(said.map(({ ok }) => ok)).not.toContain(false);
  await leaveOfTheMinute(12);

  await say(page, 'one too many');
  await mine(page)
    .getByText(/Many messages at once: sent again in (?:1[0-2]|[1-9]) s/)
    .waitFor();
  await page.reload();
  await mine(page).getByText('one too many').waitFor();
  await answers(page).getByText('Heard: one too many').waitFor();
  await page.getByText(/Many messages at once/).waitFor({ state: 'detached' });
  expect(await mine(page).count()).toBe(1);
  expect(await answers(page).count()).toBe(1);
  expect(visitor.complaints).toEqual([]);
  await system.expectSound(workId);
  await visitor.context.close();
});
