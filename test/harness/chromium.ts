import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, LaunchOptions } from 'playwright-core';
import { withRealClock } from './realClock.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
];

/** How long an action waits for its element: two workbenches share a machine that may be busy. */
export const ACTION_LIMIT_MS = 60_000;

/** Starts a Chromium whose clock is the machine's own, even where this process runs under libfaketime: browser and host may be two machines. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return await chromium.launch({
    executablePath: findChromium(),
    args: FLAGS,
    env: withRealClock(process.env),
    ...options,
  });
}

/** Finds a Chromium: CHROMIUM_PATH, the system's, Playwright's own download. Throws with what to do when there is none. */
function findChromium(): string {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, which is not an executable file.`);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...candidates, MAC_CHROME, chromium.executablePath()].find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    'The tests look at VS Code through Chromium and there is none. Install it (Debian: apt-get install chromium), or let Playwright fetch one (npx playwright-core install chromium), or set CHROMIUM_PATH to its program file.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
