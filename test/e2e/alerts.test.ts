import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Locator, Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { succeeds } from '../harness/patience.ts';
import type { Workbench } from '../harness/workbench.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});

/** What somebody's chat gets. */
const posted: { readonly body: unknown; readonly secret: string | undefined }[] = [];
const chat = createServer((request: IncomingMessage, response) => {
  void text(request).then((body) => {
    posted.push({ body: JSON.parse(body), secret: request.headers.authorization });
    response.end();
  });
}).listen(0, '127.0.0.1');
await once(chat, 'listening');
afterAll(() => {
  chat.closeAllConnections();
  chat.close();
});

const workbench = useWorkbench({
  mode: 'installed',
  viewport: { width: 1280, height: 800 },
  machineSettings: {
    'gameServerOps.connections': [kgsm.connection()],
    'gameServerOps.alerts.rules': [
      { name: 'Restless', query: 'type:instance_stopped', moreThan: 2, minutes: 5 },
    ],
    'gameServerOps.alerts.webhook': {
      url: `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook`,
      body: '{"content": "${title} on ${connection}"}',
    },
  },
});

it('a crash is told once in two windows, counted, sent on, seen and muted', async () => {
  const wb = workbench();
  await wb.openView('Game Servers');
  await wb.treeItem(/^Connection Home, Connected/).waitFor();
  for (const name of ['ark', 'mc-1', 'mc-2']) await kgsm.send('instance_started', name);
  await wb.treeItem(/^mc-2, running/).waitFor();
  const second = await openSecond(wb.page);

  await wb.command('Game Servers: Set Secret of the Webhook for Alerts…');
  await wb.enter('Bearer s3cret', 'Secret of the Webhook for Alerts');
  await wb.command('Game Servers: Send a Test Alert');
  await wb.toasts('The webhook took the test alert.').waitFor();
  await wb.command('Game Servers: Dismiss All Alerts');
  await wb.command('Notifications: Clear All Notifications');
  for (const page of [wb.page, second]) await counted(page).waitFor({ state: 'detached' });
  expect(posted).toEqual([
    { body: { content: 'This is a test: alerts arrive here on Home' }, secret: 'Bearer s3cret' },
  ]);

  await kgsm.send('instance_crashed', 'mc-1');
  const toasts = [wb.page, second].map((page) =>
    page.locator('.notifications-toasts .notification-list-item', { hasText: 'mc-1 crashed on Home' }),
  );
  await expect
    .poll(async () => (await Promise.all(toasts.map((each) => each.count()))).join('+'))
    .toMatch(/^(1\+0|0\+1)$/);
  // All windows count it.
  for (const page of [wb.page, second]) await counted(page).waitFor();
  await expect.poll(() => posted.length).toBe(2);
  expect(posted[1]?.body).toEqual({ content: 'mc-1 crashed on Home' });
  // One look: the message would be gone before all are taken.
  await wb.screenshot('alert-crash-dark');

  const told = (await toasts[0]?.count()) === 1 ? wb.page : second;
  await told.getByRole('button', { name: 'Reveal' }).click();
  await told.locator('.monaco-list-row[role=treeitem].selected', { hasText: 'mc-1' }).waitFor();
  for (const page of [wb.page, second]) await counted(page).waitFor({ state: 'detached' });

  // The list of what needs attention begins with alerts, and leads to their rows.
  await kgsm.send('instance_crashed', 'ark');
  await counted(wb.page).waitFor();
  await wb.command('Game Servers: Show What Needs Attention…');
  await wb.quickItem('ark crashed').waitFor();
  await wb.screenshots('alert-overview');
  await wb.pick('ark crashed');
  await wb.page.locator('.monaco-list-row[role=treeitem].selected', { hasText: 'ark' }).waitFor();
  await expect.poll(() => posted.length).toBe(3);
  await counted(wb.page).waitFor({ state: 'detached' });

  // Muted, it stands among the events alone, and its row says so, which said something else before.
  await wb.treeItem(/^mc-2,/).hover();
  await wb.page.locator('.workbench-hover', { hasText: 'mc-2' }).waitFor();
  await wb.contextMenu(wb.treeItem(/^mc-2,/), 'Mute Alerts…');
  await wb.asked('Mute Alerts of mc-2');
  await wb.screenshot('alert-mute-dark');
  await wb.pick('For 1 Hour');
  await saysMuted(wb, /^mc-2,/);
  await kgsm.send('instance_crashed', 'mc-2');
  await wb.treeItem(/^mc-2, crashed/).waitFor();
  for (let n = 0; n < 3; n++) await kgsm.send('instance_stopped', 'ark');
  // By then an alert about mc-2 would have been told.
  await expect.poll(() => posted.length).toBe(4);
  expect(posted[3]?.body).toEqual({ content: 'Restless: 3 in 5 minutes on Home' });
  await wb.command('Game Servers: Open Event Inspector');
  // Few rows have room beside all that came since.
  await wb.viewFrame().getByRole('combobox', { name: 'Filter events' }).fill('type:alert.raised mc-2');
  await wb
    .viewFrame()
    .getByRole('row', { name: /alert\.raised.*mc-2 crashed/ })
    .waitFor();

  await wb.treeItem(/^mc-1,/).click();
  await wb.treeItem(/^ark,/).click({ modifiers: ['Control'] });
  await wb.contextMenu(wb.treeItem(/^ark,/), 'Mute Alerts…');
  await wb.asked(/Mute Alerts of (mc-1, ark|ark, mc-1)/);
  await wb.pick('For 8 Hours');
  for (const name of [/^mc-1,/, /^ark,/]) await saysMuted(wb, name);
});

/** Waits until a row says that its alerts are muted. */
async function saysMuted(wb: Workbench, row: RegExp): Promise<void> {
  const muted = wb.page.locator('.workbench-hover', { hasText: 'Alerts are muted until' });
  // A row that is drawn anew takes its hover with it.
  await expect
    .poll(async () => {
      await wb.treeItem(/^Connection Home/).hover();
      await wb.page
        .locator('.workbench-hover')
        .waitFor({ state: 'hidden', timeout: 1000 })
        .catch(() => undefined);
      await wb.treeItem(row).hover();
      return succeeds(muted.waitFor({ timeout: 2000 }));
    })
    .toBe(true);
}

/** The item of the status bar while there is an alert. */
function counted(page: Page): Locator {
  return page.getByRole('button', { name: /game servers are up, 1 alert/ });
}

async function openSecond(page: Page): Promise<Page> {
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.locator('.statusbar-item', { hasText: '3 up' }).waitFor();
  return second;
}
