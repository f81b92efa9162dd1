import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { networkOf } from '../../scripts/support/network.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { findingsInBothLooks } from '../support/axe.ts';
import type { AppProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { testWith } from '../support/needs.ts';
import { comeSince, dailyAgo } from '../support/schedules.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

const WORDS = 120;
const counted = Array.from({ length: WORDS }, (_, index) => `w${index + 1}`).join(' ');

/** Makes ten figures, prints more than its box holds, and ends once there is a file of that name. */
const DRAWING = `import os, time
picture = bytes.fromhex('${smallPng(64, 48).toString('hex')}')
os.makedirs('images', exist_ok=True)
for number in range(10):
    open(f'images/drawn_{number}.png', 'wb').write(picture)
print('word ' * 80)
for number in range(40):
    print('line', number, flush=True)
while not os.path.exists('attachments/enough.txt'):
    time.sleep(0.05)
`;

/** Resolved, the agent that was told to plan says that it has. */
const planShown = Promise.withResolvers<void>();

/** `count` streams for a few seconds; everything else is said back at once, with the number of the call. */
const script: Script = async (request, { index }) => {
  const asked = lastWords(request.messages);
  if (/^count/.test(asked)) return textReply(counted, { paceMs: asked === 'count slowly' ? 80 : 25 });
  if (asked === 'ask me') {
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return textReply(`You said ${String(last.content)}`);
    const question = {
      question: 'Which **colour**?',
      options: ['red', 'blue'],
      default: 'red',
      waitSeconds: null,
    };
    return toolReply([{ name: 'ask_person', arguments: question }]);
  }
  if (asked === 'plan it') {
    if (request.messages.at(-1)?.role === 'tool') {
      await planShown.promise;
      return textReply('It is planned.');
    }
    const steps = [
      { step: 'Read the data', status: 'completed' },
      { step: 'Write the paper', status: 'in_progress' },
    ];
    return toolReply([{ name: 'update_plan', arguments: { steps } }]);
  }
  if (/^(?:draw|make the figures)/.test(asked)) {
    if (request.messages.at(-1)?.role === 'tool') return textReply('It is drawn.');
    return asked === 'draw'
      ? toolReply([{ name: 'code_agent', arguments: { task: 'make the figures' } }])
      : toolReply([{ name: 'run_python', arguments: { code: DRAWING } }]);
  }
  if (/^(?:work it out|print)/.test(asked)) {
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return textReply('It is worked out.');
    return asked === 'work it out'
      ? toolReply([{ name: 'code_agent', arguments: { task: 'print seven' } }])
      : toolReply([{ name: 'run_python', arguments: { code: 'print(3 + 4)' } }]);
  }
  return textReply(`Call ${index} heard: ${asked}`);
};

let system: TestSystem;
let browser: Browser;
let visitor: Visitor;
let worker: AppProcess;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startTestSystem({ script, env: { QUOTA_GUEST_SCHEDULES: '5' } }),
    launchBrowser(),
  ]);
  worker = await system.startWorker();
  visitor = await visit(browser, system.url);
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

async function newPage(): Promise<{ page: Page; workId: string }> {
  const workId = await system.newWork(visitor);
  return { workId, page: await visitor.open(`/works/${workId}`) };
}

const answers = (page: Page) => page.getByRole('group', { name: 'PaperAgent' });
const mine = (page: Page) => page.getByRole('group', { name: 'You' });
const stop = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true });

test('U5, F15: a stop acts within a second and keeps what was written', async () => {
  const { page, workId } = await newPage();
  await say(page, 'count');
  await answers(page).getByText('w5 ').waitFor();
  const began = Date.now();
  await stop(page).click();
  await page.getByText('Stopped').first().waitFor();
  expect(Date.now() - began).toBeLessThan(2_000);
  const text = (await answers(page).textContent()) ?? '';
  expect(text).toContain('w5 ');
  expect(text).not.toContain(`w${WORDS}`);
  await system.expectSound(workId);
});

