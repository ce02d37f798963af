import { describe, expect, it } from 'vitest';
import { eventIn, short, startTrueNas, type Client, type Frame } from './truenasServer.ts';

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

describe.each(['ddp', 'jsonrpc'] as const)(
  'the Python client of TrueNAS over %s makes all its checks in one conversation',
  (protocol) => {
    const isRpc = protocol === 'jsonrpc';
    const dataOf = (error: unknown): unknown => (isRpc ? (error as { data: unknown }).data : error);
    const states = (apps: unknown): string[] =>
      (apps as readonly { name: string; state: string }[]).map(({ name, state }) => `${name}=${state}`);
    const eventsOf = (frames: readonly Frame[], collection: string): Frame[] =>
      frames.filter((frame) => eventIn(frame)?.['collection'] === collection);

    it('and passes them', async () => {
      await using rig = await startTrueNas({ profile: '25.10' });
      const client: Client = await rig.open(protocol);
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
      while (rig.clock.waiting === 0) await new Promise(setImmediate);
      await rig.clock.advance(3000);
      expect(await wrong).toBe(false);
      expect(await client.call('auth.login', 'root', 'secret')).toBe(true);
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
        const { fields } = await client.event(realtime);
        expect(Object.keys(fields as object)).toEqual(
          expect.arrayContaining(['cpu', 'disks', 'interfaces', 'memory', 'pools', 'zfs']),
        );
        await rig.clock.advance(2000);
      }
      await client.soFar();

      for (const [method, id, changes] of [
        ['app.stop', 1, ['STOPPING', 'STOPPED']],
        ['app.start', 2, ['DEPLOYING', 'RUNNING']],
      ] as const) {
        const { answer, before } = await client.exchange(method, 'minecraft');
        expect(answer).toBe(id);
        expect(short(eventsOf(before, 'core.get_jobs'))).toEqual([`added ${id} WAITING@0`]);
        await rig.clock.advance(800);
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
      await rig.clock.advance(10_000);
      expect(eventsOf(await client.soFar(), realtime)).toEqual([]);
      await client.unsubscribe(jobs);
      expect(await client.call('core.ping')).toBe('pong');
      expect(await client.call('auth.logout')).toBe(true);
      client.socket.close(1000);
      expect(await client.closed).toMatchObject({ code: 1000 });
    });
  },
);
