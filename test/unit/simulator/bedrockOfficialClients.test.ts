import { describe, expect, it } from 'vitest';
import { pythonJson } from '../../../src/simulator/python.ts';
import type { Release } from '../../../src/simulator/bedrock/releases.ts';
import { end, message, minecraft, openVirtual, signIn } from './bedrockRoundTrip.ts';
import { ask, Listener, noTime, short, startBedrock } from './bedrockServer.ts';

/** A manager with a server that runs, whoever plays it. */
interface Manager extends AsyncDisposable {
  readonly url: string;
  readonly password: string;
  /** An event that no client caused. */
  tell(topic: string, data: object): Promise<void>;
}

type OpenManager = (protocolVersion: Release, timing?: { readonly authMs: number }) => Promise<Manager>;

const simulator: OpenManager = async (protocolVersion, timing = noTime) => {
  const rig = await startBedrock({ protocolVersion, timing });
  return {
    ...{ url: rig.server.url, password: 'secret' },
    tell: (topic, data) => rig.server.emit(topic, data),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
};

const virtualServer: OpenManager = async (protocolVersion, timing = noTime) => {
  const base = [minecraft('alpha', 'running'), minecraft('beta', 'stopped')];
  const virtual = await openVirtual(
    { events: [], base },
    { protocolVersion, timing: { ...noTime, ...timing } },
  );
  return {
    ...{ url: virtual.url, password: virtual.password },
    tell: (topic, data) => virtual.play([message(pythonJson({ type: 'event', topic, data }))]),
    [Symbol.asyncDispose]: () => virtual[Symbol.asyncDispose](),
  };
};

const managers = [
  ['the simulator', simulator],
  ['a virtual server', virtualServer],
] as const;
const cases = (['3.7', '3.8', '3.9'] as const).flatMap((release) =>
  managers.map(([name, openManager]) => ({ release, name, openManager })),
);

/** Topics of the first web interface; the last two were never sent by any release. */
const topics = [
  'event:after_server_start',
  'event:after_server_stop',
  'event:after_server_statuses_updated',
  'event:after_server_updated',
  'event:server_install_complete',
];

describe.each(cases)(
  "Bedrock Server Manager's own clients on $release, which is $name",
  ({ release, openManager }) => {
    it('the web interface signs in, subscribes over the query, and looks again at every event', async () => {
      await using manager = await openManager(release);
      const credentials = { username: 'admin', password: manager.password };
      const login =
        release === '3.9'
          ? await ask(manager, 'POST', '/auth/token', { ...credentials, remember_me: true })
          : await ask(manager, 'POST', '/auth/token', new URLSearchParams(credentials));
      expect(login.status).toBe(200);
      const { access_token: token } = login.body as { readonly access_token: string };
      expect((await ask(manager, 'GET', '/api/account', undefined, token)).body).toMatchObject({
        username: 'admin',
        role: 'admin',
      });
      const servers = async (): Promise<string[]> => {
        const { body } = await ask(manager, 'GET', '/api/servers', undefined, token);
        return (body as { readonly servers: readonly { name: string; status: string }[] }).servers.map(
          ({ name, status }) => `${name} ${status}`,
        );
      };
      const before = await servers();
      expect(before).toContain('alpha RUNNING');
      const page = await Listener.open(manager, `/ws?token=${token}`);
      // The page does not wait for its acknowledgements.
      for (const topic of topics) page.say({ action: 'subscribe', topic });
      for (const topic of topics) {
        expect(JSON.parse(await page.next())).toEqual({
          status: 'success',
          message: `Subscribed to topic '${topic}'`,
        });
      }
      const stopped = await ask(manager, 'POST', '/api/server/alpha/stop', undefined, token);
      expect(stopped.status).toBe(202);
      const told = await page.until((text) => text.includes('event:after_server_stop'));
      expect(short(told.at(-1) ?? '')).toBe('after_server_stop');
      expect(await servers()).toContain('alpha STOPPED');
      page.drop();
    });

    it('the command line begins a task, opens its socket afterwards, and finds the end by asking', async () => {
      await using manager = await openManager(release);
      const token = await signIn(manager, manager.password);
      const { body } = await ask(manager, 'POST', '/api/server/alpha/stop', undefined, token);
      const { status, task_id: task } = body as { readonly status: string; readonly task_id: string };
      expect(status).toBe('pending');
      const line = await Listener.open(manager, `/ws?token=${token}`);
      line.say({ action: 'subscribe', topic: `task:${task}` });
      expect(await line.next()).toContain('Subscribed to topic');
      const asked = {
        ask: (method: string, path: string) => ask(manager, method, path, undefined, token),
      };
      expect(await end(asked, body)).toMatchObject({ status: 'success', result: { status: 'success' } });
      line.drop();
    });

    it('Home Assistant wants everything, and hears it where the release knows that', async () => {
      await using manager = await openManager(release);
      const token = await signIn(manager, manager.password);
      const home = await Listener.open(manager, `/ws?token=${token}`);
      home.say({ action: 'subscribe', topic: '*' });
      expect(await home.next()).toContain('Subscribed to topic');
      await manager.tell('event:after_server_stop', { server_name: 'alpha', result: { status: 'success' } });
      expect((await home.soFar()).map(short)).toEqual(release === '3.7' ? [] : ['after_server_stop']);
      home.drop();
    });
  },
);

describe.each(managers)("Bedrock Server Manager's own clients on 3.10, which is %s", (_, openManager) => {
  it('an old one, which shows its token in the query, is closed for not saying it', async () => {
    await using manager = await openManager('3.10', { authMs: 20 });
    const token = await signIn(manager, manager.password);
    const old = await Listener.open(manager, `/ws?token=${token}`);
    expect(await old.closed).toEqual({ code: 1008, reason: 'Authentication timeout' });
  });

  it('the web interface may leave the token to its cookie', async () => {
    await using manager = await openManager('3.10');
    const token = await signIn(manager, manager.password);
    const page = await Listener.open(manager, '/ws', {
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