test('H7, U14: a schedule is made, changed, paused with one click and deleted, on a desktop and on a phone; its message and its Work are marked', async () => {
  const { page, workId } = await newPage();
  const { cron } = dailyAgo(10);
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByRole('menuitem', { name: 'Schedule…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Schedule' });
  await dialog.getByRole('button', { name: 'Add a schedule' }).click();
  await dialog.getByLabel('What is said to the agent').fill('hello from the schedule');
  await dialog.getByLabel('Time zone').fill('Asia/Shanghai');
  await dialog.getByText(/^Next: .*Mon.*09:00/).waitFor();
  expect(await findingsInBothLooks(page, 'the form of a schedule')).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = dialog.locator('[data-schedule]');
  await row.getByText('Each Mon at 09:00').waitFor();
  await row.getByRole('button', { name: 'Pause' }).click();
  await row.getByText('Paused', { exact: true }).waitFor();
  await row.getByRole('button', { name: 'Go on' }).click();
  await row.getByText('Paused', { exact: true }).waitFor({ state: 'detached' });

  await row.getByRole('button', { name: 'Change' }).click();
  await dialog.getByLabel('How often').selectOption('own');
  await dialog.getByRole('textbox', { name: 'Crontab' }).fill('* * * * *');
  await dialog.getByText(/once an hour at most/).waitFor();
  await dialog.getByRole('textbox', { name: 'Crontab' }).fill(cron);
  await dialog.getByLabel('Time zone').fill('UTC');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.getByText(/^Each day at/).waitFor();
  const listed = await system.request(visitor, 'GET', `/api/works/${workId}/schedules`);
  const [schedule] = ((await listed.json()) as { items: [{ id: string }] }).items;
  // What lies behind an open dialog has no roles.
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await comeSince(system.db, schedule.id, 20);
  await mine(page).getByText('Sent by a schedule').waitFor();
  await answers(page).getByText('heard: hello from the schedule').waitFor();

  const phone = await visitor.open(`/works/${workId}`);
  await phone.setViewportSize({ width: 390, height: 844 });
  await phone.getByRole('button', { name: 'This project' }).click();
  await phone.getByRole('menuitem', { name: 'Schedule…' }).click();
  const small = phone.locator('[data-schedules]');
  await small.locator('[data-last]').getByText('1: done').waitFor();
  await small.getByRole('button', { name: 'What came of it' }).click();
  await small.getByRole('list', { name: 'What came of it' }).getByText('1: done').waitFor();
  expect(await phone.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await phone.keyboard.press('Escape');
  await phone.goto(`${system.url}/`);
  await phone.getByRole('img', { name: 'Has a schedule' }).waitFor();
  await phone.goto(`${system.url}/works/${workId}`);
  await phone.getByRole('button', { name: 'This project' }).click();
  await phone.getByRole('menuitem', { name: 'Schedule…' }).click();
  await small.getByRole('button', { name: 'Delete' }).click();
  await small.locator('[data-schedule]').waitFor({ state: 'detached' });
});

test('U5, V22, V23, V35, V36: while a turn runs messages queue, are edited, withdrawn and turned into steering; steering is part of the turn and seen in it, and the turn says how long it takes and took', async () => {
  const { page, workId } = await newPage();
  await say(page, 'count slowly');
  await stop(page).waitFor();
  await say(page, 'first thought');
  await say(page, 'never mind');
  await say(page, 'mention the weather');

  const next = page.getByRole('textbox', { name: 'Message', exact: true });
  await next.fill('and then');
  await page.getByText('Queue: answered when this turn ends. Steer: the agent reads it').waitFor();
  await next.fill('');
  const first = mine(page).filter({ hasText: 'first thought' });
  await first.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByRole('textbox', { name: 'Your message' });
  await editor.fill('second thought');
  await page.getByRole('button', { name: 'Save' }).click();
  await mine(page).filter({ hasText: 'never mind' }).getByRole('button', { name: 'Withdraw' }).click();
  await mine(page)
    .filter({ hasText: 'mention the weather' })
    .getByRole('button', { name: 'Steer this turn' })
    .click();
  await mine(page).filter({ hasText: 'never mind' }).waitFor({ state: 'detached' });

  await page
    .locator('[data-elapsed]')
    .getByText(/^\d+ s$/)
    .waitFor();
  await answers(page).getByText('heard: mention the weather').waitFor();
  const steering = mine(page).filter({ hasText: 'mention the weather' });
  await steering.getByText('Steered this turn from here on').waitFor();
  await answers(page).getByText('heard: second thought').waitFor();
  await page
    .locator('[data-took]')
    .getByText(/^\d+(\.\d)? s/)
    .first()
    .waitFor();
  await stop(page).waitFor({ state: 'detached' });
  const said = await mine(page).locator('[data-said]').allTextContents();
  expect(said.map((text) => text.trim())).toEqual(['count slowly', 'mention the weather', 'second thought']);
  await system.expectSound(workId);
});

test('U15: a message is edited and run again from there, and an answer is made anew; what followed is gone', async () => {
  const { page, workId } = await newPage();
  await say(page, 'one');
  await answers(page).getByText('heard: one').waitFor();
  await say(page, 'two');
  await answers(page).getByText('heard: two').waitFor();

  await answers(page).last().hover();
  const before = await answers(page).last().textContent();
  await answers(page).last().getByRole('button', { name: 'Regenerate' }).click();
  await eventually(
    () => answers(page).last().textContent(),
    (now) => now !== before && now?.includes('heard: two') === true,
  );
  expect(await answers(page).last().textContent()).not.toBe(before);
  expect(await answers(page).count()).toBe(2);

  await mine(page).first().hover();
  await mine(page).first().getByRole('button', { name: 'Edit and run again' }).click();
  await page.getByRole('textbox', { name: 'Your message' }).fill('three');
  await page.keyboard.press('Enter');
  await answers(page).getByText('heard: three').waitFor();
  await answers(page).getByText('heard: two').waitFor({ state: 'detached' });
  expect(await mine(page).count()).toBe(1);
  await page.reload();
  await answers(page).getByText('heard: three').waitFor();
  expect(await mine(page).count()).toBe(1);
  await system.expectSound(workId);
});

test('U6: a reload in the middle of a turn, and a second tab, show the same conversation live', async () => {
  const { page, workId } = await newPage();
  await say(page, 'count slowly');
  await answers(page).getByText('w5 ').waitFor();
  const [second] = await Promise.all([visitor.open(`/works/${workId}`), page.reload()]);
  await Promise.all([stop(page).waitFor(), stop(second).waitFor()]);
  for (const tab of [page, second]) {
    await answers(tab).getByText(counted).waitFor();
    expect(await answers(tab).count()).toBe(1);
    expect(await mine(tab).count()).toBe(1);
  }
  await second.close();
});

test('U6: with the network cut the page says so and that the agent works on; what was written meanwhile is sent', async () => {
  const workId = await system.newWork(visitor);
  const page = await visitor.context.newPage();
  const network = await networkOf(page);
  await page.goto(`${system.url}/works/${workId}`);
  await say(page, 'count');
  await answers(page).getByText('w5 ').waitFor();
  await network.cut();
  await page.getByText('You are offline. The agent works on').waitFor();
  await stop(page).waitFor();
  await say(page, 'written offline');
  await mine(page).getByText('Will be sent when you are back online').waitFor();
  await network.restore();
  await answers(page).getByText('heard: written offline').waitFor();
  await answers(page).getByText(counted).waitFor();
  await page.getByText('You are offline').waitFor({ state: 'detached' });
  await page.close();
});

test('D2, U6: a worker killed while one watches costs no word and shows none twice', async () => {
  const { page, workId } = await newPage();
  await say(page, 'count');
  await answers(page).getByText('w5 ').waitFor();
  await worker.signal('SIGKILL');
  worker = await system.startWorker();
  await answers(page).getByText(counted).waitFor();
  expect(await answers(page).count()).toBe(1);
  await stop(page).waitFor({ state: 'detached' });
  await system.expectSound(workId);
});

test('U3: Enter inside an input method confirms the candidate and never sends', async () => {
  const { page } = await newPage();
  const box = page.getByRole('textbox', { name: 'Message', exact: true });
  await box.focus();
  const input = await visitor.context.newCDPSession(page);
  await input.send('Input.imeSetComposition', { text: 'yuan', selectionStart: 4, selectionEnd: 4 });
  await page.keyboard.press('Enter');
  expect(await mine(page).count()).toBe(0);
  await input.send('Input.insertText', { text: '圆周率' });
  expect(await box.inputValue()).toContain('圆周率');
  expect(await mine(page).count()).toBe(0);
  await box.fill('圆周率');
  await page.keyboard.press('Enter');
  await answers(page).getByText('heard: 圆周率').waitFor();
});

test('U14: by keyboard alone a person sends, reads, edits and stops', async () => {
  const { page } = await newPage();
  await page.getByRole('textbox', { name: 'Message', exact: true }).focus();
  await page.keyboard.type('count');
  await page.keyboard.press('Enter');
  await stop(page).waitFor();
  await reach(page, 'Stop');
  await page.keyboard.press('Enter');
  await page.getByText('Stopped').first().waitFor();
  await reach(page, 'Edit and run again from here', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction('document.activeElement.getAttribute("aria-label") === "Your message"');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('again by keys');
  await page.keyboard.press('Enter');
  await answers(page).getByText('heard: again by keys').waitFor();
});

test('nothing that was done here made a page complain', () => {
  // A cut network is the browser's own complaint, not the page's.
  expect(visitor.complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(text))).toEqual([]);
});

/** Tabs until the button of that name has the focus. */
async function reach(page: Page, name: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press(key);
    // Given as text: it runs in the page, whose types are not those of this file.
    const focused = await page.evaluate(
      'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()',
    );
    if (focused === name) return;
  }
  throw new Error(`"${name}" cannot be reached by ${key}`);
}

