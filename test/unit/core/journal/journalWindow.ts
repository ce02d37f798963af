import { isWindowOpen } from '../../../../src/core/connections/windowName.ts';
import { compileText } from '../../../../src/core/journal/compileText.ts';
import { Journals, type JournalsOptions } from '../../../../src/core/journal/journals.ts';
import { inProcessBackend } from '../../../../src/core/journal/store/inProcessBackend.ts';
import { defaultLimits } from '../../../../src/core/journal/store/retention.ts';
import type { Fleet } from '../../../../src/core/model/fleet.ts';
import { systems } from '../../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../../src/core/systems/registry.ts';
import { core, fleetWhere, freeLock, realClock, silentLog } from '../helpers.ts';

/** One window on the journal of a folder; `home` is a connection of its settings. */
export async function openWindow(folder: string, system = 'kgsm', given: Partial<JournalsOptions> = {}) {
  const registry = new SystemRegistry(systems);
  const decoderOf: JournalsOptions['decoderOf'] =
    given.decoderOf ?? ((system) => registry.get(system)?.decoder);
  const { pipeline } = core({ decoderOf });
  const journals = new Journals({
    pipeline,
    folder,
    software: 'test',
    clock: realClock,
    newId: () => 'id',
    backend: () => inProcessBackend(compileText),
    loadSystem: (system) => registry.load(system),
    limits: () => defaultLimits,
    keepsEvents: () => true,
    window: 'here',
    isOpen: isWindowOpen,
    systemOf: (connection) => (connection === 'home' ? system : undefined),
    begin: Promise.resolve(),
    log: silentLog,
    ...given,
    decoderOf,
  });
  await registry.load(system);
  await journals.restored;
  const lock = journals.guard(given.oldStorage?.lock ?? freeLock);
  return {
    pipeline,
    journals,
    /** Takes the connection as its only window; answers how to let go of it. */
    capture: () => lock.acquire('home', new AbortController().signal, () => undefined),
    where: (wanted: (fleet: Fleet) => boolean) => fleetWhere(pipeline, wanted),
  };
}

export type Window = Awaited<ReturnType<typeof openWindow>>;
