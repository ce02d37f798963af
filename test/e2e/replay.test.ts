import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot, recorded, SocatListener } from './kgsm.ts';

const kgsm = new KgsmRoot();
const lifecycle = recorded('kgsm-2.2-lifecycle.jsonl');
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const message = (instance: string): string =>
  JSON.stringify({ EventType: 'instance_started', Data: { InstanceName: instance } });
const line = (raw: string, fields: object = {}): string =>
  JSON.stringify({
    ...{ receivedAt: '2026-11-20T18:40:21Z', channel: 'push', type: 'instance_started', severity: 'info' },
    ...{ retention: 'lifecycle', summary: 'Started', system: 'kgsm', connection: 'home', raw },
    ...fields,
  });
const mixed = [
  '{"gameServerOpsRecording":1}',
  line(message('whole')),
  line(message('without-secret'), { redacted: ['password'] }),
  line(message('cut').slice(0, 40), { truncated: true }),
  line('{"msg":"changed","collection":"app.query"}', { system: 'truenas', type: 'app.query' }),
];
const workbench = useWorkbench({
  mode: 'installed',
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  files: {
    'lifecycle.ndjson': lifecycle.map((text) => JSON.stringify(JSON.parse(text))).join('\n'),
    'mixed.ndjson': mixed.join('\n'),
  },
});

