import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { DebouncedFiles } from '../../../../src/core/storage/debouncedFiles.ts';
import { FleetStore } from '../../../../src/ui/storage/fleetStore.ts';
import { SessionMemories } from '../../../../src/ui/storage/sessionMemory.ts';
import { core, draft, freeLock, kgsmEvent, ManualClock, silentLog } from '../../core/helpers.ts';

let folder: string;
const clock = new ManualClock();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function files(name: string): DebouncedFiles {
  return new DebouncedFiles({ folder: join(folder, name), clock, log: silentLog });
}

/** A window on the shared folder; `capture` waits for no other window, as that is the business of the lock. */
function openWindow() {
  const { pipeline } = core();
  const store = new FleetStore(files('fleet'), pipeline);
  store.restore();
  const memories = new SessionMemories(files('sessions'));
  const lock = store.guard(freeLock, (connection) => {
    memories.flush(connection);
  });
  return {
    pipeline,
    store,
    memory: memories.of('home'),
    capture: () => lock.acquire('home', new AbortController().signal, () => undefined),
    hear: (type: string, instance = 'a') => {
      pipeline.ingest(draft(kgsmEvent(type, instance)));
      pipeline.flush();
    },
    state: () => ({
      instances: instancesOf(pipeline.fleet(), 'home').map(({ key, state }) => `${key} ${state}`),
      openTasks: [...pipeline.fleet().tasks.values()].filter(({ finishedAt }) => finishedAt === undefined)
        .length,
    }),
    written: () => {
      const text = readFileSync(join(folder, 'fleet', 'home.json'), 'utf8');
      return (JSON.parse(text) as { instances: { state: string }[] }).instances.map(({ state }) => state);
    },
  };
}

describe('the state of a connection that several windows know', () => {
  it('is taken over as the other window left it, not as it was when this window started', async () => {
    const first = openWindow();
    const release = await first.capture();
    first.hear('instance_installation_started');
    clock.advance(1000);
    const second = openWindow();
    expect(second.state()).toEqual({ instances: ['a installing'], openTasks: 1 });
    first.hear('instance_installation_finished');
    first.hear('instance_installed');
    first.hear('instance_started');
    first.memory.save({ cursor: 7 });
    await release();

    await second.capture();
    expect(second.state()).toEqual({ instances: ['a running'], openTasks: 0 });
    expect(second.memory.load()).toEqual({ cursor: 7 });
    second.hear('instance_stopped');
    clock.advance(1000);
    expect(second.written()).toEqual(['stopped']);
  });

  it('is written only by the window that captures it', async () => {
    const first = openWindow();
    await first.capture();
    first.hear('instance_started');
    clock.advance(1000);
    const second = openWindow();
    first.hear('instance_stopped');
    clock.advance(1000);
    second.hear('instance_crashed', 'b');
    clock.advance(60_000);
    second.store.dispose();
    expect(first.written()).toEqual(['stopped']);
  });

  it('is not overwritten by a write that failed before the release and is repeated when another window has gone on', async () => {
    const first = openWindow();
    let release = await first.capture();
    first.hear('instance_started');
    await release();
    release = await first.capture();
    first.hear('instance_crashed');
    rmSync(join(folder, 'fleet'), { recursive: true });
    writeFileSync(join(folder, 'fleet'), 'in the way');
    await release();
    rmSync(join(folder, 'fleet'));
    clock.advance(60_000);
    expect(first.written()).toEqual(['crashed']);

    release = await first.capture();
    first.hear('instance_started');
    renameSync(join(folder, 'fleet'), join(folder, 'aside'));
    writeFileSync(join(folder, 'fleet'), 'in the way');
    await release();
    rmSync(join(folder, 'fleet'));
    renameSync(join(folder, 'aside'), join(folder, 'fleet'));
    const second = openWindow();
    await second.capture();
    second.hear('instance_stopped');
    second.store.dispose();
    clock.advance(60_000);
    expect(second.written()).toEqual(['stopped']);
  });

  it('stays as this window knows it where it was the last to write', async () => {
    const window = openWindow();
    const release = await window.capture();
    window.hear('instance_started');
    await release();
    window.pipeline.ingest(draft(kgsmEvent('instance_started', 'b')));
    await window.capture();
    expect(window.state().instances).toHaveLength(2);
  });

  it('is forgotten with the connection', async () => {
    const window = openWindow();
    await window.capture();
    window.hear('instance_started');
    clock.advance(1000);
    expect(openWindow().state().instances).toEqual(['a running']);
    window.pipeline.forget('home');
    window.pipeline.flush();
    clock.advance(1000);
    expect(openWindow().state().instances).toEqual([]);
  });
});
