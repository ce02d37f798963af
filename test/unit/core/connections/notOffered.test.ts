import { describe, expect, it } from 'vitest';
import { notOfferedBecause } from '../../../../src/core/connections/notOffered.ts';
import type { Instance } from '../../../../src/core/model/instance.ts';
import { english } from '../../../../src/core/model/text.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import { notifier } from '../../../../src/core/systems/notifier/index.ts';
import { elsewhere, type AnyOperation, type Reach } from '../../../../src/core/systems/operation.ts';
import type { Session } from '../../../../src/core/systems/session.ts';
import type { ConnectionSettings } from '../../../../src/core/systems/settings.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import { trueNas } from '../../../../src/core/systems/truenas/index.ts';
import { settingsOf } from '../opened.ts';
import { open, password, ready, startServer } from '../systems/bedrock/rig.ts';

function instance(fields: Partial<Instance>): Instance {
  return {
    connection: 'c',
    kind: 'instance',
    key: 'one',
    name: 'one',
    state: 'running',
    since: 0,
    lastEventAt: 0,
    ...fields,
  };
}

function why(
  system: AnySystem,
  id: string,
  settings: ConnectionSettings,
  target: Instance | undefined,
  reach: Reach<Session>,
): string {
  const operation = system.operations.find((each): each is AnyOperation => each.id === id);
  if (!operation) throw new Error('there is such an operation');
  return english(notOfferedBecause(id, operation, { settings, reach }, target));
}

describe('what is not on offer', () => {
  it('names the role that it needs, where the state would do', async () => {
    await using server = await startServer({ servers: [{ name: 'alpha', running: true }] });
    await using guest = open(server.url, { settings: { username: 'guest' }, secrets: { password } });
    await ready(guest);
    const { system, settings, session } = guest.connection;
    const alpha = instance({ kind: 'server', key: 'alpha', name: 'alpha' });
    expect(why(system, 'stop', settings, alpha, session)).toBe(
      'stop is not on offer: it needs the role moderator, and the role of guest is user',
    );
    expect(why(system, 'install', settings, undefined, session)).toBe(
      'install is not on offer: it needs the role admin, and the role of guest is user',
    );
  });

  it('names the state where that is the reason', async () => {
    await using server = await startServer();
    await using opened = open(server.url);
    await ready(opened);
    const { system, settings, session } = opened.connection;
    const alpha = instance({ kind: 'server', key: 'alpha', name: 'alpha' });
    expect(why(system, 'start', settings, alpha, session)).toBe('start is not on offer while it is running');
    expect(why(system, 'start', settings, alpha, undefined)).toBe(
      'start is not on offer: the connection is not open',
    );
  });

  it('names the setting, the kind of the instance, or what is missing of it', () => {
    const deaf = settingsOf(kgsm, { kind: 'kgsm', socket: '/run/kgsm.sock' });
    expect(why(kgsm as unknown as AnySystem, 'stop', deaf, instance({}), elsewhere)).toBe(
      'stop is not on offer: this connection has no "root": it listens to events, but cannot reach KGSM itself',
    );
    const nas = settingsOf(trueNas, { kind: 'truenas', url: 'wss://nas' });
    const app = instance({ kind: 'app', key: 'minecraft', name: 'minecraft' });
    const of = (id: string): string => why(trueNas, id, nas, app, elsewhere);
    expect(of('restart')).toBe('restart is not on offer: TrueNAS cannot do it with what minecraft is (app)');
    expect(of('update')).toBe('update is not on offer: no newer version is known');
    const bell = settingsOf(notifier, { kind: 'notifier', legacyServer: true });
    expect(why(notifier as unknown as AnySystem, 'message', bell, undefined, elsewhere)).toBe(
      'message is not on offer: "legacyServer" is set, and such a server knows no messages',
    );
  });
});