describe('a replay', () => {
  let bot: SocatListener;
  beforeAll(async () => {
    const wb = workbench();
    bot = await SocatListener.start(kgsm.path);
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await kgsm.send('instance_started', 'minecraft-survival');
    await kgsm.send('instance_ready', 'minecraft-survival');
    await wb.treeItem(/minecraft-survival, running and ready/).waitFor();
  }, 300_000);
  afterAll(async () => {
    await bot.dispose();
  });

  it('sends a recorded lifecycle to a real listener, which receives it whole and in order', async () => {
    const wb = workbench();
    const before = bot.received.length;
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('lifecycle.ndjson'), 'Replay Events…');
    await wb.pick('Add target…');
    await wb.enter(`socket:${bot.socket}`);
    await wb.pick('Speed');
    await wb.pick('As fast as the target takes it');
    await wb.pick(/Replay\s*30 events/);
    await wb.toasts(/30 of 30 events were replayed into bot.sock/).waitFor();
    const arrived = bot.received
      .slice(before)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(arrived).toEqual(lifecycle.map((text) => JSON.parse(text) as unknown));
  });

  it('stands on a timeline beside what is live, says so, and goes back', async () => {
    const wb = workbench();
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('lifecycle.ndjson'), 'Replay Events…');
    await wb.pick('Local only');
    await wb.pick('Rename Instances');
    await wb.enter('*=test-*', /for all/);
    await wb.pick('Speed');
    await wb.pick('1000×');
    await wb.activeQuickItem(/Replay\s*30 events/).waitFor();
    await wb.screenshots('replay-options');
    await wb.page.keyboard.press('Enter');
    await wb.openView('Game Servers');
    await wb.page.getByText('Showing the replay "lifecycle.ndjson", not what is live.').waitFor();
    await wb.toasts(/30 of 30 events were replayed into a local timeline/).waitFor();
    const view = wb.viewFrame();
    await view.getByText(/Showing replay/).waitFor();
    // Neither the detail nor the size of what is live stays.
    await view.getByRole('region', { name: 'Event detail' }).waitFor({ state: 'hidden' });
    await view.getByRole('row', { name: /instance_uninstalled/ }).waitFor();
    await wb.screenshot('inspector-replay-dark');
    await view.getByRole('button', { name: /Back to Live/ }).click();
    await wb.treeItem(/minecraft-survival, running and ready/).waitFor();
    await view.getByText(/Showing replay/).waitFor({ state: 'hidden' });
  });

  it('begins at once with two times Enter, and shows what it would send without sending it', async () => {
    const wb = workbench();
    const { keyboard } = wb.page;
    const before = bot.received.length;
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('lifecycle.ndjson'), 'Replay Events…');
    await wb.pick('bot.sock');
    await wb.pick('Dry Run');
    await wb.page.getByText('"afterMs":0,"system":"kgsm"').first().waitFor();
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('lifecycle.ndjson'), 'Replay Events…');
    await wb.activeQuickItem('Local only').waitFor();
    await keyboard.press('Enter');
    await wb.activeQuickItem(/Replay\s*30 events/).waitFor();
    await keyboard.press('Enter');
    const view = wb.viewFrame();
    await view.getByText(/Showing replay/).waitFor();
    expect(bot.received.length).toBe(before);
    await view.getByRole('button', { name: /Back to Live/ }).click();
    await wb.dialog.getByRole('button', { name: 'End Replay' }).click();
    await view.getByText(/Showing replay/).waitFor({ state: 'hidden' });
  });

  it('takes a gzipped file, and what the filter of the inspector finds', async () => {
    const wb = workbench();
    writeFileSync(join(wb.workspace, 'packed.ndjson.gz'), gzipSync(`${message('packed')}\n`));
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('packed.ndjson.gz'), 'Replay Events…');
    await wb.pick('bot.sock');
    await wb.pick(/Replay\s*1 event/);
    await expect.poll(() => bot.received).toContain('packed');
    const view = wb.viewFrame();
    await view.getByRole('combobox', { name: 'Filter events' }).fill('type:instance_ready origin:live');
    await view.getByText(/^1 of/).waitFor();
    const before = bot.received.length;
    await wb.command('Game Servers: Replay Events…');
    await wb.pick('Matching');
    await wb.pick('bot.sock');
    await wb.pick(/Replay\s*1 event/);
    await expect.poll(() => bot.received.slice(before)).toMatch(/instance_ready[^]*minecraft-survival/);
    await view.getByRole('combobox', { name: 'Filter events' }).fill('-is:noise');
  });

  it('says before it starts what is left out, cut out and cut off', async () => {
    const wb = workbench();
    const before = bot.received.length;
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('mixed.ndjson'), 'Replay Events…');
    await wb.pick('bot.sock');
    await wb.pick(/Replay\s*2 events/);
    await wb.dialog.getByText('Replay into bot.sock?').waitFor();
    for (const words of [
      /Left out, because no target takes them: 1 of TrueNAS/,
      /without the secrets that were cut out: 1/,
      /cut off when they were recorded: 1/,
    ])
      await wb.dialog.getByText(words).waitFor();
    await wb.screenshots('replay-question');
    await wb.dialog.getByRole('button', { name: 'Replay' }).click();
    await wb.toasts(/2 of 2 events were replayed into bot.sock/).waitFor();
    expect(bot.received.slice(before)).toBe(`${message('whole')}\n${message('without-secret')}\n`);
  });

  it('is paused, stepped and moved in its bar, and told of after a reload', async () => {
    const wb = workbench();
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('lifecycle.ndjson'), 'Replay Events…');
    await wb.pick('Local only');
    await wb.pick('Speed');
    await wb.pick('0.1×');
    await wb.pick(/Replay\s*30 events/);
    await wb.openView('Game Servers');
    const view = wb.viewFrame();
    const bar = view.getByRole('group', { name: 'Replay' });
    await bar.getByRole('button', { name: 'Pause Replay' }).click();
    await bar.getByRole('button', { name: 'Continue Replay' }).waitFor();
    const place = bar.getByRole('slider', { name: 'Place in the replay' });
    await place.fill('29');
    await bar.getByText(/^29 of 30/).waitFor();
    await view.getByText(/^29 of 29 /).waitFor();
    await place.fill('3');
    await view.getByText(/^3 of 3 /).waitFor();
    await bar.getByRole('button', { name: 'Replay the Next Event' }).click();
    await view.getByText(/^4 of 4 /).waitFor();
    await wb.screenshots('inspector-player');
    await view.getByRole('button', { name: /Back to Live/ }).click();
    await wb.dialog.getByText('End the replay of lifecycle.ndjson into a local timeline?').waitFor();
    await wb.dialog.getByRole('button', { name: 'Cancel' }).click();
    await wb.reload();
    await wb
      .toasts(/The replay of lifecycle\.ndjson into a local timeline ended .* after \d+ of 30 events/)
      .waitFor();
    await wb.treeItem(/minecraft-survival, running and ready/).waitFor();
  });
});
