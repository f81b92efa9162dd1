/** A page of the app in a real browser, signed in as a guest, that keeps what it complains about. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

export interface Visitor {
  /** The guest's access token. */
  token: string;
  context: BrowserContext;
  /** Opens a tab at that path. */
  open(path: string): Promise<Page>;
  /** Errors that its pages threw or wrote to their consoles. */
  complaints: string[];
}

/** How long a page may take to show what is waited for, in milliseconds: the machine may be busy. */
const TIMEOUT_MS = 60_000;

/** A browser of its own with a guest's session in it, as the sign-in page would have left it. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const response = await fetch(`${url}/api/auth/guest`, { method: 'POST' });
  const answer = (await response.json()) as { accessToken: string; expiresIn: number };
  const session = { ...answer, expiresAt: Date.now() + answer.expiresIn * 1_000 };
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    storageState: {
      cookies: [],
      origins: [
        {
          origin: url,
          localStorage: [{ name: 'paperagent.session', value: JSON.stringify(session) }],
        },
      ],
    },
    ...options,
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  const complaints: string[] = [];
  return {
    context,
    complaints,
    token: answer.accessToken,
    async open(path) {
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(url + path);
      return page;
    },
  };
}

/** Writes a message and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.keyboard.press('Enter');
}
