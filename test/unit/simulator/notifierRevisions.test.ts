import { describe, expect, it } from 'vitest';
import { english } from '../../../src/core/model/text.ts';
import { notifier } from '../../../src/core/systems/notifier/index.ts';
import type { NotifierSession } from '../../../src/core/systems/notifier/notifierSession.ts';
import { openNotifier, ready, startServer, type Opened } from './notifierServer.ts';

function failed(opened: Opened): Promise<void> {
  return opened.until(() => opened.connection.state === 'failed');
}

describe('a client certificate that is out of its time', () => {
  it.each([
    ['expired', 'has expired: it was valid from'],
    ['future', 'is not valid yet: it is valid from'],
  ])('%s is found before anybody connects, with its dates', async (name, words) => {
    await using rig = await startServer();
    const settings = { cert: rig.files.path(`${name}.crt`), key: rig.files.path(`${name}.key`) };
    await using opened = openNotifier(rig, { settings });
    await failed(opened);
    expect(opened.states().at(-1)).toContain(words);
    expect(opened.states().at(-1)).toMatch(/from \d{4}-\d\d-\d\dT[\d:]+Z to \d{4}-\d\d-\d\dT[\d:]+Z\.$/);
    expect(opened.states().join()).not.toContain('handshake');
  });
});

describe('a server of an early revision, with the settings as they are', () => {
  it('lives on when its clients leave', async () => {
    await using rig = await startServer({ revision: 'seed' });
    const opened = openNotifier(rig);
    await ready(opened);
    await opened.connection.stop();
    await using next = openNotifier(rig);
    await ready(next);
    expect(rig.records.join()).not.toContain('disconnecting');
  });

  it('is told goodbye once it has shown that it knows what that is', async () => {
    await using rig = await startServer({ revision: 'early' });
    const opened = openNotifier(rig);
    await ready(opened);
    rig.server.leave(rig.server.admit());
    await opened.until(() => opened.types().includes('client_disconnected'));
    await opened.connection.stop();
    await using next = openNotifier(rig);
    await ready(next);
    expect(rig.records.some((record) => record.includes('disconnecting'))).toBe(true);
  });

  it('passes no message on, which is no success', async () => {
    await using rig = await startServer({ revision: 'early' });
    await using opened = openNotifier(rig);
    await ready(opened);
    const [operation] = notifier.operations;
    if (operation?.target !== 'connection') throw new Error('there is one operation');
    const session = opened.connection.session as NotifierSession | undefined;
    expect(operation.confirm?.({}, 'Bell', session)).toBeDefined();
    const parsed = notifier.parseSettings({ kind: 'notifier' });
    if (!parsed.ok) throw new Error('the settings are right');
    const result = await operation.run({
      settings: parsed.settings,
      connectionName: 'Bell',
      session,
      input: { message: 'hello' },
      signal: new AbortController().signal,
      progress: () => undefined,
      output: () => undefined,
      nextSession: () => Promise.resolve(undefined),
      ask: () => Promise.resolve(false),
    });
    expect([result.outcome, english(result.message)]).toEqual([
      'failed',
      'The server closed the connection after the message of type send_message: it does not accept it.',
    ]);
  });
});
