import assert from 'node:assert/strict';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationTarget, Uri, window, workspace, type QuickPick, type QuickPickItem } from 'vscode';
import { liveTimeline } from '../../src/core/model/event.ts';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { HistoryActions } from '../../src/ui/history/historyActions.ts';
import { showHistory } from '../../src/ui/history/historyPage.ts';
import { connectedRoot, eventually, fleetWhere, inside, journalled, send, setConnections } from './inside.ts';

const changed: string[] = [];

/** Changes a setting of the history until the end of the test. */
async function set(name: string, value: unknown): Promise<void> {
  changed.push(name);
  await workspace.getConfiguration('gameServerOps.history').update(name, value, ConfigurationTarget.Global);
}

const restores: (() => void)[] = [];

/** Puts a function in the place of one of VS Code's, for our copy of the code under test. */
function stub(name: keyof typeof window, replacement: (...args: readonly unknown[]) => unknown): void {
  const original = Object.getOwnPropertyDescriptor(window, name);
  Object.defineProperty(window, name, { configurable: true, value: replacement });
  restores.push(() => {
    if (original) Object.defineProperty(window, name, original);
  });
}

/** The page that the command shows, as its lines. */
async function page(): Promise<readonly QuickPickItem[]> {
  const { runtime } = await inside();
  const { createQuickPick } = window;
  let shown: QuickPick<QuickPickItem> | undefined;
  stub('createQuickPick', () => (shown = createQuickPick()));
  await showHistory(runtime);
  assert.ok(shown);
  const { items } = shown;
  shown.hide();
  return items;
}

describe('the history in a real VS Code', () => {
  let root = '';
  const told: string[] = [];
  /** Questions that were asked, and the answer that they get. */
  const asked: string[] = [];
  let answer: string | undefined;

  before(async () => {
    root = await connectedRoot('hist');
  });

  beforeEach(() => {
    told.length = 0;
    asked.length = 0;
    answer = 'Delete';
    stub('showInformationMessage', (message) => {
      told.push(String(message));
      return Promise.resolve(undefined);
    });
    stub('showWarningMessage', (message, options) => {
      asked.push(`${String(message)}\n${(options as { readonly detail: string }).detail}`);
      return Promise.resolve(answer);
    });
  });

  afterEach(async () => {
    for (const restore of restores.splice(0).reverse()) restore();
    for (const name of new Set(changed.splice(0))) await set(name, undefined);
    changed.length = 0;
  });

  after(async () => {
    await setConnections(undefined);
  });

  const actions = async (): Promise<HistoryActions> => {
    const { runtime } = await inside();
    return new HistoryActions(runtime, await runtime.journals.store(liveTimeline));
  };
  const runs = (key: string): Promise<unknown> =>
    fleetWhere(
      (fleet) => instancesOf(fleet, 'hist').some((i) => i.key === key && i.state === 'running'),
      `${key} runs`,
    );
  const keptOf = async (key: string): Promise<number> =>
    (await journalled()).filter(({ subject }) => subject?.key === key).length;

  it('writes no event of a connection whose history is off, shows it all the same, and writes again when it is on', async () => {
    const { runtime } = await inside();
    await (await actions()).switchHistory('hist', 'Hist', false);
    await eventually(() => runtime.history.settings.off.has('hist'), 'the setting holds');
    await send(root, 'instance_started', { InstanceName: 'unseen' });
    await runs('unseen');
    assert.equal(await keptOf('unseen'), 0);
    assert.ok((await page()).some(({ description }) => description?.endsWith('history off')));

    await (await actions()).switchHistory('hist', 'Hist', true);
    await eventually(() => !runtime.history.settings.off.has('hist'), 'the setting holds');
    await send(root, 'instance_started', { InstanceName: 'seen' });
    await runs('seen');
    assert.equal(await keptOf('seen'), 1);
    changed.push('off');
  });

  it('has a page with place, span, connections and classes', async () => {
    await send(root, 'instance_started', { InstanceName: 'paged' });
    await runs('paged');
    assert.equal(await keptOf('paged'), 1);
    const lines = (await page()).map(({ label, description = '', detail = '' }) =>
      [label, description, detail].join(' | '),
    );
    const { runtime } = await inside();
    assert.ok(lines.some((line) => line.includes('journal.db') && line.includes(runtime.history.folder)));
    const ours = lines.find((line) => line.includes('Test hist'));
    assert.match(ours ?? '', /\d+ events?, [\d.]+ k?B.*Servers: \d+ events?/);
    assert.ok(lines.some((line) => line.includes('Logs | 0 events, 0 B · kept for 7 days')));
    assert.ok(lines.some((line) => line.includes('Check for Damage')));
  });

  it('deletes what names a player only after a question that says how much it is', async () => {
    stub('showInputBox', () => Promise.resolve('Steve'));
    for (const name of ['for-steve', 'for-alex'])
      await send(root, 'instance_started', { InstanceName: name, Note: name === 'for-steve' ? 'STEVE' : '' });
    await runs('for-alex');
    assert.equal(await keptOf('for-steve'), 1);

    answer = undefined;
    await (await actions()).deleteNaming();
    assert.match(
      asked[0] ?? '',
      /Delete everything that names "Steve"\?\nThis deletes 1 event, .*cannot be undone/s,
    );
    assert.equal(await keptOf('for-steve'), 1);
    assert.deepEqual(told, []);

    answer = 'Delete';
    await (await actions()).deleteNaming();
    assert.equal(await keptOf('for-steve'), 0);
    assert.equal(await keptOf('for-alex'), 1);
    assert.deepEqual(told, ['Deleted from the history: 1 event.']);
  });

  it('checks, compacts and backs up, and tells each result once', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'gso-')), 'copy.db');
    stub('showSaveDialog', () => Promise.resolve(Uri.file(path)));
    const history = await actions();
    await history.check();
    await history.compact();
    await history.backUp();
    assert.equal(told.length, 3);
    assert.match(told[0] ?? '', /is sound/);
    assert.match(told[2] ?? '', /is backed up in .*copy\.db/);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('deletes the events of one connection', async () => {
    assert.ok((await journalled()).some(({ connection }) => connection === 'hist'));
    await (await actions()).deleteConnection('hist', 'Hist', { count: 7, bytes: 900 });
    assert.match(asked[0] ?? '', /^Delete the history of Hist\?\nThis deletes 7 events, 900 B, /);
    assert.ok(!(await journalled()).some(({ connection }) => connection === 'hist'));
  });

  it('takes over limits at once, and the default where a value means nothing', async () => {
    const { runtime } = await inside();
    const { history } = runtime;
    await set('maxSize', 1.5);
    await eventually(() => history.settings.limits.totalBytes === 1_500_000_000, 'the size holds');
    await set('retention', { log: 3 });
    await eventually(() => history.settings.days.log === 3, 'the days hold');
    assert.equal(history.settings.days.lifecycle, 365);
    await set('maxSize', 'much');
    await eventually(() => history.settings.problems.length === 1, 'the value is named');
    assert.equal(history.settings.limits.totalBytes, 2_000_000_000);
  });

  it('keeps the history where it is until the window is reloaded', async () => {
    const { runtime } = await inside();
    const { folder } = runtime.history;
    await set('folder', '/elsewhere');
    await eventually(() => runtime.history.wantedFolder === '/elsewhere', 'the place is wanted');
    assert.equal(runtime.history.folder, folder);
  });
});
