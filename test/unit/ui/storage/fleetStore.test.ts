import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TimelineChange } from '../../../../src/core/journal/pipeline.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { systems as loaders } from '../../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../../src/core/systems/registry.ts';
import { DebouncedFiles } from '../../../../src/core/storage/debouncedFiles.ts';
import { FleetStore } from '../../../../src/ui/storage/fleetStore.ts';
import { SessionMemories } from '../../../../src/ui/storage/sessionMemory.ts';
import { core, draft, freeLock, kgsmEvent, ManualClock, silentLog, systems } from '../../core/helpers.ts';

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
async function openWindow(known = systems) {
  const { pipeline } = core({ decoderOf: (id) => known.get(id)?.decoder });
  const changes: TimelineChange[] = [];
  pipeline.subscribe('test', (change) => changes.push(change));
  const store = new FleetStore(files('fleet'), pipeline, known);
  await store.restore();
  const memories = new SessionMemories(files('sessions'));
  const lock = store.guard(freeLock, (connection) => {
    memories.flush(connection);
  });
  return {
    pipeline,
    changes,
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
    const first = await openWindow();
    const release = await first.capture();
    first.hear('instance_installation_started');
    clock.advance(1000);
    const second = await openWindow();
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
    const first = await openWindow();
    await first.capture();
    first.hear('instance_started');
    clock.advance(1000);
    const second = await openWindow();
    first.hear('instance_stopped');
    clock.advance(1000);
    second.hear('instance_crashed', 'b');
    clock.advance(60_000);
    second.store.dispose();
    expect(first.written()).toEqual(['stopped']);
  });

  it('is not overwritten by a write that failed before the release and is repeated when another window has gone on', async () => {
    const first = await openWindow();
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
    const second = await openWindow();
    await second.capture();
    second.hear('instance_stopped');
    second.store.dispose();
    clock.advance(60_000);
    expect(second.written()).toEqual(['stopped']);
  });

  it('stays as this window knows it where it was the last to write', async () => {
    const window = await openWindow();
    const release = await window.capture();
    window.hear('instance_started');
    await release();
    window.pipeline.ingest(draft(kgsmEvent('instance_started', 'b')));
    await window.capture();
    expect(window.state().instances).toHaveLength(2);
  });

  it('is forgotten with the connection', async () => {
    const window = await openWindow();
    await window.capture();
    window.hear('instance_started');
    clock.advance(1000);
    expect((await openWindow()).state().instances).toEqual(['a running']);
    window.pipeline.forget('home');
    window.pipeline.flush();
    clock.advance(1000);
    expect((await openWindow()).state().instances).toEqual([]);
  });

  it('is restored with the systems that it needs and no other, and is told to those who look', async () => {
    const none = new SystemRegistry(loaders);
    expect((await openWindow(none)).changes).toEqual([]);
    expect(none.ids.filter((id) => none.get(id))).toEqual([]);

    const first = await openWindow();
    const release = await first.capture();
    first.hear('instance_started');
    await release();
    const fresh = new SystemRegistry(loaders);
    const second = await openWindow(fresh);
    expect(fresh.ids.filter((id) => fresh.get(id))).toEqual(['kgsm']);
    expect(second.changes.map(({ fleet }) => instancesOf(fleet, 'home').length)).toEqual([1]);
    expect(second.pipeline.context('live', 'home')).toBeDefined();
  });
});
