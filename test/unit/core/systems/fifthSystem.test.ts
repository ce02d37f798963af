import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryOf, fieldsFor, formOf } from '../../../../src/core/connections/form.ts';
import { instanceOffers } from '../../../../src/core/connections/offers.ts';
import { Connection } from '../../../../src/core/connections/connection.ts';
import { readConnection, type ConfiguredConnection } from '../../../../src/core/connections/settings.ts';
import type { OpsEvent } from '../../../../src/core/model/event.ts';
import { findInstance } from '../../../../src/core/model/fleet.ts';
import { Emitter } from '../../../../src/core/playback/emitter.ts';
import { systems as loaders } from '../../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../../src/core/systems/registry.ts';
import { watch } from '../../../../src/cli/watch.ts';
import { buildManifest } from '../../../../src/ui/contributions/manifest.ts';
import { detailOf } from '../../../../src/ui/inspector/rows.ts';
import { operationTitles } from '../../../../src/ui/operations/operationTitles.ts';
import { core, fleetWhere, freeLock, ManualClock, noSecrets, silentLog, testMemory } from '../helpers.ts';

vi.mock('../../../../src/ui/translate.ts', async () => {
  const { english } = await import('../../../../src/core/model/text.ts');
  return { translate: english };
});

/** The one line that adds a system. */
const systems = new SystemRegistry({
  ...loaders,
  toy: async () => (await import('../../../toySystem/index.ts')).toy,
});

describe('a fifth system, which is a folder and one line', () => {
  /** Says that a lamp is on to each that connects, and repeats what it is told. */
  let server: Server;
  let connection: ConfiguredConnection;

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.write('{"switched":"lamp-1","on":true}\n');
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const toy = await systems.load('toy');
    if (!toy) throw new Error('there is a toy');
    const form = await formOf(toy);
    expect(fieldsFor(form, {}).map(({ field }) => field)).toEqual(['port']);
    // As Add Connection makes it of the answers.
    const entry = entryOf(form, { port: String((server.address() as AddressInfo).port) });
    const read = await readConnection({ ...entry, name: 'Desk' }, systems);
    if (!read.ok) throw new Error('the form gives settings that can be read');
    connection = read.connection;
  });

  afterEach(() => {
    server.close();
  });

  it('is offered by Add Connection, and its form makes an entry that is read', async () => {
    expect((await systems.loadAll()).map(({ label }) => label)).toContain('Toy');
    expect(connection.settings).toMatchObject({ kind: 'toy', id: 'desk', name: 'Desk' });
  });

  it('stands in the tree with what it offers, in the inspector with its meaning, and takes what is emitted', async () => {
    const clock = new ManualClock();
    const { pipeline } = core({
      decoderOf: (id) => systems.get(id)?.decoder,
      correlate: (draft) => emitter.correlate(draft),
    });
    const emitter = new Emitter({ pipeline, clock, host: 'here', newId: () => 'emission-1' });
    const { system, settings } = connection;
    const events: OpsEvent[] = [];
    pipeline.subscribe('test', (change) =>
      events.push(...change.events.filter(({ type }) => type === 'switched')),
    );
    const live = new Connection({
      ...connection,
      pipeline,
      clock,
      lock: freeLock,
      random: () => 0,
      log: silentLog,
      memory: testMemory,
      secrets: noSecrets,
      host: 'here',
    });
    live.start();
    const lamp = { connection: 'desk', kind: 'lamp', key: 'lamp-1' };
    const lit = await fleetWhere(pipeline, (fleet) => findInstance(fleet, lamp)?.state === 'running');
    const instance = findInstance(lit, lamp);
    if (!instance) throw new Error('the lamp is there');
    const offers = instanceOffers(system, settings, instance, live.session);
    expect(offers.map(({ id }) => id)).toEqual(['switchOff']);

    const [heard] = events;
    if (!heard) throw new Error('it was heard');
    expect(detailOf({ ...heard, source: 'desk', seq: 1 }, settings.name, systems)).toMatchObject({
      system: 'Toy',
      connection: 'Desk',
      instance: 'lamp-1',
      summary: 'lamp-1 is running',
      meaning: 'A lamp was switched on or off.',
      emittable: true,
    });

    const [entry] = system.catalog;
    const [address = ''] = system.emitTargets(settings);
    const { session, secret, id } = live;
    const sent = await emitter.emit({
      target: { system, address, connection: id, session, secret },
      bytes: Buffer.from(JSON.stringify({ ...(entry?.example as object), on: false })),
      origin: 'emitted',
      signal: AbortSignal.timeout(5000),
    });
    expect(sent).toMatchObject({ ok: true, correlation: 'emission-1' });
    await fleetWhere(pipeline, (fleet) => findInstance(fleet, lamp)?.state === 'stopped');
    expect(events.map(({ correlation }) => correlation)).toEqual([undefined, 'emission-1', 'emission-1']);
    await live.stop();
  });

  it('is watched and operated by the probe', async () => {
    const lines: object[] = [];
    const done = new AbortController();
    const operation = { id: 'switchOff', key: 'lamp-1', input: { confirm: 'yes' } };
    const problems = await watch(
      {
        connections: [connection],
        seconds: 10,
        secretsOf: () => () => undefined,
        measure: false,
        operation,
        journal: 'none',
      },
      (line) => {
        lines.push(line);
        if ('event' in line && JSON.stringify(line).includes('lamp-1 is stopped')) done.abort();
      },
      done.signal,
    );
    expect(problems).toEqual([]);
    expect(lines).toContainEqual({
      operation: { id: 'switchOff', subject: 'lamp-1', outcome: 'succeeded', message: 'lamp-1 is off' },
    });
    expect(lines.at(-1)).toMatchObject({
      fleet: { instances: [{ kind: 'lamp', key: 'lamp-1', state: 'stopped' }] },
    });
  });

  it('has its settings, its snippet and its command in package.json', async () => {
    const { contributes, operations, nls } = await buildManifest(await systems.loadAll());
    const { configuration, menus, commands } = contributes as {
      readonly configuration: { readonly properties: Readonly<Record<string, { readonly items: object }>> };
      readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
      readonly commands: readonly { readonly command: string }[];
    };
    const items = configuration.properties['gameServerOps.connections']?.items;
    expect(JSON.stringify(items)).toContain('{"label":"Toy","body":{"kind":"toy","name":"Toy","port":7}}');
    expect(Object.values(nls)).toContain('Port of the toy on this machine.');
    expect(commands).toContainEqual(expect.objectContaining({ command: 'gameServerOps.switchOff' }));
    expect(menus['view/item/context']).toContainEqual(
      expect.objectContaining({
        command: 'gameServerOps.switchOff',
        group: expect.stringMatching(/^2_/) as string,
      }),
    );
    expect([...operationTitles({ contributes, operations }).keys()]).toContain('switchOff');
  });
});
