import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, ConfigurationTarget, extensions, workspace } from 'vscode';
import type { Inside } from '../../src/extension.ts';
import type { JournalEvent } from '../../src/core/journal/store/records.ts';
import { liveTimeline } from '../../src/core/model/event.ts';
import type { Fleet } from '../../src/core/model/fleet.ts';

const extensionId = 'game-server-ops.game-server-ops';

let again: Inside | undefined;

/** Activates the extension anew, which was deactivated by a test: VS Code itself does so with the next window only. */
export async function activateAgain({ activate, runtime }: Inside): Promise<void> {
  // The workbench has seen the end before: an output channel of the same name would be closed with the old one.
  await commands.getCommands();
  again = activate(runtime.context);
}

/** The extension, activated, with what it shows to tests. */
export async function inside(): Promise<Inside> {
  if (again) return again;
  const extension = extensions.getExtension<Inside | undefined>(extensionId);
  assert.ok(extension, 'the extension is installed');
  const exported = await extension.activate();
  assert.ok(exported, 'it runs in test mode');
  return exported;
}

/** So long a wait goes on before it says what it waits for: no measure of speed, a busy machine takes a multiple of a quiet one. */
const SEEN_WITHIN_MS = 60_000;

const notSeen = (what: string): Error => new Error(`not seen within ${SEEN_WITHIN_MS / 1000} s: ${what}`);

/** Waits for something that tells nobody of its changes. */
export async function eventually(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + SEEN_WITHIN_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw notSeen(what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until the live fleet is as wanted; woken by its changes. */
export async function fleetWhere(wanted: (fleet: Fleet) => boolean, what: string): Promise<Fleet> {
  const { runtime } = await inside();
  const { pipeline } = runtime;
  pipeline.flush();
  const now = pipeline.fleet();
  if (wanted(now)) return now;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unsubscribe();
      reject(notSeen(what));
    }, SEEN_WITHIN_MS);
    const unsubscribe = pipeline.subscribe('test', ({ timeline, fleet }) => {
      if (timeline !== 'live' || !wanted(fleet)) return;
      clearTimeout(timer);
      unsubscribe();
      resolve(fleet);
    });
  });
}

/** The live events that are in the journal, oldest first, once all that came so far is. */
export async function journalled(): Promise<readonly JournalEvent[]> {
  const { runtime } = await inside();
  await runtime.journals.settle();
  const store = await runtime.journals.store(liveTimeline);
  const { events } = await store.range('', 0, Number.MAX_SAFE_INTEGER, 100_000);
  return events;
}

/** A program in KGSM's place that knows nothing but its version. */
function installProgram(root: string): void {
  const program = `#!/bin/sh\n[ "$1" = --version ] || exit 5\necho 'KGSM, version 2.2.0'\n`;
  writeFileSync(join(root, 'kgsm.sh'), program, { mode: 0o755 });
}

/** A KGSM folder of its own with a connection to it in the settings, connected. */
export async function connectedRoot(id: string, install = installProgram): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kg-'));
  install(root);
  await setConnections([{ kind: 'kgsm', id, name: `Test ${id}`, root }]);
  await fleetWhere((fleet) => fleet.connections.get(id)?.state === 'ready', `${id} is ready`);
  assert.ok(existsSync(join(root, 'kgsm.sock')));
  return root;
}

export async function setConnections(connections: readonly unknown[] | undefined): Promise<void> {
  await workspace
    .getConfiguration('gameServerOps')
    .update('connections', connections, ConfigurationTarget.Global);
}

/** Sends one event as KGSM does: one connection, pretty-printed, closed after writing. */
export function send(root: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
  const text = `${JSON.stringify({ EventType: type, Data: data, Timestamp: '2026-11-20T18:06:41Z', Hostname: 'vm', KGSMVersion: 'unknown' }, null, 2)}\n`;
  return sendText(root, text);
}

export function sendText(root: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(root, 'kgsm.sock'));
    socket.once('error', reject);
    socket.once('close', () => {
      resolve();
    });
    socket.end(text);
    socket.resume();
  });
}
