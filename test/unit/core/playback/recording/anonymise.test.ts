import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../../../../src/core/journal/recorder.ts';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { Draft } from '../../../../../src/core/model/event.ts';
import { NameCollector } from '../../../../../src/core/playback/names/pseudonyms.ts';
import { gatherNames } from '../../../../../src/core/playback/recording/anonymise.ts';
import { csvTable } from '../../../../../src/core/playback/recording/csv.ts';
import { exportEvents, pagesOf } from '../../../../../src/core/playback/recording/exportEvents.ts';
import { importRecording } from '../../../../../src/core/playback/recording/importRecording.ts';
import { headerOfQuery } from '../../../../../src/core/playback/recording/recordingHeader.ts';
import { recordingLine } from '../../../../../src/core/playback/recording/recordingLines.ts';
import { core, draft, kgsmEvent, systems } from '../../helpers.ts';
import { openTestStore, temporaryFolder } from '../../journal/store/helpers.ts';
import { linesOf } from '../../../../wire/reading.ts';

const never = new AbortController().signal;

const longName = 'the-longest-name-of-them-all-'.repeat(5);

/** Every name of the source: of players, addresses, hosts, users, instances and connections. */
const names = [
  ...['Notch', 'Größe Maria', '2535428691234567', '76561198000000001'],
  ...['203.0.113.77', '10.1.2.3', '2001:db8:7::9', 'games-01', 'nas.example.org', 'backup.example.net'],
  ...['operator7', 'jsmith', 'carol', 'carol@example.org'],
  ...['smp-main', 'lobby "x"', 'valheim', 'creative world', 'mc-7'],
  ...[longName, longName.slice(0, 50), 'odd\nname'],
  ...['attic', 'Attic of Bob', 'cellar', 'bellhop', 'bsm-01'],
];

