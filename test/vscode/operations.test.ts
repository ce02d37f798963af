import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from 'vscode';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { isFinished } from '../../src/core/model/task.ts';
import type { Row } from '../../src/ui/tree/treeItems.ts';
import { connectedRoot, fleetWhere, inside, journalled, send, setConnections } from './inside.ts';

/** A program in KGSM's place: writes down its arguments and emits what KGSM would, through the real socket. */
function installProgram(root: string): void {
  const program = `#!/bin/sh
# The question by which KGSM 3 is known.
[ "$1" != --paths ] || exit 8
[ "$1" != --version ] || { echo 'KGSM, version 2.2.0'; exit 0; }
printf '%s\\n' "$*" >> "${root}/calls"
case "$3" in
  --start) printf '{"EventType":"instance_started","Data":{"InstanceName":"%s"}}\\n' "$2" | socat - UNIX-CONNECT:"${root}/kgsm.sock" ;;
esac
[ "$2" != broken ] || { echo "[ERROR] no such thing"; exit 5; }
`;
  writeFileSync(join(root, 'kgsm.sh'), program);
  chmodSync(join(root, 'kgsm.sh'), 0o755);
}

describe('operations in a real VS Code', () => {
  let root = '';

  before(async () => {
    root = await connectedRoot('ops', installProgram);
    for (const name of ['mc-1', 'mc-2', 'broken'])
      await send(root, 'instance_stopped', { InstanceName: name });
    await fleetWhere((fleet) => instancesOf(fleet, 'ops').length === 3, 'three instances');
  });

  after(async () => {
    await setConnections(undefined);
  });

  const row = (key: string): Row => ({ row: 'instance', connection: 'ops', kind: 'instance', key });

  it('starts what was clicked, as a task of this window, and the state follows the event that comes of it', async () => {
    await commands.executeCommand('gameServerOps.start', row('mc-1'));
    const { runtime } = await inside();
    const fleet = await fleetWhere(
      (f) => instancesOf(f, 'ops').some((i) => i.key === 'mc-1' && i.state === 'running'),
      'mc-1 runs',
    );
    const task = [...fleet.tasks.values()].find((t) => t.subject?.key === 'mc-1');
    assert.deepEqual(task?.startedBy, { window: runtime.window });
    assert.match(readFileSync(join(root, 'calls'), 'utf8'), /^-i mc-1 --start$/m);
  });

  it('leaves out of a selection what cannot do it now', async () => {
    const before = readFileSync(join(root, 'calls'), 'utf8');
    await commands.executeCommand('gameServerOps.start', row('mc-2'), [row('mc-1'), row('mc-2')]);
    const calls = readFileSync(join(root, 'calls'), 'utf8').slice(before.length);
    // KGSM is asked for the state first: a start of what runs would start a second process.
    assert.equal(calls, '-i mc-2 --status --json --fast\n-i mc-2 --start\n');
  });

  it('does nothing to others where the clicked one is gone', async () => {
    const before = readFileSync(join(root, 'calls'), 'utf8');
    await commands.executeCommand('gameServerOps.start', row('gone'));
    assert.equal(readFileSync(join(root, 'calls'), 'utf8'), before);
  });

  it('tells a failure as a failed task with its reason', async () => {
    await commands.executeCommand('gameServerOps.start', row('broken'));
    const fleet = await fleetWhere(
      (f) => [...f.tasks.values()].some((t) => t.subject?.key === 'broken' && isFinished(t.state)),
      'the task ended',
    );
    const task = [...fleet.tasks.values()].find((t) => t.subject?.key === 'broken');
    assert.equal(task?.state, 'failed');
    assert.match(JSON.stringify(task.message), /no such thing/);
  });

  it('writes everything about an operation into the journal: asked, output, outcome', async () => {
    const events = await journalled();
    const ids = events.filter(({ type }) => type === 'operation.asked').map(({ correlation }) => correlation);
    const last = events.filter(({ correlation }) => correlation === ids.at(-1)).map(({ type }) => type);
    assert.deepEqual(last, ['operation.asked', 'operation.output', 'operation.finished']);
  });

  it('asks nothing where nothing can do it, with a row or without', async () => {
    // A list to choose from would never be answered here.
    const before = readFileSync(join(root, 'calls'), 'utf8');
    await commands.executeCommand('gameServerOps.restore', row('mc-1'));
    await commands.executeCommand('gameServerOps.abortJob');
    assert.equal(readFileSync(join(root, 'calls'), 'utf8'), before);
  });

  it('saves what is known of the fleet for the next start', async () => {
    const { runtime } = await inside();
    await runtime.journals.settle();
    const { changes } = await (await runtime.journals.store('live')).state();
    const saved = changes.find(({ address, key }) => address.connection === 'ops' && key.includes('mc-1'));
    assert.match(saved?.state ?? '', /"key":"mc-1"/);
  });
});