const card = (page: Page) => page.getByRole('region', { name: 'A question to you' });

test('H1: a question is a card with its answers, a click or words of one’s own answer it, and it outlives a reload', async () => {
  const { page, workId } = await newPage();
  await say(page, 'ask me');
  await card(page).getByText('colour').waitFor();
  await page.waitForFunction("document.title.startsWith('❓')");
  await page.getByText('Waits for your answer').first().waitFor();
  await page.reload();
  await card(page).getByText('It would choose: red').waitFor();
  expect(await findingsInBothLooks(page, 'question')).toEqual([]);
  await card(page).getByRole('button', { name: 'blue' }).click();
  await answers(page).getByText('You said blue').waitFor();
  await card(page).waitFor({ state: 'detached' });

  // By the keyboard alone, on a phone.
  await page.setViewportSize({ width: 390, height: 844 });
  await say(page, 'ask me');
  const own = card(page).getByRole('textbox', { name: 'Your own words' });
  await own.focus();
  await page.keyboard.type('neither, thank you');
  const box = await card(page).boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 390).toBe(true);
  await page.keyboard.press('Enter');
  await answers(page).getByText('You said neither, thank you').waitFor();
  await page.waitForFunction("!document.title.startsWith('❓')");
  await system.expectSound(workId);
});

