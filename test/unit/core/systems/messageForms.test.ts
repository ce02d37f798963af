import { describe, expect, it } from 'vitest';
import type { MessagePlace } from '../../../../src/core/systems/emit.ts';
import type { Session } from '../../../../src/core/systems/session.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import { systems } from '../helpers.ts';

const system = (id: string): AnySystem => {
  const found = systems.get(id);
  if (!found) throw new Error(`no system ${id}`);
  return found;
};
/** A session of which only this is known. */
const sessionWith = (facts: object): Session => ({
  closed: new Promise(() => undefined),
  dispose: () => Promise.resolve(),
  ...facts,
});

const place: MessagePlace = {
  now: Date.parse('2026-11-27T20:15:30.123Z'),
  host: 'vm-7',
  newId: () => 'id-1',
};
const exampleOf = async (id: string, type: string, at: Partial<MessagePlace> = {}): Promise<unknown> =>
  (await system(id).messageForm?.(type, { ...place, ...at }))?.example;

describe('the example of a KGSM event', () => {
  it.each([
    [1, { EventType: 'instance_started', Data: { InstanceId: 'ark', LifecycleManager: 'standalone' } }],
    [
      2,
      {
        EventType: 'instance_started',
        Data: { InstanceName: 'ark', LifecycleManager: 'standalone' },
        Timestamp: '2026-11-27T20:15:30Z',
        Hostname: 'vm-7',
        KGSMVersion: '2.2.0',
      },
    ],
    [
      3,
      {
        V: 1,
        EventType: 'instance_started',
        Data: { InstanceName: 'ark', LifecycleManager: 'standalone' },
        Timestamp: '2026-11-27T20:15:30.123Z',
        Actor: 'discord:bob',
        Origin: 'discord',
        Hostname: 'vm-7',
        ProducerVersion: '3.16.0',
      },
    ],
  ])('is of the generation of its target: %d', async (generation, expected) => {
    const session = sessionWith({ generation: () => generation });
    expect(await exampleOf('kgsm', 'instance_started', { session, instance: 'ark' })).toEqual(expected);
  });

  it('is of KGSM 3 for a journal, and for types that only KGSM 3 knows', async () => {
    expect(await exampleOf('kgsm', 'instance_started', { address: 'journal:/var/kgsm' })).toMatchObject({
      V: 1,
    });
    expect(await exampleOf('kgsm', 'instance_crashed', { address: '/run/kgsm.sock' })).toMatchObject({
      V: 1,
    });
  });

  it('names the instance also where a backup begins with its name', async () => {
    const example = await exampleOf('kgsm', 'instance_backup_created', { instance: 'ark' });
    expect(example).toMatchObject({
      Data: { InstanceName: 'ark', Source: expect.stringMatching(/^ark-1\.21/) as string },
    });
  });
});

describe('the example of a message to a server', () => {
  it('is of the protocol that the session with the NAS speaks', async () => {
    const session = (protocol: string) => ({ session: sessionWith({ protocol }) });
    expect(await exampleOf('truenas', 'sub', session('ddp'))).toEqual({
      msg: 'sub',
      id: 'id-1',
      name: 'alert.list',
    });
    expect(await exampleOf('truenas', 'sub', session('jsonrpc'))).toEqual({
      jsonrpc: '2.0',
      id: 'id-1',
      method: 'core.subscribe',
      params: ['alert.list'],
    });
    expect(await exampleOf('truenas', 'call', session('ddp'))).toMatchObject({
      msg: 'method',
      method: 'core.ping',
    });
    expect(await exampleOf('truenas', 'call')).toMatchObject({ jsonrpc: '2.0' });
  });

  it('has the id that the notification server gave this client, and the time of now', async () => {
    expect(
      await exampleOf('notifier', 'send_message', { session: sessionWith({ client: 'client-9' }) }),
    ).toMatchObject({
      event: 'send_message',
      id: 'client-9',
      timestamp: '2026-11-27T20:15:30.123Z',
    });
    expect(await exampleOf('notifier', 'request_authentication')).toMatchObject({ id: '' });
  });
});

describe('the bytes on the wire', () => {
  const wire = async (id: string, address: string, message: string): Promise<string> =>
    Buffer.from((await system(id).wireBytes?.(address, Buffer.from(message))) ?? []).toString();

  it('are those of the system, to the byte', async () => {
    const pretty = '{\n  "a": 1e2\n}';
    expect(await wire('kgsm', '/run/k.sock', pretty)).toBe(`${pretty}\n`);
    expect(await wire('kgsm', '/run/k.sock', `${pretty}\n`)).toBe(`${pretty}\n`);
    expect(await wire('kgsm', 'journal:/var/kgsm', pretty)).toBe('{"a":1e2}\n');
    expect(await wire('kgsm', 'http://h:1/', `${pretty}\n`)).toBe(pretty);
    expect(await wire('notifier', 'tls://h:1', pretty)).toBe('{"a":1e2}\n');
  });

  it('are none where the message cannot go there', async () => {
    await expect(wire('kgsm', 'journal:/var/kgsm', '{')).rejects.toThrow('one JSON document');
    await expect(wire('kgsm', 'nowhere', '{}')).rejects.toThrow('absolute path');
    await expect(wire('notifier', 'tls://h:1', JSON.stringify({ a: 'x'.repeat(2000) }))).rejects.toThrow(
      '1024',
    );
  });
});
