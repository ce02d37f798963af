import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { notifier } from '../../../src/core/systems/notifier/index.ts';
import { openVirtualNotifier } from '../../../src/simulator/virtual/notifier.ts';
import { eventText } from '../../../src/simulator/kgsm/envelope.ts';
import { openConnection, ready, settingsOf, type Opened } from '../core/opened.ts';
import { openNotifier, startServer } from './notifierServer.ts';
import { fleetOf, nothing, pushesOf, recordingOf, serve, type Recording, type Virtual } from './roundTrip.ts';

const now = Date.UTC(2026, 10, 20, 18);
const revisions = ['seed', 'early', 'lax', 'strict'] as const;

/** An evening in which others come, talk and go, and a KGSM host tells of its instances. */
async function recordEvening(
  revision: (typeof revisions)[number],
): Promise<{ readonly recording: Recording; readonly pushes: string[]; readonly fleet: unknown }> {
  await using rig = await startServer({ revision, capacity: 10, now: () => now });
  await using opened = openNotifier(rig, { settings: { legacyServer: revision === 'seed' } });
  await ready(opened);
  const { server } = rig;
  const [bot, far] = [server.admit(), server.admit()];
  server.say(bot, 'the bot is <awake> & well');
  for (const type of ['instance_started', 'instance_ready', 'instance_crashed'])
    server.say(far, eventText('3.6', { type, data: { InstanceName: 'ark' } }, { now, host: 'gh-2' }));
  server.leave(bot);
  server.sendRaw('{"event":"new_in_this_version","content":{}}');
  await opened.until(() => opened.types().includes('new_in_this_version'));
  return {
    recording: await recordingOf(opened.events(), 'notifier'),
    pushes: pushesOf(opened.events()),
    fleet: othersOf(opened),
  };
}

/** The fleet without our own client, whose id is another one each time. */
function othersOf({ pipeline }: Opened): unknown {
  const { instances, tasks } = fleetOf(pipeline.fleet(), 'bell');
  const own = instancesOfThisWindow(pipeline);
  return { tasks, instances: instances.filter(({ key }) => !own.has(key)) };
}

function instancesOfThisWindow(pipeline: Opened['pipeline']): ReadonlySet<string> {
  const { instances } = pipeline.fleet().connections.get('bell') ?? {};
  const found = [...(instances?.values() ?? [])].filter(({ detail }) => detail?.template === 'this window');
  return new Set(found.map(({ key }) => key));
}

function openVirtual({ system }: Virtual): Opened {
  return openConnection(notifier, settingsOf(notifier, { ...system.settings, id: 'bell' }));
}

describe.each(revisions)('a recording of a notification server (%s) that is served', (revision) => {
  it('is to our own connection what the server was: the same events, the same fleet', async () => {
    const { recording, pushes, fleet } = await recordEvening(revision);
    await using file = recording;
    await using virtual = await serve(openVirtualNotifier, file, { protocolVersion: revision });
    await using opened = openVirtual(virtual);
    await ready(opened);
    await virtual.play();
    await opened.until(() => opened.types().includes('new_in_this_version'));
    expect(pushes).toHaveLength(8);
    expect(pushesOf(opened.events())).toEqual(pushes);
    expect(othersOf(opened)).toEqual(fleet);
    expect(JSON.stringify(fleet)).toContain('crashed');
  });
});

/** A program of others that knows nothing but TLS; resolves when it was let in. */
async function enter(
  { system }: Virtual,
  certificate = true,
): Promise<{ socket: TLSSocket; text: () => string }> {
  const { settings } = system;
  const read = (name: string): string => readFileSync(String(settings[name]), 'utf8');
  const socket = connect({
    host: String(settings['host']),
    port: Number(settings['port']),
    servername: String(settings['serverName']),
    ca: read('ca'),
    ...(certificate ? { cert: read('cert'), key: read('key') } : {}),
  });
  let heard = '';
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  socket.on('error', reject);
  socket.on('data', (bytes: Buffer) => {
    heard += bytes.toString();
    if (heard.includes('connection_accepted')) resolve(undefined);
  });
  socket.write('{"event":"request_authentication","id":"","content":{"token":""}}');
  await promise;
  return { socket, text: () => heard };
}

describe('a virtual notification server', () => {
  it('is read by a plain TLS client, byte for byte', async () => {
    const { recording } = await recordEvening('lax');
    await using file = recording;
    await using virtual = await serve(openVirtualNotifier, file);
    const { socket, text } = await enter(virtual);
    await virtual.play();
    const recorded = (await file.events()).filter(({ channel }) => channel === 'push');
    const wanted = Buffer.concat(recorded.map(({ bytes }) => bytes)).toString();
    await expect.poll(() => text().endsWith(wanted)).toBe(true);
    socket.destroy();
  });

  it('lets nobody in without the certificate that was made for it', async () => {
    await using file = await nothing();
    await using virtual = await serve(openVirtualNotifier, file);
    await expect(enter(virtual, false)).rejects.toThrow(/certificate required/i);
    const { socket } = await enter(virtual);
    socket.destroy();
  });

  it('passes on what one client says to the others, and tells what each sent', async () => {
    await using file = await nothing();
    const told: string[] = [];
    await using virtual = await serve(
      openVirtualNotifier,
      file,
      {},
      {
        came: ({ id }) => told.push(`${id} came`),
        ready: ({ id }) => told.push(`${id} ready`),
        said: ({ id }, text) => told.push(`${id} said ${text}`),
        went: ({ id }) => told.push(`${id} went`),
      },
    );
    const one = await enter(virtual);
    const two = await enter(virtual);
    one.socket.write('{"event":"send_message","id":"","content":{"message":"hello"}}');
    await expect.poll(() => two.text()).toContain('"message":"hello"');
    two.socket.destroy();
    await expect.poll(() => told.at(-1)).toBe('2 went');
    expect(told).toEqual(
      expect.arrayContaining([
        '1 came',
        '1 ready',
        '1 said {"event":"send_message","id":"","content":{"message":"hello"}}',
      ]),
    );
    one.socket.destroy();
  });

  it('names the revisions that there are where another one is wanted', async () => {
    await using file = await nothing();
    await expect(serve(openVirtualNotifier, file, { protocolVersion: '9' })).rejects.toThrow(
      'seed, early, lax, strict can',
    );
  });
});