const relayed = kgsmEvent('instance_started', 'mc-7').replace('}}', '},"Hostname":"games-01"}');
const messages: readonly (readonly [fields: Partial<Draft>, raw: string])[] = [
  [
    { connection: 'attic', system: 'kgsm' },
    kgsmEvent('instance_installed', 'smp-main', { Blueprint: 'papermc' }),
  ],
  [
    { connection: 'attic', system: 'kgsm' },
    kgsmEvent('instance_player_joined', 'lobby "x"', {
      PlayerName: 'Notch',
      PlayerId: '76561198000000001',
      PlayerAddr: '203.0.113.77:51234',
    }).replace('}}', '},"Actor":"discord:jsmith","Hostname":"games-01"}'),
  ],
  [
    { connection: 'attic', system: 'kgsm' },
    kgsmEvent('instance_input_sent', 'smp-main', {
      Command:
        'say welcome NOTCH from 10.1.2.3, see https://backup.example.net/home and /home/carol/smp-main_old',
    }),
  ],
  [
    { connection: 'attic', system: 'kgsm', channel: 'reply', correlation: 'c-1' },
    JSON.stringify({
      cli: ['--instances', '--list', '--json'],
      code: 0,
      output: JSON.stringify(['smp-main', 'lobby "x"']),
    }),
  ],
  [{ connection: 'attic', system: 'kgsm' }, kgsmEvent('instance_started', longName)],
  [{ connection: 'attic', system: 'kgsm' }, kgsmEvent('instance_crashed', 'odd\nname')],
  [
    { connection: 'attic', system: 'kgsm', channel: 'reply', correlation: 'c-2' },
    JSON.stringify({
      cli: ['--instances', '--list', '--detailed', '--json'],
      code: 0,
      output: JSON.stringify({ 'smp-main': { status: true }, 'lobby "x"': { ip: '10.1.2.3' } }),
    }),
  ],
  [
    { connection: 'bsm-01', system: 'bedrock' },
    '{"type": "event", "topic": "event:after_server_statuses_updated", "data": {"server_name": "creative world", "player_count": 1, "players": [{"name": "Gr\\u00f6\\u00dfe Maria", "uuid": "2535428691234567"}], "result": {"status": "success", "message": "Server \'creative world\' has 1 player"}}}',
  ],
  [
    { connection: 'bsm-01', system: 'bedrock' },
    '{"type": "log_update", "topic": "server_log:creative world", "data": "[2026-11-20 18:40:21:123 INFO] Player connected: Größe Maria, xuid: 2535428691234567, pfid: 1\\nkicked by operator7"}',
  ],
  [
    { connection: 'bsm-01', system: 'bedrock' },
    '{"type": "task_update", "topic": "task:e9af9459-8abe-472b-b714-83b4dc1dbaf3", "data": {"status": "in_progress", "message": "Task is running.", "result": null, "username": "operator7"}}',
  ],
  [
    { connection: 'bsm-01', system: 'bedrock', channel: 'request', direction: 'out', correlation: 'r-1' },
    '{"method":"GET","path":"/api/server/creative%20world/status"}',
  ],
  [
    { connection: 'cellar', system: 'truenas' },
    '{"msg": "changed", "collection": "app.query", "id": "valheim", "fields": {"id": "valheim", "name": "valheim", "state": "RUNNING", "active_workloads": {"used_ports": [{"host_ports": [{"host_ip": "2001:db8:7::9"}]}], "images": ["lloesche/valheim-server"]}}}',
  ],
  [
    { connection: 'cellar', system: 'truenas' },
    '{"msg": "changed", "collection": "core.get_jobs", "id": 1, "fields": {"id": 1, "method": "app.stop", "arguments": ["valheim"], "state": "RUNNING", "progress": {"percent": 20, "description": "Stopping \'valheim\' app"}, "time_started": {"$date": 1795200589000}, "credentials": {"type": "LOGIN_PASSWORD", "data": {"username": "jsmith"}}}}',
  ],
  [
    { connection: 'cellar', system: 'truenas', channel: 'reply', correlation: 'm1' },
    '{"id": "m1", "msg": "result", "result": {"hostname": "nas.example.org", "version": "25.10.1.2", "mail": "carol@example.org"}}',
  ],
  [
    { connection: 'bellhop', system: 'notifier' },
    `{"event":"broadcast_message","id":"server-1","timestamp":"2026-11-20T18:41:17.482341534Z","content":{"message":${JSON.stringify(relayed)},"sender":"client-1"}}`,
  ],
  [
    { connection: 'bellhop', system: 'notifier' },
    '{"event":"broadcast_message","id":"server-1","timestamp":"2026-11-20T18:41:17.482341534Z","content":{"message":"carol: smp-main is up at 203.0.113.77","sender":"client-1"}}',
  ],
  // Cut off in the middle of a name of another message, no JSON, and no text.
  [
    { connection: 'attic', system: 'kgsm', truncated: true },
    '{"EventType":"x","Data":{"InstanceName":"smp-main","Who":"Not',
  ],
  [{ connection: 'attic', system: 'kgsm' }, 'Notch joined the game from 10.1.2.3'],
];

/** A journal with events of all four systems and the state before them, as a window keeps it. */
async function source(): Promise<JournalStore> {
  const store = await openTestStore();
  const { pipeline } = core();
  const written: Promise<unknown>[] = [];
  pipeline.subscribe('test', (change) => {
    written.push(store.append(batchOf(change)));
  });
  for (const [fields, raw] of [...messages, ...messages]) {
    pipeline.ingest(draft(raw, { receivedAt: Date.UTC(2026, 10, 20), ...fields }));
    pipeline.flush();
  }
  pipeline.ingest(draft(Buffer.from([0xff, ...Buffer.from('Notch')]), { connection: 'attic' }));
  pipeline.control(
    {
      connection: 'attic',
      system: 'kgsm',
      host: 'games-01',
      timeline: 'live',
      receivedAt: Date.UTC(2026, 10, 20),
    },
    {
      type: 'operation.asked',
      id: 'o-1',
      operation: 'start',
      title: { template: 'Start {0}', args: ['smp-main'] },
      kind: 'instance',
      key: 'smp-main',
    },
  );
  pipeline.flush();
  await Promise.all(written);
  return store;
}

