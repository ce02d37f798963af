import { describe, expect, it } from 'vitest';
import { short, startTrueNas } from './truenasServer.ts';

const realtime = 'reporting.realtime:{"interval": 2}';

const cases = [
  { profile: '24.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'jsonrpc' },
  { profile: '26.0', protocol: 'jsonrpc' },
] as const;

/** Checks that the official Python client was seen to make of the real server. */
describe.each(cases)(
  '$profile over $protocol passes the checks of the official client:',
  ({ profile, protocol }) => {
    const modern = profile !== '24.10';
    const isRpc = protocol === 'jsonrpc';
    const dataOf = (error: unknown): unknown => (isRpc ? (error as { data: unknown }).data : error);

    if (isRpc) {
      it('it takes options before the login', async () => {
        await using rig = await startTrueNas({ profile });
        const client = await rig.open(protocol);
        expect(await client.call('core.set_options', { py_exceptions: true })).toEqual({
          legacy_jobs: true,
          private_methods: false,
          py_exceptions: true,
        });
      });
    }

    it('it refuses calls and subscriptions before the login', async () => {
      await using rig = await startTrueNas({ profile });
      const client = await rig.open(protocol);
      await client.connect();
      expect(dataOf(await client.call('core.get_jobs'))).toMatchObject({
        error: 207,
        errname: 'ENOTAUTHENTICATED',
        reason: modern ? '[ENOTAUTHENTICATED] Not authenticated' : 'Not authenticated',
      });
      expect(dataOf(await client.subscribe('core.get_jobs'))).toMatchObject(
        isRpc ? { error: 207 } : { error: 13, errname: 'EACCES', reason: 'Not authorized', trace: null },
      );
    });

    it('a wrong password is false after a while, the right one true', async () => {
      await using rig = await startTrueNas({ profile });
      const client = await rig.open(protocol);
      await client.connect();
      const wrong = client.call('auth.login', 'root', 'wrong');
      while (rig.clock.waiting === 0) await new Promise(setImmediate);
      await rig.clock.advance(3000);
      expect(await wrong).toBe(false);
      expect(await client.call('auth.login', 'root', 'secret')).toBe(true);
      expect(await client.call('core.ping')).toBe('pong');
      expect(await client.call('core.get_jobs')).toEqual([]);
      expect(await client.call('core.get_jobs', [['state', 'in', ['RUNNING']]], { limit: 5 })).toEqual([]);
    });

    it('measurements come at their interval until they are not wanted any more', async () => {
      await using rig = await startTrueNas({ profile });
      const client = await rig.enter(protocol);
      const id = await client.subscribe(realtime);
      expect(await client.event(realtime)).toHaveProperty('fields.cpu');
      await rig.clock.advance(2000);
      expect(await client.event(realtime)).toHaveProperty('fields.memory');
      await client.unsubscribe(id);
      const [last] = await client.soFar();
      if (!isRpc) expect(last).toEqual({ msg: 'nosub', collection: realtime });
      await rig.clock.advance(10_000);
      expect(await client.soFar()).toEqual([]);
    });

    it('jobs are followed by their events', async () => {
      await using rig = await startTrueNas({ profile });
      const client = await rig.enter(protocol);
      await client.subscribe('core.get_jobs');
      await client.subscribe('app.query');
      const { answer, before } = await client.exchange('app.stop', 'minecraft');
      expect(short(before)).toEqual(['added 1 WAITING@0']);
      expect(answer).toBe(1);
      await rig.clock.advance(400);
      expect(short(await client.soFar())).toEqual([
        'changed 1 RUNNING@0',
        'changed minecraft STOPPING',
        'changed 1 RUNNING@20',
        'changed 1 RUNNING@100',
        'changed minecraft STOPPED',
        'changed 1 SUCCESS@100',
      ]);
      expect(await client.call('app.start', 'minecraft')).toBe(2);
      await rig.clock.advance(800);
      expect(short(await client.soFar())).toEqual([
        'changed 2 RUNNING@0',
        'changed 2 RUNNING@20',
        'changed minecraft DEPLOYING',
        'changed minecraft RUNNING',
        'changed 2 RUNNING@100',
        'changed 2 SUCCESS@100',
      ]);
    });

    it('errors are of the kinds that it tells apart', async () => {
      await using rig = await startTrueNas({ profile });
      const client = await rig.enter(protocol);
      expect(await client.call('no.such_method')).toMatchObject(
        isRpc
          ? { code: -32_601, message: 'Method does not exist' }
          : { error: 201, errname: 'ENOMETHOD', reason: "[ENOMETHOD] Service 'no' not found" },
      );
      expect(dataOf(await client.call('vm.start', 'x'))).toMatchObject({
        extra: [['id', modern ? 'Input should be a valid integer' : 'Not an integer', 22]],
      });
      expect(dataOf(await client.call('core.job_abort', 999_999))).toMatchObject(
        modern
          ? { reason: '[ENOENT] ALL: Job with id 999999 does not exist' }
          : { error: 22, reason: '999999' },
      );
    });

    it('an argument that is wrong ends a subscription before it is granted', async () => {
      await using rig = await startTrueNas({ profile });
      const client = await rig.enter(protocol);
      const name = 'reporting.realtime:{"interval": 1}';
      if (isRpc) {
        const { answer, before } = await client.exchange('core.subscribe', name);
        expect(answer).toEqual(expect.any(String));
        expect(before).toMatchObject([
          {
            method: 'notify_unsubscribed',
            params: { collection: name, error: { error: 22, errname: 'EINVAL' } },
          },
        ]);
        return;
      }
      client.say({ msg: 'sub', id: 'bad', name });
      const [ended, granted] = [await client.next(), await client.next()];
      expect(ended).toMatchObject({ msg: 'nosub', collection: name, error: { type: 'VALIDATION' } });
      expect(granted).toEqual({ msg: 'ready', subs: ['bad'] });
    });

    it('it is there to the end', async () => {
      await using rig = await startTrueNas({ profile });
      const client = await rig.enter(protocol);
      const jobs = await client.subscribe('core.get_jobs');
      await client.unsubscribe(jobs);
      expect(await client.soFar()).toEqual([]);
      expect(await client.call('auth.logout')).toBe(true);
      client.socket.close(1000);
      expect(await client.closed).toMatchObject({ code: 1000 });
    });
  },
);
