import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, window } from 'vscode';
import { liveTimeline } from '../../src/core/model/event.ts';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { isFinished } from '../../src/core/model/task.ts';
import type { Inside } from '../../src/extension.ts';
import type { Row } from '../../src/ui/tree/treeItems.ts';
import { HeldResources } from './heldResources.ts';
import {
  activateAgain,
  connectedRoot,
  eventually,
  fleetWhere,
  inside,
  journalled,
  send,
  setConnections,
} from './inside.ts';
import { Said } from './said.ts';

/** A program in KGSM's place that never comes back from saving a world. */
function installProgram(root: string): void {
  const program = `#!/bin/sh
[ "$1" != --paths ] || exit 8
[ "$1" != --version ] || { echo 'KGSM, version 2.2.0'; exit 0; }
[ "$3" != --save ] || exec sleep 600
exit 5
`;
  writeFileSync(join(root, 'kgsm.sh'), program, { mode: 0o755 });
}

describe('the end of the extension in a real VS Code', () => {
  after(async () => {
    await setConnections(undefined);
  });

  it('leaves no handle, socket, timer, process or file, whatever was used, and the extension begins anew', async () => {
    const first = await inside();
    await first.deactivate();
    const { context } = first.runtime;
    using resources = new HeldResources(context.asAbsolutePath('dist'), context.globalStorageUri.fsPath);
    await activateAgain(first);
    using said = new Said(first.window);
    said.agrees = true;
    const second = await inside();
    const operation = (await useEverything(second, said)).operation;
    const held = resources.held();
    for (const kind of ['Timeout', 'PROCESSWRAP', 'WORKER', 'process', 'temporary', 'handle Socket'])
      assert.ok(
        held.some((each) => each.startsWith(kind)),
        `there is a ${kind} to leave: ${held.join('\n')}`,
      );

    {
      using slow = resources.slowPauses();
      // The simulated servers live on: tree, palette and status bar wait to be drawn again.
      await eventually(() => slow.begun() >= 4, 'what is drawn at a pace waits for its next time');
    }
    await second.deactivate();
    await operation;
    let left: readonly string[] = [];
    await eventually(() => {
      left = resources.held();
      return left.length === 0;
    }, 'an end of all').catch(() => undefined);
    assert.deepEqual(left, []);
    await eventually(
      () => !window.terminals.some(({ creationOptions }) => 'pty' in creationOptions),
      'terminals of logs are closed',
    );

    await activateAgain(second);
    await connectedRoot('anew');
  });
});

/** Opens and begins all that lasts: connections of the four systems among it, and an operation that does not end. */
async function useEverything(
  { runtime }: Inside,
  said: Said,
): Promise<{ readonly operation: Thenable<unknown> }> {
  const root = await connectedRoot('all', installProgram);
  for (const type of ['started', 'stopped', 'started'])
    await send(root, `instance_${type}`, { InstanceName: 'mc-1' });
  const mc1: Row = { row: 'instance', connection: 'all', kind: 'instance', key: 'mc-1' };
  await fleetWhere(
    (fleet) => instancesOf(fleet, 'all').some(({ state }) => state === 'running'),
    'mc-1 runs',
  );
  const run = (command: string, ...given: readonly unknown[]): Thenable<unknown> =>
    commands.executeCommand(`gameServerOps.${command}`, ...given);
  await run('openInspector');
  await run('openInspectorTab');
  await run('metrics', mc1);
  await run('logs', mc1);
  await run('tasks');
  const operation = run('save', mc1);
  await fleetWhere(
    (fleet) =>
      [...fleet.tasks.values()].some(({ state, subject }) => subject?.key === 'mc-1' && !isFinished(state)),
    'a task runs',
  );
  await run('record');
  await send(root, 'instance_crashed', { InstanceName: 'mc-1', ExitCode: 1 });
  await journalled();
  await run('serveRecording');
  assert.match(said.messages.at(-1) ?? '', /^A virtual KGSM serves/);
  const [recording] = runtime.recordings.running;
  assert.ok(recording);
  await run('playRecording', { row: 'recording', id: recording.id });
  await eventually(() => runtime.timelines.label !== undefined, 'the replay is on screen');
  await run('showLive');
  await run('trySimulated');
  const base = runtime.timelines.base;
  assert.notEqual(base, liveTimeline);
  const systems = (): Set<string> =>
    new Set(
      runtime.connections
        .on(base)
        .filter(({ state }) => state === 'ready')
        .map(({ system }) => system.id),
    );
  await eventually(() => systems().size === 4, 'all four systems are connected');
  for (const { id, system } of runtime.connections.on(base)) {
    const [instance] = instancesOf(runtime.pipeline.fleet(base), id);
    if (!instance || !system.console) continue;
    await run('logs', { row: 'instance', ...instance });
    await run('metrics', { row: 'instance', ...instance });
  }
  return { operation };
}
