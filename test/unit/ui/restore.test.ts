import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instancesOf, type Fleet } from '../../../src/core/model/fleet.ts';
import { systems as loaders } from '../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../src/core/systems/registry.ts';
import { FleetStore } from '../../../src/ui/storage/fleetStore.ts';
import { core, draft, kgsmEvent } from '../core/helpers.ts';

describe('the state of the last session', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gs-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function window(): Pick<ReturnType<typeof core>, 'pipeline'> & {
    readonly systems: SystemRegistry;
    readonly store: FleetStore;
  } {
    const systems = new SystemRegistry(loaders);
    const { pipeline } = core({ decoderOf: (id) => systems.get(id)?.decoder });
    return { systems, pipeline, store: new FleetStore(folder, pipeline, systems) };
  }

  it('loads the systems that it needs and no other, and tells who looks at the fleet', async () => {
    const first = window();
    await first.systems.load('kgsm');
    first.pipeline.control(
      { timeline: 'live', connection: 'home', system: 'kgsm', host: 'here', receivedAt: 1000 },
      { type: 'connection.state', state: 'ready' },
    );
    first.pipeline.ingest(draft(kgsmEvent('instance_started', 'mc-1')));
    first.pipeline.flush();
    first.store.dispose();

    const second = window();
    const seen: Fleet[] = [];
    second.pipeline.subscribe('test', ({ fleet }) => seen.push(fleet));
    await second.store.restore();
    expect(second.systems.ids.filter((id) => second.systems.get(id))).toEqual(['kgsm']);
    expect(seen.map((fleet) => instancesOf(fleet, 'home').map(({ state }) => state))).toEqual([['running']]);
    // The decoder's memory is back: a crash is told from a stop by it.
    expect(second.pipeline.context('live', 'home')).toBeDefined();
  });

  it('loads nothing where there is none', async () => {
    const { store, systems } = window();
    await store.restore();
    expect(systems.ids.filter((id) => systems.get(id))).toEqual([]);
  });
});