/** The text of an anonymous export of all that a query finds. */
async function exported(store: JournalStore, query: string, table = false): Promise<string> {
  const path = join(temporaryFolder(), 'anonymous');
  const handle = await store.query(query);
  const connections = ['attic', 'bsm-01', 'cellar', 'bellhop'];
  const header = await headerOfQuery(
    {
      store,
      name: 'smp-main-at-night.ndjson',
      software: 'Game Server Ops 0.1.0',
      connections: connections.map((id) => ({ id, system: 'kgsm' })),
      nameOf: (id) => (id === 'attic' ? 'Attic of Bob' : id),
    },
    query,
    handle,
  );
  if (!header) throw new Error('the query finds something');
  const pages = (): ReturnType<typeof pagesOf> => pagesOf(handle, Number.MAX_SAFE_INTEGER);
  const all = pagesOf(await store.query(''), Infinity);
  const anonymiser = await gatherNames((id) => systems.get(id), header, all, never);
  const { head, lineOf } = table
    ? csvTable([], 'arrival', String)
    : { head: JSON.stringify(anonymiser.header(header)), lineOf: recordingLine };
  await exportEvents({
    path,
    gzip: false,
    head,
    pages: pages(),
    lineOf: (event) => lineOf(anonymiser.event(event)),
    lineEnd: '\n',
    signal: never,
    onProgress: () => undefined,
  });
  return path;
}

const written = (name: string): string[] => [
  name,
  encodeURIComponent(name),
  JSON.stringify(name).slice(1, -1),
  Buffer.from(name).toString('base64').replace(/=+$/, '').slice(0, -1),
];

function foundIn(text: string): string[] {
  return names.filter((name) =>
    written(name).some((form) => text.toLowerCase().includes(form.toLowerCase())),
  );
}

