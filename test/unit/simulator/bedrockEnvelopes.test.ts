import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../wire/reading.ts';
import { startBedrock } from './bedrockServer.ts';

interface Exchange {
  readonly call: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

const at = '/api/server/alpha';

/** Calls of the recording by their names, in its order. */
const calls: Readonly<Record<string, readonly [method: string, path: string, body?: unknown]>> = {
  info: ['GET', '/api/info'],
  account: ['GET', '/api/account'],
  servers: ['GET', '/api/servers'],
  procinfo: ['GET', `${at}/process_info`],
  running: ['GET', `${at}/status`],
  config_status: ['GET', `${at}/config_status`],
  version: ['GET', `${at}/version`],
  props: ['GET', `${at}/properties/get`],
  perms: ['GET', `${at}/permissions/get`],
  allow: ['GET', `${at}/allowlist/get`],
  players: ['GET', '/api/players/get'],
  settings: ['GET', '/api/settings'],
  zips: ['GET', '/api/downloads/list'],
  plugins: ['GET', '/api/plugins'],
  worlds: ['GET', '/api/content/worlds'],
  addons: ['GET', '/api/content/addons'],
  backups_world: ['GET', `${at}/backup/list/world`],
  stop: ['POST', `${at}/stop`],
  start: ['POST', `${at}/start`],
  restart: ['POST', `${at}/restart`],
  command: ['POST', `${at}/send_command`, { command: 'say hi' }],
  scan: ['POST', '/api/players/scan'],
};

/** Beside what differs from installation to installation. */
function form(call: string, answer: Exchange['answer']): unknown {
  const { settings, data, info, ...rest } = answer;
  return {
    fields: Object.keys(answer),
    ...rest,
    ...(call === 'settings' ? { settings: typeof settings } : {}),
    ...(call === 'info' ? { info: Object.keys(info as object) } : { info }),
    data: call === 'plugins' ? (Object.values(data as object)[0] as unknown) : data,
    ...('task_id' in rest ? { task_id: typeof rest['task_id'] } : {}),
  };
}

describe('the stand-in of release 3.8', () => {
  it('wraps its answers as the program was recorded to', async () => {
    await using rig = await startBedrock({
      protocolVersion: '3.8',
      users: [{ name: 'admin', password: 'secret', role: 'admin' }],
      servers: ['alpha', 'beta', 'gamma'].map((name) => ({
        name,
        status: 'STOPPED',
        properties: {
          'server-port': '21102',
          'server-portv6': '21202',
          'level-name': 'alpha_world',
          'allow-list': 'false',
        },
      })),
    });
    for (const line of linesOf('bedrock-3.8-rest.jsonl')) {
      const { call, answer } = JSON.parse(line) as Exchange;
      const [method, path, body] = calls[call] ?? [];
      if (method === undefined || path === undefined) continue;
      if (call === 'command') while (rig.server.machines.get('alpha')?.stored !== 'RUNNING') await nextTurn();
      const said = (await rig.ask(method, path, body)).body as Exchange['answer'];
      expect([call, form(call, said)]).toEqual([call, form(call, answer)]);
    }
  });
});

describe('what is told of one server', () => {
  it.each([
    ['3.7', { data: { running: true } }],
    ['3.8', { data: { running: true } }],
    ['3.9', { running: true }],
    ['3.10', { running: true }],
  ] as const)('stands where %s puts it', async (protocolVersion, content) => {
    await using rig = await startBedrock({ protocolVersion });
    expect((await rig.ask('GET', `${at}/status`)).body).toMatchObject(content);
    const wrapped = 'data' in content;
    for (const path of ['process_info', 'permissions/get'])
      expect([path, (await rig.ask('GET', `${at}/${path}`)).body]).toEqual([
        path,
        expect.objectContaining(
          wrapped ? { data: expect.anything() as unknown } : { status: 'success', message: null },
        ),
      ]);
  });

  it.each([
    ['3.7', [404, 404], 200],
    ['3.8', [404, 404], 404],
    ['3.9', [404, 200], 404],
    ['3.10', [200, 200], 404],
  ] as const)(
    'has settings, and the program a set-up, from their release on: %s',
    async (release, found, page) => {
      await using rig = await startBedrock({ protocolVersion: release });
      const isThere = async (path: string): Promise<number> => {
        const { status, text } = await rig.ask('GET', path);
        // The oldest answers with its page where there is nothing.
        return text.startsWith('<') ? 404 : status;
      };
      expect([await isThere(`${at}/settings/get`), await isThere('/api/setup/status')]).toEqual(found);
      expect((await rig.ask('GET', '/api/nothing')).status).toBe(page);
    },
  );

  it('comes with the text of the file of its properties in 3.10', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const { text } = await rig.ask('GET', `${at}/properties/get`);
    expect(text).toContain('"raw_content":"server-name=alpha\\nlevel-name=Bedrock level\\n');
  });
});

describe.each(['3.7', '3.8', '3.9', '3.10'] as const)(
  'what is told of the program by %s',
  (protocolVersion) => {
    it('has its users and its themes', async () => {
      await using rig = await startBedrock({ protocolVersion });
      const answerTo = async (path: string): Promise<unknown> => (await rig.ask('GET', path)).body;
      expect(await answerTo('/api/users/list')).toMatchObject([{ username: 'admin' }, {}, {}, {}]);
      expect(await answerTo('/api/themes')).toEqual({ default: '/static/css/themes/default.css' });
    });
  },
);
