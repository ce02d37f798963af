import { describe, expect, it } from 'vitest';
import { ask, Listener, short as shortEvent, startBedrock } from './bedrockServer.ts';
import { HandClock } from '../../../src/simulator/truenas/clock.ts';
import { linesOf } from '../../wire/reading.ts';
import { message, openVirtual } from './truenasRoundTrip.ts';
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
  const events = texts.map((text) => message(text));
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

const credentials = { username: 'admin', password: 'secret' };
/** Topics of the first web interface; the last two were never sent by any release. */
const topics = [
  'event:after_server_start',
  'event:after_server_stop',
  'event:after_server_statuses_updated',
  'event:after_server_updated',
  'event:server_install_complete',
];

interface Started {
  readonly status: string;
  readonly task_id: string | null;
}

describe.each(['3.7', '3.8', '3.9'] as const)("Bedrock Server Manager's own clients on %s", (release) => {
  it('the web interface signs in, subscribes over the query, and looks again at every event', async () => {
    await using rig = await startBedrock({ protocolVersion: release });
    const { server } = rig;
    const login =
      release === '3.9'
        ? await ask(server, 'POST', '/auth/token', { ...credentials, remember_me: true })
        : await ask(server, 'POST', '/auth/token', new URLSearchParams(credentials));
    expect(login.status).toBe(200);
    const { access_token: token } = login.body as { readonly access_token: string };
    expect((await ask(server, 'GET', '/api/account', undefined, token)).body).toMatchObject({
      username: 'admin',
      role: 'admin',
    });
    const servers = async (): Promise<string[]> => {
      const { body } = await ask(server, 'GET', '/api/servers', undefined, token);
      return (body as { readonly servers: readonly { name: string; status: string }[] }).servers.map(
        ({ name, status }) => `${name} ${status}`,
      );
    };
    const before = await servers();
    expect(before).toContain('alpha RUNNING');
    const page = await Listener.open(server, `/ws?token=${token}`);
    // The page does not wait for its acknowledgements.
    for (const topic of topics) page.say({ action: 'subscribe', topic });
    for (const topic of topics) {
      expect(JSON.parse(await page.next())).toEqual({
        status: 'success',
        message: `Subscribed to topic '${topic}'`,
      });
    }
    const stopped = await ask(server, 'POST', '/api/server/alpha/stop', undefined, token);
    expect(stopped.status).toBe(202);
    const told = await page.until((text) => text.includes('event:after_server_stop'));
    expect(shortEvent(told.at(-1) ?? '')).toBe('after_server_stop');
    expect(await servers()).toContain('alpha STOPPED');
    page.drop();
  });

  it('the command line begins a task, opens its socket afterwards, and finds the end by asking', async () => {
    await using rig = await startBedrock({ protocolVersion: release });
    const { server } = rig;
    const { token } = server.issueToken('admin');
    const { body } = await ask(server, 'POST', '/api/server/alpha/stop', undefined, token);
    const { status, task_id: task } = body as Started;
    expect(status).toBe('pending');
    const line = await Listener.open(server, `/ws?token=${token}`);
    line.say({ action: 'subscribe', topic: `task:${task ?? ''}` });
    expect(await line.next()).toContain('Subscribed to topic');
    let end: unknown;
    do {
      await new Promise(setImmediate);
      end = (await ask(server, 'GET', `/api/tasks/status/${task ?? ''}`, undefined, token)).body;
    } while ((end as Started).status === 'in_progress');
    expect(end).toMatchObject({ status: 'success', result: { status: 'success' } });
    line.drop();
  });

  it('Home Assistant wants everything, and hears it where the release knows that', async () => {
    await using rig = await startBedrock({ protocolVersion: release });
    const { server } = rig;
    const { token } = server.issueToken('admin');
    const home = await Listener.open(server, `/ws?token=${token}`);
    home.say({ action: 'subscribe', topic: '*' });
    expect(await home.next()).toContain('Subscribed to topic');
    await server.emit('event:after_server_stop', { server_name: 'alpha', result: { status: 'success' } });
    expect((await home.soFar()).map(shortEvent)).toEqual(release === '3.7' ? [] : ['after_server_stop']);
    home.drop();
  });
});

describe("Bedrock Server Manager's own clients on 3.10", () => {
  it('an old one, which shows its token in the query, is closed for not saying it', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', timing: { authMs: 20 } });
    const { token } = rig.server.issueToken('admin');
    const old = await Listener.open(rig.server, `/ws?token=${token}`);
    expect(await old.closed).toEqual({ code: 1008, reason: 'Authentication timeout' });
  });

  it('the web interface may leave the token to its cookie', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const { token } = rig.server.issueToken('admin');
    const page = await Listener.open(rig.server, '/ws', {
      headers: { cookie: `access_token_cookie=${token}` },
    });
    page.say({ action: 'authenticate' });
    expect(JSON.parse(await page.next())).toEqual({
      status: 'success',
      message: 'Authenticated successfully',
    });
    page.drop();
  });
});