/** Has pages keep what they notify of, and come into sight and out of it by a word: no headless page is hidden. */
const AWAY = `
  globalThis.notices = [];
  globalThis.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      notices.push({ title, body: options.body, click: () => this.onclick() });
    }
  };
  globalThis.hide = (hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: hidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
  };
`;
/** What the page has told, once that is so many. Asked again and again: the page's policy has no waiting by an expression. */
const noticesOf = (page: Page, count: number) =>
  eventually(
    () => page.evaluate<[string, string][]>('notices.map(({ title, body }) => [title, body])'),
    (told) => told.length === count,
  );
const tabsInSight = (page: Page) =>
  page.evaluate<number>(
    'navigator.locks.query().then(({ held }) => held.filter(({ name }) => /in-sight/.test(name)).length)',
  );

/** Has the person turn away from the page, which looks at how their Works are then. */
async function leave(page: Page): Promise<void> {
  const looked = page.waitForResponse((response) => response.url().endsWith('/api/works?'));
  await page.evaluate('hide(true)');
  await (await looked).finished();
}

test('V30: who has left is told of a question and of an end by one of their tabs, and a click brings them there; a refusal is said', async () => {
  const refused = await (await visit(browser, system.url)).open('/account');
  await refused.getByLabel('Notify me in this browser').click();
  await refused.getByText('The browser refuses notifications').waitFor();
  expect(await refused.getByLabel('Notify me in this browser').isChecked()).toBe(false);
  await refused.context().close();

  const person = await visit(browser, system.url, { permissions: ['notifications'] });
  await person.context.addInitScript(AWAY);
  await person.context.clock.install();
  const work = (await (await system.request(person, 'POST', '/api/works', { title: 'Colours' })).json()) as {
    id: string;
  };
  const other = await person.open(`/works/${work.id}`);
  const account = await person.open('/account');
  await account.getByLabel('Notify me in this browser').click();
  expect(await noticesOf(account, 1)).toHaveLength(1);
  expect(await account.getByLabel('Notify me in this browser').isChecked()).toBe(true);
  // The other tab has heard of it, too.
  expect(
    await eventually(
      () => tabsInSight(account),
      (tabs) => tabs === 2,
    ),
  ).toBe(2);
  await other.evaluate('hide(true)');
  await leave(account);
  await say(other, 'ask me');
  await card(other).getByText('colour').waitFor();
  await account.clock.fastForward(10_000);
  expect(await noticesOf(account, 2)).toHaveLength(2);

  await account.evaluate('notices[1].click()');
  await card(account).getByText('colour').waitFor();
  await account.evaluate('hide(false)');
  await leave(account);
  await card(account).getByRole('button', { name: 'blue' }).click();
  await answers(other).getByText('You said blue').waitFor();
  await stop(other).waitFor({ state: 'detached' });
  await account.clock.fastForward(10_000);
  expect(await noticesOf(account, 3)).toEqual([
    ['PaperAgent', 'This is what you will be told by.'],
    ['Colours', 'The agent asks you something.'],
    ['Colours', 'The agent has finished.'],
  ]);
  await other.clock.fastForward(10_000);
  expect(await noticesOf(other, 0)).toEqual([]);
  await account.reload();
  expect(person.complaints).toEqual([]);
  await person.context.close();
});

