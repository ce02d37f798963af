import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { english, type Text } from '../../../../../../src/core/model/text.ts';
import { releaseTraitsOf } from '../../../../../../src/core/systems/bedrock/release.ts';
import { ListRefresh } from '../../../../../../src/core/systems/bedrock/session/listRefresh.ts';
import { TaskLedger } from '../../../../../../src/core/systems/conversation/taskLedger.ts';
import { Transitions } from '../../../../../../src/core/systems/bedrock/session/transitions.ts';
import type { SessionEnvironment } from '../../../../../../src/core/systems/session.ts';
import { ManualClock, testMemory } from '../../../helpers.ts';
import { fake, obliging } from '../fake.ts';
import { open, ready, type Opened } from '../rig.ts';

function asked(opened: Opened, type: string): number {
  return opened.events().filter((event) => event.direction === 'out' && event.type === type).length;
}

describe('waiting for the end of a task', () => {
  it('that is given up while the server is asked asks no more', async () => {
    const clock = new ManualClock();
    const asking = Promise.withResolvers<ServerResponse>();
    await using server = await fake({
      version: '3.10.3',
      socket: (socket) => {
        obliging(socket);
      },
      answer: ({ url = '' }, response) => {
        if (!url.startsWith('/api/tasks/status/')) return false;
        asking.resolve(response);
        return true;
      },
    });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    const nobody = new AbortController();
    const end = opened.conversation().taskEnd('t1', nobody.signal);
    const poll = 'GET /api/tasks/status/{task}';
    const timers = clock.waiting;
    // No answer of this conversation named the task: what became of it is asked at once.
    const response = await asking.promise;
    nobody.abort();
    await expect(end).rejects.toThrow();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"in_progress"}');
    await opened.until(() => opened.types().filter((type) => type === poll).length === 2);
    await turn();
    expect(clock.waiting).toBeLessThanOrEqual(timers);
    clock.advance(100_000);
    expect(asked(opened, poll)).toBe(1);
  });
});

describe('a server that refuses to be asked for a sign of life', () => {
  it('is asked again, and its silence is noticed', async () => {
    const clock = new ManualClock();
    let probes = 0;
    await using server = await fake({
      version: '3.10.3',
      socket(socket) {
        socket.on('message', (data: Buffer) => {
          const { action, topic } = JSON.parse(data.toString()) as { action: string; topic?: string };
          if (action === 'authenticate')
            socket.send('{"status":"success","message":"Authenticated successfully"}');
          else if (action === 'subscribe')
            socket.send(`{"status":"success","message":"Subscribed to topic '${topic ?? ''}'"}`);
          else if (probes++ === 0) socket.send('{"status":"error","message":"busy"}');
        });
      },
    });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    const answers = opened.events().length;
    clock.advance(30_000);
    await opened.until(() =>
      opened
        .events()
        .slice(answers)
        .some(({ raw }) => raw.includes('busy')),
    );
    await turn();
    clock.advance(30_000);
    expect(asked(opened, 'unsubscribe')).toBe(2);
    clock.advance(10_000);
    await opened.until(() => opened.states().at(-1)?.includes('does not answer any more') === true);
  });
});

describe('a subscription that was not answered', () => {
  it('is asked for again, and so is what it would have told', async () => {
    const clock = new ManualClock();
    let subscriptions = 0;
    await using server = await fake({
      version: '3.10.3',
      socket(socket) {
        socket.on('message', (data: Buffer) => {
          const { action } = JSON.parse(data.toString()) as { action: string };
          if (action === 'authenticate')
            socket.send('{"status":"success","message":"Authenticated successfully"}');
          // Time passes only when it is known that the server was asked.
          else if (++subscriptions === 1) clock.advance(10_000);
          else socket.send(`{"status":"success","message":"Subscribed to topic '*'"}`);
        });
      },
    });
    await using opened = open(server.url, { options: { clock } });
    await ready(opened);
    expect(opened.gaps().join()).toContain('Nothing may come from *');
    const lists = asked(opened, 'GET /api/servers');
    clock.advance(1000);
    await opened.until(() => asked(opened, 'GET /api/servers') === lists + 1);
    expect(subscriptions).toBe(2);
  });
});

describe('the list of servers', () => {
  it('is asked for again after it could not be read', async () => {
    const clock = new ManualClock();
    const logged: string[] = [];
    const log = (message: Text): void => void logged.push(english(message));
    const environment = {
      clock,
      memory: testMemory(),
      signal: new AbortController().signal,
      log: { debug: log, info: log, warn: log, error: log },
    } as Partial<SessionEnvironment> as SessionEnvironment;
    const questions: string[] = [];
    let broken = false;
    const refresh = new ListRefresh({
      environment,
      username: 'admin',
      transitions: new Transitions(clock, () => undefined),
      ledger: new TaskLedger(() => undefined),
      release: () => releaseTraitsOf('3.10.3'),
      ask: (path) => {
        questions.push(path);
        return broken
          ? Promise.reject(new TypeError('boom'))
          : Promise.resolve({ status: 200, text: '', body: { kind: 'json', value: { servers: [] } } });
      },
      processes: () => undefined,
      onServers: () => undefined,
      onRefused: () => undefined,
    });
    const lists = (): number => questions.filter((path) => path === '/api/servers').length;
    await refresh.begin();
    expect(lists()).toBe(1);
    broken = true;
    refresh.serversSoon();
    clock.advance(300);
    await turn();
    expect(lists()).toBe(2);
    expect(logged.join()).toContain('boom');
    broken = false;
    refresh.serversSoon();
    clock.advance(300);
    await turn();
    expect(lists()).toBe(3);
    refresh.end();
  });
});
