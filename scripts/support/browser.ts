/** A real browser: one that is installed, else the one that comes in an npm package (Linux on x64). */
import { access } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Nothing but the page under test is to be asked for over the network. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-sync',
  '--no-first-run',
];

/** Launches it headless; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  for (const executablePath of INSTALLED) {
    const found = await access(executablePath).then(
      () => true,
      () => false,
    );
    // Chromium refuses its own sandbox to root.
    if (found) return await chromium.launch({ executablePath, args: [...QUIET, '--no-sandbox'] });
  }
  const { default: packaged } = await import('@sparticuz/chromium');
  return await chromium.launch({
    executablePath: await packaged.executablePath(),
    args: [...packaged.args, ...QUIET],
  });
}
