import { describe, expect, it } from 'vitest';
import { HandClock } from '../../../src/simulator/truenas/clock.ts';
import { linesOf } from '../../wire/reading.ts';
import { pushed } from './roundTrip.ts';
import { openVirtual } from './truenasRoundTrip.ts';
import { Client, eventIn, short, startTrueNas, type Frame } from './truenasServer.ts';

const realtime = 'reporting.realtime:{"interval": 2}';

/** Keys of a job as the client finds them on 25.10. */
const jobKeys = [
  'abortable',
  'arguments',
  'credentials',
  'description',
  'error',
  'exc_info',
  'exception',
  'id',
  'logs_excerpt',
  'logs_path',
  'message_ids',
  'method',
  'progress',
  'result',
  'result_encoding_error',
  'state',
  'time_finished',
  'time_started',
  'transient',
];

interface Nas extends AsyncDisposable {
  readonly url: string;
  readonly password: string;
  readonly clock: HandClock;
  /** Ids of jobs that clients begin are greater. */
  readonly jobsAfter: number;
  /** The NAS measures itself: by its clock, or because the recording says so. */
  measure(): Promise<unknown>;
}

async function ordinary(): Promise<Nas> {
  const { server, clock, ...rig } = await startTrueNas({ profile: '25.10' });
  const measure = (): Promise<void> => clock.advance(2000);
  return { ...rig, url: server.url, password: 'secret', clock, jobsAfter: 0, measure };
}

/** Serves what a real TrueNAS 25.10 said. */
async function virtual(): Promise<Nas> {
  const texts = linesOf('truenas-25.10-websocket.jsonl')
    .map((line) => JSON.parse(line) as { readonly dir?: string; readonly text?: string })
    .flatMap(({ dir, text }) => (dir === '<' && text !== undefined ? [text] : []));
  const events = texts.map((text) => pushed(text));
  const base = Object.entries({ minecraft: 'running', valheim: 'stopped', terraria: 'crashed' } as const).map(
    ([key, state]) => ({ kind: 'app', key, name: key, state }),
  );
  const clock = new HandClock();
  const { settings, password, play, ...rig } = await openVirtual(
    { events, base },
    { wait: clock.wait, now: clock.now },
  );
  const measured = events.filter(({ bytes }) => String(bytes).includes('"collection": "reporting.realtime"'));
  const measure = (): Promise<void> => play(measured.slice(0, 1));
  return { ...rig, url: settings.url, password, clock, jobsAfter: 100_000, measure };
}

describe.each([
  ['ddp', 'the simulator', ordinary],
  ['ddp', 'a recording that is served', virtual],
  ['jsonrpc', 'the simulator', ordinary],
  ['jsonrpc', 'a recording that is served', virtual],
] as const)(
  'the Python client of TrueNAS over %s makes all its checks in one conversation with %s',
  (protocol, _, start) => {
    const isRpc = protocol === 'jsonrpc';
    const dataOf = (error: unknown): unknown => (isRpc ? (error as { data: unknown }).data : error);
    const states = (apps: unknown): string[] =>
      (apps as readonly { name: string; state: string }[]).map(({ name, state }) => `${name}=${state}`);
    const eventsOf = (frames: readonly Frame[], collection: string): Frame[] =>
      frames.filter((frame) => eventIn(frame)?.['collection'] === collection);

    it('and passes them', async () => {
      await using nas = await start();
      const { clock, jobsAfter } = nas;
      const client: Client = await Client.open(nas, protocol);
      await client.connect();
      if (isRpc) {
        // First of all, before anybody is signed in.
        expect(await client.call('core.set_options', { py_exceptions: true, legacy_jobs: true })).toEqual({
          legacy_jobs: true,
          private_methods: false,
          py_exceptions: true,
        });
      }
      expect(dataOf(await client.call('core.get_jobs'))).toMatchObject({ error: 207 });
      expect(dataOf(await client.subscribe('core.get_jobs'))).toMatchObject({ error: isRpc ? 207 : 13 });
      const wrong = client.call('auth.login', 'root', 'wrong');
      while (clock.waiting === 0) await new Promise(setImmediate);
      await clock.advance(3000);
      expect(await wrong).toBe(false);
      expect(await client.call('auth.login', 'root', nas.password)).toBe(true);
      if (!isRpc) {
        client.say({ msg: 'ping' });
        expect(await client.soFar()).toEqual([]);
      }
      expect(await client.call('core.ping')).toBe('pong');
      expect(await client.call('core.get_jobs')).toEqual([]);
      const active = [['state', 'in', ['WAITING', 'RUNNING']]];
      expect(await client.call('core.get_jobs', active, { limit: 10, order_by: ['-id'] })).toEqual([]);
      const jobs = await client.subscribe('core.get_jobs');
      await client.subscribe('app.query');
      expect(states(await client.call('app.query'))).toEqual([
        'minecraft=RUNNING',
        'valheim=STOPPED',
        'terraria=CRASHED',
      ]);
      const measuring = await client.subscribe(realtime);
      for (let n = 0; n < 2; n++) {
        await nas.measure();
        const { fields } = await client.event(realtime);
        expect(Object.keys(fields as object)).toEqual(
          expect.arrayContaining(['cpu', 'disks', 'interfaces', 'memory', 'pools', 'zfs']),
        );
      }
      await client.soFar();

      for (const [method, number, changes] of [
        ['app.stop', 1, ['STOPPING', 'STOPPED']],
        ['app.start', 2, ['DEPLOYING', 'RUNNING']],
      ] as const) {
        const id = jobsAfter + number;
        const { answer, before } = await client.exchange(method, 'minecraft');
        expect(answer).toBe(id);
        expect(short(eventsOf(before, 'core.get_jobs'))).toEqual([`added ${id} WAITING@0`]);
        await clock.advance(800);
        const told = await client.soFar();
        expect(short(eventsOf(told, 'core.get_jobs'))).toEqual(
          ['RUNNING@0', 'RUNNING@20', 'RUNNING@100', 'SUCCESS@100'].map((state) => `changed ${id} ${state}`),
        );
        expect(short(eventsOf(told, 'app.query'))).toEqual(
          changes.map((state) => `changed minecraft ${state}`),
        );
      }
      const [first] = (await client.call('core.get_jobs')) as readonly object[];
      expect(Object.keys(first ?? {}).sort()).toEqual(jobKeys);

      expect(await client.call('no.such_method')).toMatchObject(
        isRpc ? { code: -32_601 } : { error: 201, errname: 'ENOMETHOD' },
      );
      expect(dataOf(await client.call('vm.start', 'x'))).toMatchObject({
        extra: [['id', 'Input should be a valid integer', 22]],
      });
      expect(dataOf(await client.call('core.job_abort', 999_999))).toMatchObject({
        reason: '[ENOENT] ALL: Job with id 999999 does not exist',
      });
      const tooOften = await client.subscribe('reporting.realtime:{"interval": 1}');
      expect(tooOften).toEqual(expect.any(String));

      await client.unsubscribe(measuring);
      await client.soFar();
      await nas.measure();
      await clock.advance(10_000);
      expect(eventsOf(await client.soFar(), realtime)).toEqual([]);
      await client.unsubscribe(jobs);
      expect(await client.call('core.ping')).toBe('pong');
      expect(await client.call('auth.logout')).toBe(true);
      client.socket.close(1000);
      expect(await client.closed).toMatchObject({ code: 1000 });
    });
  },
);