test('V24, V25, V28, V29, V58: a run’s files appear while it runs, its figures stand side by side, its long output is shown whole by a button; what was said takes little room', async () => {
  const { page, workId } = await newPage();
  await say(page, 'draw');
  const run = page.locator('[data-tool="run_python"]');
  await run.getByText('line 39').waitFor();
  const files = page.getByRole('region', { name: 'Files', exact: true });
  await files.getByRole('button', { name: /^drawn_9\.png/ }).waitFor();
  expect(await run.getAttribute('aria-busy')).toBe('true');

  // Where a line of the output goes on it begins further right than the next one does.
  const starts = await page.evaluate<number[]>(`(() => {
    const text = document.querySelector('[data-tool="run_python"] pre.printed').firstChild;
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, 400);
    return [...range.getClientRects()].map(({ left }) => Math.round(left));
  })()`);
  expect(starts.length).toBeGreaterThan(1);
  expect(starts[1]).toBeGreaterThan(starts[0] ?? 0);

  const cutOff = () =>
    page.evaluate<boolean>(`(() => {
      const box = document.querySelector('[data-tool="run_python"] [role="group"][aria-label="Output"]');
      return box.scrollHeight > box.clientHeight + 1;
    })()`);
  expect(await cutOff()).toBe(true);
  await run.getByRole('button', { name: 'Show all: Output' }).click();
  expect(await cutOff()).toBe(false);

  await system.request(visitor, 'PUT', `/api/works/${workId}/files/attachments/enough.txt`, {});
  await answers(page).getByText('It is drawn.').waitFor();
  // The agent's card has closed, and shows what was drawn in it.
  const figures = answers(page).getByRole('button', { name: /^Enlarge images\/drawn_/ });
  await answers(page).getByRole('button', { name: 'All 10 figures' }).waitFor();
  expect(await figures.count()).toBe(8);
  // Once they have been drawn they stand in one row.
  const tops = await eventually(
    async () => [(await figures.nth(0).boundingBox())?.y, (await figures.nth(1).boundingBox())?.y],
    ([one, two]) => one === two,
  );
  expect(tops[0]).toBe(tops[1]);
  await answers(page).getByRole('button', { name: 'All 10 figures' }).click();
  expect(await figures.count()).toBe(10);
  // A line of text, and nothing around it but its bubble.
  expect((await mine(page).first().boundingBox())?.height).toBeLessThan(60);
  await system.expectSound(workId);
});

