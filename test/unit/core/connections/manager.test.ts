import { describe, expect, it } from 'vitest';
import { ConnectionManager, type OwnParts } from '../../../../src/core/connections/manager.ts';
import type { ConfiguredConnection } from '../../../../src/core/connections/settings.ts';
import { english } from '../../../../src/core/model/text.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import type { Session, SessionError } from '../../../../src/core/systems/session.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import { core, freeLock, ManualClock, noSecrets, silentLog, testMemory } from '../helpers.ts';

function rig() {
  const parts = core();
  const errors: string[] = [];
  const manager = new ConnectionManager({
    ...parts,
    lock: freeLock,
    clock: new ManualClock(),
    random: () => 0,
    networks: () => '',
    log: { ...silentLog, error: (message) => errors.push(english(message)) },
    host: 'here',
    memory: testMemory,
    secrets: noSecrets,
  });
  return { ...parts, manager, errors };
}

const system: AnySystem = {
  ...(kgsm as unknown as AnySystem),
  openSession: (): Promise<Session> =>
    Promise.resolve({
      closed: new Promise<SessionError>(() => undefined),
      dispose: () => Promise.resolve(),
    }),
};

const configured = (id: string, name = id): ConfiguredConnection => ({
  system,
  settings: { kind: 'kgsm', id, name },
});

describe('the connections of the settings', () => {
  it('follow later settings also when earlier ones could not be followed', async () => {
    const { manager, errors, pipeline } = rig();
    await manager.configure([configured('a')], false);
    const forget = pipeline.forget.bind(pipeline);
    pipeline.forget = () => {
      throw new Error('poison');
    };
    await manager.configure([], false);
    pipeline.forget = forget;
    await manager.configure([configured('b')], false);
    expect(manager.connections.map(({ id }) => id)).toEqual(['b']);
    expect(errors).toEqual(['the connections of the settings failed: poison']);
    await manager.dispose();
  });

  it('are told to all who want to know, also behind one that throws', async () => {
    const { manager, errors } = rig();
    let told = 0;
    manager.onDidChange('broken', () => {
      throw new Error('no');
    });
    manager.onDidChange('sound', () => told++);
    await manager.configure([configured('a')], false);
    await manager.configure([], false);
    expect(told).toBe(2);
    expect(errors).toEqual(['broken failed: no']);
  });

  it('end what was made for a connection with that connection, and disturb no unchanged one', async () => {
    const { manager } = rig();
    await manager.configure([configured('a'), configured('b')], true);
    const ended: string[] = [];
    for (const { id, scope } of manager.connections) scope.defer(() => ended.push(id));
    const b = manager.get('b');
    await manager.configure([configured('a', 'renamed'), configured('b')], true);
    expect(ended).toEqual(['a']);
    expect(manager.get('b')).toBe(b);
    await manager.dispose();
    expect(ended).toEqual(['a', 'b']);
  });

  it('are not opened any more by settings that come after the end', async () => {
    const { manager } = rig();
    await manager.dispose();
    await manager.configure([configured('a')], true);
    expect(manager.connections).toEqual([]);
  });
});

describe('connections outside the settings', () => {
  const parts = (timeline: string): OwnParts => ({
    timeline,
    lock: freeLock,
    memory: testMemory,
    secrets: noSecrets,
    keeping: { committed: () => Promise.resolve(), pressure: () => undefined },
    keep: () => undefined,
  });

  it('fill a timeline of their own, are no part of the settings, and are gone when they are closed', async () => {
    const { manager, pipeline } = rig();
    await manager.configure([configured('a')], false);
    const close = manager.open([configured('b')], parts('simulated-1'));
    await manager.configure([configured('a', 'renamed')], false);
    expect(manager.connections.map(({ id }) => id)).toEqual(['a']);
    expect(manager.on('simulated-1').map(({ id }) => id)).toEqual(['b']);
    const opened = manager.get('b');
    await expect.poll(() => opened?.state).toBe('ready');
    pipeline.flush();
    expect([...pipeline.fleet('simulated-1').connections.values()].map(({ id }) => id)).toEqual(['b']);
    expect(pipeline.fleet().connections.get('b')).toBeUndefined();
    await close();
    expect([manager.get('b'), manager.on('simulated-1'), opened?.state]).toEqual([undefined, [], 'closed']);
    await manager.dispose();
  });

  it('end with all others', async () => {
    const { manager } = rig();
    manager.open([configured('b')], parts('simulated-1'));
    const opened = manager.get('b');
    await expect.poll(() => opened?.state).toBe('ready');
    await manager.dispose();
    expect(opened?.state).toBe('closed');
  });
});