describe('an anonymous export', () => {
  it.each([
    ['recording', false],
    ['table', true],
  ])('as %s holds no name, address and host of its source', async (_, table) => {
    const store = await source();
    const text = readFileSync(await exported(store, '', table), 'utf8');
    expect(text.split('\n').length).toBeGreaterThan(2 * messages.length);
    expect(foundIn(text)).toEqual([]);
  });

  it('of a part holds none either, also not in the state that it begins with', async () => {
    const store = await source();
    const path = await exported(store, 'system:notifier');
    const text = readFileSync(path, 'utf8');
    const { base } = JSON.parse(text.split('\n')[0] ?? '') as { base: { changes: unknown[] } };
    expect(base.changes.length).toBeGreaterThan(2);
    expect(foundIn(text)).toEqual([]);
  });

  it('opens as a recording with the same types, times, states and chains', async () => {
    const store = await source();
    const path = await exported(store, '');
    const opened = await openTestStore();
    const state = await importRecording({
      content: createReadStream(path),
      store: opened,
      plainSystem: 'kgsm',
      name: 'file',
      loadSystem: (system) => systems.load(system),
      decoderOf: (system) => systems.get(system)?.decoder,
      signal: never,
      onProgress: () => undefined,
    });
    expect(state).toMatchObject({ problems: 0, done: true });
    const told = async (from: JournalStore): Promise<readonly unknown[]> => {
      const { rows } = await (
        await from.query('')
      ).rows({ anchor: 'oldest', direction: 'newer', count: 500 });
      return rows.map(({ type, time, receivedAt, severity, channel, correlation }) => [
        ...[type, time, receivedAt, severity, channel, correlation],
      ]);
    };
    expect(await told(opened)).toEqual(await told(store));
    const states = async (from: JournalStore): Promise<readonly unknown[]> =>
      (await from.state()).changes
        .filter(({ what }) => what === 'instance')
        .map(({ state: json }) => (JSON.parse(json ?? '{}') as { state?: string }).state)
        .sort();
    expect(await states(opened)).toEqual(await states(store));
  });

  it('gives a name the same pseudonym everywhere', async () => {
    const text = readFileSync(await exported(await source(), ''), 'utf8');
    const raws = text
      .split('\n')
      .slice(1, -1)
      .map((line) => (JSON.parse(line) as { raw: string }).raw);
    const joined = JSON.parse(raws[1] ?? '') as { Data: { PlayerName: string; PlayerAddr: string } };
    const { PlayerName, PlayerAddr } = joined.Data;
    expect(PlayerAddr).toMatch(/^198\.18\.\d+\.\d+:51234$/);
    expect(raws[2]).toContain(`say welcome ${PlayerName} from `);
    expect(raws[17]).toContain(`${PlayerName} joined the game`);
    expect(raws[15]).toContain(PlayerAddr.replace(':51234', ''));
  });

  it.each(['truenas-24.10-websocket', 'bedrock-3.10', 'kgsm-2.2-lifecycle', 'tcp-notification-manager'])(
    'leaves what names nobody as it is: %s',
    (file) => {
      const texts = linesOf(`${file}.jsonl`).flatMap(
        (line) => (JSON.parse(line) as { text?: string }).text ?? [],
      );
      const system = systems.get(file.startsWith('tcp') ? 'notifier' : (/^[a-z]+/.exec(file)?.[0] ?? ''));
      const collector = new NameCollector();
      for (const raw of texts) system?.rewrite(raw, { pseudonyms: collector });
      const pseudonyms = collector.pseudonyms();
      for (const raw of texts) {
        const made = system?.rewrite(raw, { pseudonyms }) ?? '';
        const types = (text: string): unknown => {
          try {
            const { EventType, type, msg, collection, event } = JSON.parse(text) as Record<string, unknown>;
            return [EventType, type, msg, collection, event];
          } catch {
            return text.length > 0;
          }
        };
        expect(types(made)).toEqual(types(raw));
      }
    },
  );
});

describe('pseudonyms', () => {
  it('hide every name in every text, whatever the names are', () => {
    const name = fc
      .string({ minLength: 4, maxLength: 12, unit: 'grapheme' })
      .filter((text) => text.trim().length >= 4);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), fc.array(fc.string()), (given, words) => {
        const collector = new NameCollector();
        for (const each of given) collector.name('player', each);
        const raw = JSON.stringify({ Data: { PlayerName: given[0], Note: given.join(words.join(' ')) } });
        const made = systems.get('kgsm')?.rewrite(raw, { pseudonyms: collector.pseudonyms() }) ?? '';
        const { Data } = JSON.parse(made) as { Data: { PlayerName: string; Note: string } };
        for (const each of given) expect(`${Data.PlayerName} ${Data.Note}`).not.toContain(each);
      }),
      // The last name of a text has a longer written form.
      { numRuns: 300, examples: [[['#   \u1681'], []]] },
    );
  });

  it('hold no name of the source themselves', () => {
    const collector = new NameCollector();
    for (const name of ['server', 'player-1', 'Player', 'guest', 'visitor']) collector.name('player', name);
    const pseudonyms = collector.pseudonyms();
    for (const name of ['server', 'player-1', 'Player', 'guest', 'visitor'])
      expect(pseudonyms.name('player', name)).not.toMatch(/server|player|guest|visitor/i);
  });
});

it('players whom only the state at the beginning names get pseudonyms too', async () => {
  const header = {
    gameServerOpsRecording: 1 as const,
    base: { changes: [{ state: JSON.stringify({ key: 'smp', playerNames: ['[VIP] Notch', 'Alex'] }) }] },
  };
  const anonymiser = await gatherNames(() => undefined, header, [], never);
  expect(JSON.stringify(anonymiser.header(header))).not.toMatch(/Notch|Alex/);
});
