/** A page of the app in a real browser, signed in, that keeps what it complains about. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

export interface Visitor {
  /** The person's access token. */
  token: string;
  context: BrowserContext;
  /** Opens a tab at that path. */
  open(path: string): Promise<Page>;
  /** Errors that its pages threw or wrote to their consoles. */
  complaints: string[];
}

/** How long a page may take to show what is waited for, in milliseconds: the machine may be busy. */
const TIMEOUT_MS = 60_000;

/**
 * A browser of its own with a session in it, as the sign-in page would have left it.
 *
 * @param account is registered; without it the visitor is a guest
 */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  account?: { email: string; password: string },
): Promise<Visitor> {
  const response = await fetch(`${url}/api/auth/${account ? 'register' : 'guest'}`, {
    method: 'POST',
    ...(account && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) }),
  });
  if (!response.ok) throw new Error(`no session: ${response.status} ${await response.text()}`);
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