test('H4: a budget is set in the Work’s menu; once it is used up the page asks, and goes on where it is let', async () => {
  const { page, workId } = await newPage();
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByRole('menuitem', { name: 'Budget…' }).click();
  const whole = page.getByRole('dialog').getByRole('group', { name: 'The whole project' });
  await whole.getByLabel('Tokens').fill('1');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await say(page, 'one');
  await answers(page).getByText('heard: one').waitFor();
  await say(page, 'two');
  await card(page).getByText('The budget of this project is used up').waitFor();
  await card(page).getByRole('button', { name: 'Go on, up to' }).click();
  await answers(page).getByText('heard: two').waitFor();
  await card(page).waitFor({ state: 'detached' });
  await system.expectSound(workId);
});

test('H2, V29: what is asked about is set in the Work’s menu; the card has the code, and what is allowed for the Work is remembered', async () => {
  const { page, workId } = await newPage();
  const permissions = async () => {
    await page.getByRole('button', { name: 'This project' }).click();
    await page.getByRole('menuitem', { name: 'Permissions…' }).click();
    return page.getByRole('dialog').getByLabel('Run code');
  };
  const code = await permissions();
  await code.selectOption('Ask me first');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await say(page, 'work it out');
  await card(page).getByText('The agent wants to run this code.').waitFor();
  await card(page).getByText('print(3 + 4)').waitFor();
  expect(await findingsInBothLooks(page, 'what is to be allowed')).toEqual([]);
  await card(page).getByRole('button', { name: 'Allow for this project' }).click();
  await answers(page).getByText('It is worked out.').first().waitFor();
  await card(page).waitFor({ state: 'detached' });
  // A card within a card has no frame of its own.
  const agent = page.locator('[data-tool="code_agent"]');
  if ((await agent.getByRole('button').first().getAttribute('aria-expanded')) === 'false')
    await agent.getByRole('button').first().click();
  await agent.locator('[data-tool="run_python"]').first().waitFor();
  const nested = '[data-tool="code_agent"] [data-tool="run_python"]';
  expect(await page.evaluate(`getComputedStyle(document.querySelector('${nested}')).borderTopWidth`)).toBe(
    '0px',
  );
  await page.reload();
  expect(await (await permissions()).inputValue()).toBe('allow');
  await system.expectSound(workId);
});

