import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { kgsmEvent } from '../core/helpers.ts';
import { startBedrock } from '../simulator/bedrockServer.ts';
import { hear, temporaryFolder } from '../simulator/kgsmRoot.ts';
import { eventually, startTrueNas } from '../simulator/truenasServer.ts';
import { gsops, makeRecording, runGsops } from './gsops.ts';

const night = [
  kgsmEvent('instance_started', 'a'),
  kgsmEvent('instance_crashed', 'b', { ExitCode: '139' }),
  kgsmEvent('instance_stopped', 'a'),
];

/** KGSM ends each message with a newline. */
const line = (text: string): string => `${text}\n`;

describe('gsops replay', () => {
  it('sends a recording to several targets, byte for byte and in order', async () => {
    using folder = temporaryFolder();
    const file = await makeRecording(folder.path, night);
    const [one, two] = [join(folder.path, 'one.sock'), join(folder.path, 'two.sock')];
    await using first = await hear(one);
    await using second = await hear(two);
    const { code, out, errors } = await gsops(
      ...['replay', file, '--to', `socket:${one}`, '--to', `socket:${two}`, '--speed', 'max', '--json'],
    );
    expect(code, errors).toBe(0);
    expect(JSON.parse(out)).toEqual({ sent: { delivered: 3, failed: 0, of: 3 } });
    expect(first.texts).toEqual(night.map(line));
    expect(second.texts).toEqual(night.map(line));
  });

  it('sends what a query finds of a gzipped event file, several times, under other names', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'events.jsonl.gz');
    writeFileSync(file, gzipSync(`${night.join('\n')}\n`));
    const socket = join(folder.path, 'bot.sock');
    await using bot = await hear(socket);
    const { code, errors } = await gsops(
      ...['replay', file, '--to', `socket:${socket}`, '--speed', 'max', '--loop', '2'],
      ...['--query', 'instance:a', '--rename', '*=test-*'],
    );
    expect(code, errors).toBe(0);
    const renamed = [night[0], night[2]].map((text = '') => text.replace('"a"', '"test-a"'));
    expect(bot.texts).toEqual([...renamed, ...renamed].map(line));
    expect(errors).toContain(`4 of 4 events arrived at socket:${socket}.`);
  });

  it('prints what it would send, and sends nothing', async () => {
    using folder = temporaryFolder();
    const file = await makeRecording(folder.path, night);
    const { code, out } = await gsops('replay', file, '--dry-run', '--start', '2', '--until', '3');
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { raw: string }).raw)).toEqual(night.slice(1));
  });

  it('ends with 1 where an event does not arrive, and says why', async () => {
    using folder = temporaryFolder();
    const file = await makeRecording(folder.path, night);
    const nobody = join(folder.path, 'nobody.sock');
    const { code, errors } = await gsops(
      ...['replay', file, '--to', `socket:${nobody}`, '--speed', 'max', '--stop-on-failure'],
    );
    expect(code).toBe(1);
    expect(errors).toMatch(/0 of 3 events arrived at .*nobody\.sock\. .*nobody/);
    expect((await gsops('replay', join(folder.path, 'none'), '--to', `socket:${nobody}`)).errors).toContain(
      'ENOENT',
    );
  });

  it.each([
    [['x.ndjson'], '--to is missing'],
    [['x.ndjson', '--to', 'socket:/s', '--speed', '5000'], '--speed must be'],
    [['x.ndjson', '--to', 'socket:/s', '--rename', 'a'], 'old=new'],
    [['x.ndjson', '--to', 'socket:/s', '--loop', '0'], '--loop must be'],
    [[], 'One recording'],
  ])('ends with 2 for %j', async (args, words) => {
    const { code, errors } = await gsops('replay', ...args);
    expect({ code, errors }).toEqual({ code: 2, errors: expect.stringContaining(words) as string });
  });
});

describe('gsops emit', () => {
  it('sends a message as often as wanted, exactly as it stands', async () => {
    using folder = temporaryFolder();
    const socket = join(folder.path, 'bot.sock');
    await using bot = await hear(socket);
    const event = '{ "EventType":"instance_started", "Data":{"InstanceName":"ü"}}';
    const { code, errors } = await gsops(
      ...['emit', event, '--to', `socket:${socket}`, '--count', '3', '--rate', '500/s'],
    );
    expect(code, errors).toBe(0);
    expect(bot.texts).toEqual([event, event, event].map(line));
  });

  it('reaches any WebSocket', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => server.once('listening', resolve));
    const heard = new Promise<string>((resolve) =>
      server.on('connection', (socket) => {
        socket.on('message', (data) => {
          resolve((data as Buffer).toString());
        });
      }),
    );
    const { port } = server.address() as { port: number };
    const { code } = await gsops('emit', '{"hello":"world"}', '--to', `ws://127.0.0.1:${port}/`);
    expect(code).toBe(0);
    expect(await heard).toBe('{"hello":"world"}');
    server.close();
  });

  it('opens the connection that is its target, with the secret of the environment', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', servers: [{ name: 'alpha' }] });
    const connection = JSON.stringify({ kind: 'bedrock', id: 'mc', url: rig.server.url, username: 'admin' });
    const message = '{"action":"subscribe","topic":"event:mine"}';
    const { code, errors } = await runGsops(['emit', message, '--to', connection], undefined, {
      GSOPS_SECRET_MC_PASSWORD: 'secret',
    });
    expect(code, errors).toBe(0);
    expect(rig.server.messages.map(({ text }) => text)).toContain(message);
    const wrong = await runGsops(['emit', message, '--to', connection], undefined, {
      GSOPS_SECRET_MC_PASSWORD: 'wrong',
    });
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toContain('does not let admin in');
  });

  it('sends what changes something only with --yes', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const connection = JSON.stringify({ kind: 'truenas', id: 'nas', url: rig.server.url, username: 'root' });
    const call = '{"jsonrpc":"2.0","id":"x","method":"app.stop","params":["minecraft"]}';
    const env = { GSOPS_SECRET_NAS_PASSWORD: 'secret' };
    const asked = await runGsops(['emit', call, '--to', connection], undefined, env);
    expect(asked.code).toBe(1);
    expect(asked.errors).toMatch(/app\.stop.*--yes/s);
    expect(rig.server.messages).not.toContain(call);
    const { code, errors } = await runGsops(['emit', call, '--to', connection, '--yes'], undefined, env);
    expect(code, errors).toBe(0);
    await eventually(() => rig.server.messages.includes(call));
  });

  it.each([
    [['{}'], '--to is missing'],
    [['{}', '--to', 'nonsense'], '--to nonsense'],
    [['{}', '--to', 'socket:/s', '--count', '0'], '--count must be'],
    [['{}', '--to', 'socket:/s', '--rate', '1e9'], '--rate must be'],
    [['{}', '{}', '--to', 'socket:/s'], 'one argument'],
  ])('ends with 2 for %j', async (args, words) => {
    const { code, errors } = await gsops('emit', ...args);
    expect({ code, errors }).toEqual({ code: 2, errors: expect.stringContaining(words) as string });
  });
});
