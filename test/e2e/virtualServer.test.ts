import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import type { Workbench } from '../harness/workbench.ts';
import { KgsmRoot, recorded } from './kgsm.ts';

/** A line of a recording: one message of a connection. */
function line(system: string, connection: string, at: number, more: object): string {
  const receivedAt = new Date(Date.UTC(2026, 10, 20, 18, 40) + at).toISOString();
  return JSON.stringify({ receivedAt, system, connection, ...more });
}

interface WireLine {
  readonly t: number;
  readonly dir?: string;
  readonly text?: string;
}

function wire(name: string): readonly WireLine[] {
  const lines = readFileSync(new URL(`../wire/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((each) => JSON.parse(each) as WireLine);
}

/** An hour of each system, as the wire recordings have it. */
function night(): string {
  const mc = wire('bedrock-3.10.jsonl')
    .filter(({ dir, text = '' }) => dir === '<' && text.includes('"topic"'))
    .map(({ t, text }) => line('bedrock', 'mc', t, { channel: 'push', direction: 'in', raw: text }));
  const nas = wire('truenas-24.10-websocket.jsonl').flatMap(({ t, dir, text = '' }) => {
    if (dir === '>') return line('truenas', 'nas', t, { channel: 'request', direction: 'out', raw: text });
    if (dir !== '<') return [];
    const channel = /"msg": "(?:added|changed|removed)"/.test(text) ? 'push' : 'reply';
    return line('truenas', 'nas', t, { channel, direction: 'in', raw: text });
  });
  const kgsm = recorded('kgsm-2.2-lifecycle.jsonl').map((raw, n) =>
    line('kgsm', 'home', n * 100, { channel: 'push', direction: 'in', raw }),
  );
  const bell = [
    { event: 'connection_accepted', id: 'server-1', content: { client_id: 'client-us' } },
    { event: 'client_connected', id: 'server-1', content: { client_id: 'client-them' } },
  ].map((message, n) =>
    line('notifier', 'bell', n, { channel: 'push', direction: 'in', raw: JSON.stringify(message) }),
  );
  const connections = [
    { id: 'bell', name: 'Bell', system: 'notifier' },
    { id: 'mc', name: 'Minecraft', system: 'bedrock' },
    { id: 'nas', name: 'Cellar <b>NAS</b>', system: 'truenas' },
    { id: 'home', name: 'Home', system: 'kgsm' },
  ];
  return [JSON.stringify({ gameServerOpsRecording: 1, connections }), ...nas, ...kgsm, ...bell, ...mc].join(
    '\n',
  );
}

function foldersOf({ server }: Workbench): string[] {
  return readdirSync(server.temp).filter((name) => /^(?:gsops-demo|gso-serve)-/.test(name));
}

/** Processes whose command line names a folder: pid and command line. */
function processesOf(folder: string): string[] {
  const all = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return all.filter((each) => each.includes(folder));
}

/** Addresses of this machine in its networks, of which it may have none. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}

async function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Draws the section of the recordings up to the middle. */
async function giveRoom({ page }: Workbench): Promise<void> {
  const header = await page.getByRole('button', { name: 'Recordings Section' }).boundingBox();
  if (!header) throw new Error('The recordings are shown.');
  await page.mouse.move(header.x + 100, header.y);
  await page.mouse.down();
  await page.mouse.move(header.x + 100, 400, { steps: 5 });
  await page.mouse.up();
}

describe('a recording', () => {
  const kgsm = new KgsmRoot();
  afterAll(() => {
    kgsm.dispose();
  });
  const workbench = useWorkbench({
    mode: 'installed',
    viewport: { width: 1280, height: 800 },
    files: { 'night.gsops.ndjson': night() },
    machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  });
  const virtual = (wb: Workbench): ReturnType<Workbench['treeItem']> => wb.treeItem(/^Virtual TrueNAS, /);
  let port = 0;

  it('is served as one of them: its address and credentials stand below it', async () => {
    const wb = workbench();
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('night.gsops.ndjson'), 'Serve as Virtual Server…');
    await wb.asked('Serve night.gsops.ndjson');
    await wb.quickItem('Home').getByText('KGSM').waitFor();
    await wb.screenshots('virtual-part');
    await wb.pick('Cellar <b>NAS</b>');
    await wb.pick('As fast as clients read');
    await wb.quickItem('Every Machine in the Network').waitFor();
    await wb.screenshots('virtual-reach');
    await wb.pick('This Machine Only');
    await wb.toasts(/A virtual TrueNAS serves night\.gsops\.ndjson at ws:\/\/127\.0\.0\.1:\d+/).waitFor();
    const row = virtual(wb).and(wb.treeItem(/, no client · waits for a client · /));
    port = Number(/:(\d+)$/.exec((await row.getAttribute('aria-label')) ?? '')?.[1]);
    expect(await isListening(port)).toBe(true);
    for (const host of ownAddresses()) expect(await isListening(port, host)).toBe(false);
    expect(foldersOf(wb)).toEqual([expect.stringMatching(/^gsops-demo-/)]);
    await giveRoom(wb);
    await wb.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const copied = (): Promise<string> => wb.page.evaluate<string>('navigator.clipboard.readText()');
    await wb.treeItem(/^User, root/).click();
    await expect.poll(copied).toBe('root');
    await wb.treeItem(/^Password, /).click();
    await expect.poll(copied).toMatch(/^[\w-]{12,}$/);
    const password = await copied();
    await wb.contextMenu(virtual(wb), 'Copy Connection Settings');
    await expect
      .poll(async () => JSON.parse(await copied()) as unknown)
      .toMatchObject({ kind: 'truenas', username: 'root' });
    expect(await copied()).not.toContain(password);
    expect(await wb.page.content()).not.toContain(password);
    await wb.screenshots('virtual-waits');
    await virtual(wb).hover();
    const hover = wb.page.locator('.workbench-hover', { hasText: 'Serves night.gsops.ndjson' });
    await hover.getByText('Only programs of this machine reach it.').waitFor();
    await wb.page.screenshot({ path: 'test/results/screenshots/virtual-tooltip.png' });
  });

  it('is connected to as any server, and tells who is connected and what they sent', async () => {
    const wb = workbench();
    await wb.pressToast(/A virtual TrueNAS serves/, 'Add as Connection');
    await wb.treeItem(/^Connection Virtual TrueNAS, Connected/).waitFor();
    await wb.treeItem(/^minecraft, running.*on Virtual TrueNAS/).waitFor();
    await wb.treeItem(/^terraria, running.*on Virtual TrueNAS/).waitFor();
    await virtual(wb)
      .and(wb.treeItem(/, 1 client · played to its end · /))
      .waitFor();
    await wb.treeItem(/^127\.0\.0\.1:\d+, hears events, sent \d+ messages$/).waitFor();
    await wb.screenshots('virtual-client');
    await wb.treeItem(/^Sent by Clients, \d+ messages$/).click();
    const lines = wb.page.locator('.editor-instance .view-lines');
    await lines
      .getByText(/auth\.login/)
      .first()
      .waitFor();
    await wb.screenshots('virtual-sent');
    await wb.page.setViewportSize({ width: 358, height: 800 });
    await wb.screenshots('virtual-300-pixels');
    await wb.page.setViewportSize({ width: 1280, height: 800 });
    await wb.contextMenu(virtual(wb), 'Add as Connection');
    await wb.toasts('Virtual TrueNAS leads there already.').waitFor();
  });

  it('is played again', async () => {
    const wb = workbench();
    await wb.contextMenu(virtual(wb), 'Speed…');
    await wb.pick('1×');
    await virtual(wb).hover();
    await virtual(wb).getByRole('button', { name: 'Play', exact: true }).click();
    const pause = virtual(wb).getByRole('button', { name: 'Pause', exact: true });
    await virtual(wb).hover();
    await pause.click();
    await virtual(wb)
      .and(wb.treeItem(/ · paused at \d+ % · /))
      .waitFor();
    await wb.screenshots('virtual-paused');
  });

  it('is stopped with its process, its port and its files', async () => {
    const wb = workbench();
    const [folder = '–'] = foldersOf(wb);
    expect(processesOf(folder).length).toBeGreaterThan(0);
    await virtual(wb).hover();
    await virtual(wb).getByRole('button', { name: 'Stop Virtual Server' }).click();
    await virtual(wb).waitFor({ state: 'detached' });
    await wb.pressToast(/^.*Virtual TrueNAS leads nowhere now/, 'Remove Connection…');
    await wb.dialog.getByRole('button', { name: 'Remove' }).click();
    await wb.treeItem(/^Connection Virtual TrueNAS/).waitFor({ state: 'detached' });
    await expect.poll(() => processesOf(folder)).toEqual([]);
    expect(foldersOf(wb)).toEqual([]);
    expect(await isListening(port)).toBe(false);
  });

  it('is served as a notification server with certificates made for it', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Serve as Virtual Server…');
    await wb.pick('night.gsops.ndjson');
    await wb.pick('Bell');
    await wb.pick('1×');
    await wb.pick('Every Machine in the Network');
    const row = wb.treeItem(/^Virtual TLS notification server/);
    await row.and(wb.treeItem(/, no client · waits for a client · 127\.0\.0\.1:\d+$/)).waitFor();
    await wb.treeItem(/^Certificates, \//).waitFor();
    const [, at = 0] = /:(\d+)$/.exec((await row.getAttribute('aria-label')) ?? '') ?? [];
    for (const host of ownAddresses().slice(0, 3)) {
      await wb.treeItem(`From Other Machines, ${host}:${at}`).waitFor();
      expect(await isListening(Number(at), host)).toBe(true);
    }
    await wb.contextMenu(row, 'Add as Connection');
    await wb.treeItem(/^Connection Virtual .*, Connected/).waitFor();
    await wb.treeItem(/^127\.0\.0\.1:\d+, hears events/).waitFor();
    await wb.screenshots('virtual-notifier');
    await wb.contextMenu(row, 'Stop Virtual Server');
    await row.waitFor({ state: 'detached' });
    await wb.pressToast(/leads nowhere now/, 'Remove Connection…');
    await wb.dialog.getByRole('button', { name: 'Remove' }).click();
  });

  it('is served as a Bedrock Server Manager, which takes the password that it was given', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Serve as Virtual Server…');
    await wb.pick('night.gsops.ndjson');
    await wb.pick('Minecraft');
    await wb.pick('As fast as clients read');
    await wb.pick('This Machine Only');
    const row = wb.treeItem(/^Virtual Bedrock Server Manager/);
    await wb.contextMenu(row, 'Add as Connection');
    await wb.treeItem(/^Connection Virtual Bedrock Server Manager, Connected/).waitFor();
    await row.and(wb.treeItem(/, \d clients? · played to its end · http:/)).waitFor();
    await wb.screenshots('virtual-bedrock');
    await wb.contextMenu(row, 'Stop Virtual Server');
    await row.waitFor({ state: 'detached' });
    await wb.pressToast(/Bedrock Server Manager leads nowhere now/, 'Remove Connection…');
    await wb.dialog.getByRole('button', { name: 'Remove' }).click();
  });

  it('says once that it ended by itself', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Serve as Virtual Server…');
    await wb.pick('night.gsops.ndjson');
    await wb.pick('Home');
    await wb.pick('1×');
    const row = wb.treeItem(/^Virtual KGSM, no client · waits for a client · \//);
    await row.waitFor();
    await wb.treeItem(/^Folder of KGSM, \//).waitFor();
    await wb.screenshots('virtual-kgsm');
    const [folder = '–'] = foldersOf(wb);
    const server = processesOf(folder).find((each) => each.includes('simulators.js serve'));
    process.kill(Number.parseInt(server ?? '', 10), 'SIGKILL');
    await wb.toasts('night.gsops.ndjson: The virtual server ended by itself.').waitFor();
    await row.waitFor({ state: 'detached' });
    expect(foldersOf(wb)).toEqual([]);
  });

  it('of the history is served while it goes on, with what it holds until then', async () => {
    const wb = workbench();
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await wb.command('Game Servers: Record');
    await wb.toasts(/^.*Recording “/).waitFor();
    await kgsm.send('instance_started', 'ark');
    const recording = wb.treeItem(/^Recording .*under way, 1 event/);
    await wb.contextMenu(recording, 'Serve as Virtual Server…');
    await wb.pick('1×');
    const row = wb.treeItem(/^Virtual KGSM, no client · waits for a client · \//);
    await row.waitFor();
    // The copy of the events that was handed over is gone already.
    expect(foldersOf(wb)).toEqual([expect.stringMatching(/^gsops-demo-/)]);
    await wb.contextMenu(row, 'Add as Connection');
    await wb.treeItem(/^ark, running.*on Virtual KGSM/).waitFor();
    await wb.treeItem(/^Virtual KGSM, 1 client · played to its end · /).waitFor();
    await wb.contextMenu(row.or(wb.treeItem(/^Virtual KGSM, 1 client/)), 'Stop Virtual Server');
    await wb.pressToast(/leads nowhere now/, 'Remove Connection…');
    await wb.dialog.getByRole('button', { name: 'Remove' }).click();
    await wb.command('Game Servers: Stop Recording');
  });

  it('is served from its editor too, and ends with the window', async () => {
    const wb = workbench();
    await wb.treeItem(/^Recording file night\.gsops\.ndjson/).click();
    await wb.editorFrame().getByText('not live').waitFor();
    await wb.page.locator('.editor-actions').getByRole('button', { name: 'More Actions...' }).click();
    await wb.choose('Serve as Virtual Server…');
    await wb.pick('Home');
    await wb.pick('100×');
    await wb.treeItem(/^Virtual KGSM, /).waitFor();
    const [folder = '–'] = foldersOf(wb);
    await wb.reload();
    await expect.poll(() => processesOf(folder)).toEqual([]);
    await expect.poll(() => foldersOf(wb)).toEqual([]);
  });
});