test('H3, V23: a plan shows how far it is, beside what the agent does too, has its steps where it is opened, and is changed there, on a phone too', async () => {
  const { page, workId } = await newPage();
  await say(page, 'plan it');
  await page.locator('[data-step]').getByText('step 2 of 2').waitFor();
  planShown.resolve();
  await answers(page).getByText('It is planned.').waitFor();
  const plan = page.getByRole('region', { name: 'Plan' });
  await plan.getByText('1 of 2').waitFor();
  await plan.getByText('Write the paper').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await plan.getByRole('button', { name: 'Plan' }).click();
  await plan.getByText('Read the data').waitFor();
  expect(await findingsInBothLooks(page, 'plan')).toEqual([]);
  await plan.getByRole('button', { name: 'Change the plan' }).click();
  await plan.getByLabel('Step 2', { exact: true }).fill('Write a short paper');
  await plan.getByRole('button', { name: 'Add a step' }).click();
  await plan.getByLabel('Step 3', { exact: true }).fill('Send it');
  const box = await plan.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 390).toBe(true);
  await plan.getByRole('button', { name: 'Save the plan' }).click();
  await plan.getByText('Send it').waitFor();
  await page.reload();
  await plan.getByText('1 of 3').waitFor();
  await plan.getByText('Write a short paper').waitFor();
  await system.expectSound(workId);
});

test('H8: a link is made in the Work’s menu; logged out, on a desk and a phone, in both languages, it is read live, without a session, until it is ended', async () => {
  const { page, workId } = await newPage();
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByRole('menuitem', { name: 'Share…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = (await dialog.locator('[data-link]').textContent()) ?? '';
  expect(link.startsWith(`${system.url}/s/`)).toBe(true);

  const complaints: string[] = [];
  const open = async (options: BrowserContextOptions) => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(60_000);
    const opened = await context.newPage();
    opened.on('pageerror', (error) => complaints.push(error.message));
    const asked: string[] = [];
    opened.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await opened.goto(link);
    return { opened, asked };
  };
  const desk = await open({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
  const phone = await open({ locale: 'zh-CN', viewport: { width: 390, height: 844 } });
  await desk.opened.getByText('A shared project, to be read').waitFor();
  await phone.opened.getByText('他人分享的项目，仅供阅读').waitFor();
  // The paper stands beside the conversation, on a phone before it.
  await desk.opened.getByRole('region', { name: 'Paper' }).getByRole('article').waitFor();
  await phone.opened.getByRole('region', { name: '论文' }).getByRole('article').waitFor();
  await phone.opened.getByRole('tab', { name: '对话' }).click();

  // The author goes on, and the readers see it as it comes.
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await say(page, 'count');
  for (const { opened } of [desk, phone]) {
    await opened.locator('[data-said]', { hasText: 'count' }).waitFor();
    await opened.getByText('w5 ').waitFor();
    await opened.getByText(`w${WORDS}`).waitFor();
  }
  await fetch(`${system.url}/api/works/${workId}/files/paper.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: '# A title that is new\n',
  });
  await desk.opened.getByRole('heading', { name: 'A title that is new' }).waitFor();
  await phone.opened.getByRole('tab', { name: '文件' }).click();
  await phone.opened.getByRole('button', { name: 'paper.md' }).click();
  await phone.opened.getByRole('heading', { name: 'A title that is new' }).waitFor();

  // Nobody can write, and nobody is made a guest.
  for (const { opened, asked } of [desk, phone]) {
    expect(await opened.getByRole('textbox').count()).toBe(0);
    expect(await opened.evaluate('localStorage.getItem("paperagent.session")')).toBeNull();
    expect(asked.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/shares/'))).toEqual([]);
    expect(await opened.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  }

  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByRole('menuitem', { name: 'Share…' }).click();
  await dialog.getByRole('button', { name: 'End it' }).click();
  await desk.opened.getByText('This link leads nowhere.').waitFor();
  await phone.opened.getByText('这个链接已失效').waitFor();
  expect(complaints).toEqual([]);
  await Promise.all([desk.opened.context().close(), phone.opened.context().close()]);
});
