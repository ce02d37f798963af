import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../../../../../src/core/model/fleet.ts';
import type { Decoded, Message } from '../../../../../../src/core/model/signal.ts';
import { english } from '../../../../../../src/core/model/text.ts';
import { bedrockEntries } from '../../../../../../src/core/systems/bedrock/catalog.ts';
import { bedrockDecoder } from '../../../../../../src/core/systems/bedrock/decode/decode.ts';
import { releaseTraitsOf } from '../../../../../../src/core/systems/bedrock/release.ts';
import type { BedrockContext } from '../../../../../../src/core/systems/bedrock/decode/decoderState.ts';
import { retiredStems } from '../../../../../../src/core/systems/bedrock/stems.ts';

type Step = Decoded<BedrockContext>;

/** Hears messages one after the other, as the journal does. */
class Heard {
  context = bedrockDecoder.initial;
  fleet: Fleet = emptyFleet;

  hear(value: unknown, fields: Partial<Message> = {}): Step {
    const raw = typeof value === 'string' ? value : JSON.stringify(value);
    const step = bedrockDecoder.decode(this.context, {
      timeline: 'live',
      receivedAt: 1000,
      host: 'here',
      connection: 'mc',
      system: 'bedrock',
      channel: 'push',
      direction: 'in',
      origin: 'live',
      text: bedrockDecoder.redact(raw).text,
      utf8: true,
      truncated: false,
      ...fields,
    });
    this.context = step.context;
    this.fleet = fold(this.fleet, { connection: 'mc', system: 'bedrock', receivedAt: 1000 }, step.signals);
    return step;
  }

  event(name: string, data: object): Step {
    return this.hear({ type: 'event', topic: `event:${name}`, data });
  }

  servers(): string[] {
    return instancesOf(this.fleet, 'mc').map(({ name, state }) => `${name} ${state}`);
  }

  tasks(): string[] {
    return [...this.fleet.tasks.values()].map(({ title, state }) => `${english(title)}: ${state}`);
  }
}

describe('the catalog', () => {
  it('has 64 events and 6 that only old releases know, each with words and an example that decodes without a problem', () => {
    const events = bedrockEntries.filter(({ type }) => type.startsWith('event:'));
    expect(events).toHaveLength(70);
    for (const entry of bedrockEntries) {
      const heard = new Heard();
      const step = heard.hear(
        entry.example,
        entry.sentBy === 'client' ? { direction: 'out', channel: 'request' } : {},
      );
      expect([entry.type, step.event.type, step.problems]).toEqual([entry.type, entry.type, []]);
      expect(english(entry.description).length).toBeGreaterThan(10);
      expect(english(step.event.summary)).not.toContain('{');
    }
  });

  it('knows which release has which topics', () => {
    const topics = (version: string): number => releaseTraitsOf(version).topics.length;
    expect([topics('3.7.0'), topics('3.8.0'), topics('3.9.1'), topics('3.10.3')]).toEqual([47, 47, 57, 64]);
    expect(releaseTraitsOf('3.9.1').topics).toEqual(
      expect.arrayContaining(retiredStems.map((stem) => `event:before_${stem}`)),
    );
  });

  it.each([
    ['3.7.1', ['query'], false, false],
    ['3.8.0b1', ['query'], true, false],
    ['3.9.0b1', ['query', 'cookie'], true, true],
    ['3.10.0b1', ['query', 'cookie'], true, true],
    ['3.10.0b2', ['query', 'cookie'], true, false],
    ['3.10.0b3', ['message'], true, false],
    ['3.10.0b4', ['message', 'cookie'], true, false],
    ['3.10.3', ['message', 'cookie'], true, false],
    ['4.0.0', ['message', 'cookie'], true, false],
    ['', ['message', 'query', 'cookie'], true, false],
  ])('takes %s for what it is', (version, ways, wildcard, jsonLogin) => {
    expect(releaseTraitsOf(version)).toMatchObject({ socketSignIns: ways, wildcard, jsonLogin });
  });
});

const started = { status: 'in_progress', message: 'Task is running.', result: null, username: 'admin' };
const ended = {
  ...started,
  status: 'success',
  message: 'Task completed successfully.',
  result: { status: 'success', message: 'done' },
};

/** Every order that keeps the first push before the second, and the request before its answer. */
const orders = ['RA12', 'R1A2', 'R12A', 'R2A', 'RA2'];

describe('a task', () => {
  it.each(orders)('is named and ended whatever comes first: %s', (order) => {
    const heard = new Heard();
    const call = { method: 'POST', path: '/api/server/alpha/start' };
    for (const step of order) {
      if (step === 'R') heard.hear(call, { channel: 'request', direction: 'out', correlation: 'c' });
      if (step === 'A')
        heard.hear(
          { ...call, status: 202, body: { status: 'pending', task_id: 't' } },
          { channel: 'reply', correlation: 'c' },
        );
      if (step === '1') heard.hear({ type: 'task_update', topic: 'task:t', data: started });
      if (step === '2') heard.hear({ type: 'task_update', topic: 'task:t', data: ended });
    }
    expect(heard.tasks()).toEqual(['Start alpha: succeeded']);
  });

  it('of another is ended when the answer that was waited for names a different one', () => {
    const heard = new Heard();
    const call = { method: 'POST', path: '/api/server/alpha/start' };
    heard.hear(call, { channel: 'request', direction: 'out', correlation: 'c' });
    heard.hear({ type: 'task_update', topic: 'task:other', data: ended });
    expect(heard.tasks()).toEqual(['Task othe… (by admin): running']);
    heard.hear({ ...call, error: 'no answer' }, { channel: 'reply', correlation: 'c' });
    expect(heard.tasks()).toEqual(['Task othe… (by admin): succeeded']);
  });

  it('that says success with a failure in it has failed', () => {
    const heard = new Heard();
    heard.hear({
      type: 'task_update',
      topic: 'task:t',
      data: { ...ended, result: { status: 'error', message: 'already running' } },
    });
    expect(heard.tasks()).toEqual(['Task t… (by admin): failed']);
  });

  it('that is silent for too long is lost', () => {
    const heard = new Heard();
    heard.hear({ type: 'task_update', topic: 'task:t', data: started });
    const { signals } = bedrockDecoder.taskLost(heard.context, 't');
    expect(signals).toMatchObject([{ signal: 'task', id: 't', patch: { state: 'lost' } }]);
  });

  it('is remembered over a restart of ours', () => {
    const heard = new Heard();
    heard.hear({ type: 'task_update', topic: 'task:t', data: started });
    heard.event('after_server_status_change', {
      server_name: 'a',
      status: 'RUNNING',
      result: { status: 'success', new_status: 'RUNNING' },
    });
    const loaded = bedrockDecoder.load(JSON.parse(JSON.stringify(bedrockDecoder.save(heard.context))));
    expect([...loaded.tasks]).toEqual([...heard.context.tasks]);
    expect([...loaded.servers]).toEqual([...heard.context.servers]);
    expect(bedrockDecoder.load({ nonsense: true })).toBe(bedrockDecoder.initial);
  });
});

describe('the list of servers', () => {
  const ask = { method: 'GET', path: '/api/servers' };
  const answer = (status: string): object => ({
    ...ask,
    status: 200,
    body: { servers: [{ name: 'a', status, version: '1', player_count: 0 }] },
  });

  it('knows less than an event that came after the question', () => {
    const heard = new Heard();
    heard.hear(answer('STOPPED'), { channel: 'reply' });
    heard.hear(ask, { channel: 'request', direction: 'out' });
    heard.event('after_server_status_change', {
      server_name: 'a',
      status: 'STARTING',
      result: { status: 'success', new_status: 'STARTING', previous_status: 'STOPPED' },
    });
    heard.event('after_server_status_change', {
      server_name: 'new',
      status: 'INSTALLING',
      result: { status: 'success', new_status: 'INSTALLING' },
    });
    heard.hear(answer('STOPPED'), { channel: 'reply' });
    expect(heard.servers().sort()).toEqual(['a starting', 'new installing']);
    heard.hear(ask, { channel: 'request', direction: 'out' });
    heard.hear(answer('RUNNING'), { channel: 'reply' });
    expect(heard.servers()).toEqual(['a running']);
  });

  it('with wrong entries gives those that are right', () => {
    const heard = new Heard();
    const servers = [
      7,
      { name: '' },
      { name: 'b', status: 'DANCING', player_count: 'many' },
      { name: 'b', status: 'RUNNING' },
    ];
    const { problems } = heard.hear({ ...ask, status: 200, body: { servers } }, { channel: 'reply' });
    expect(problems.map(({ path }) => path)).toEqual([
      'body.servers.0.name',
      'body.servers.1.name',
      'body.servers.2.status',
    ]);
    expect(heard.servers()).toEqual(['b unknown']);
  });
});

describe('a release without events of states', () => {
  it('tells states by starts and stops, and takes back what failed', () => {
    const heard = new Heard();
    const data = { server_name: 'a' };
    heard.event('before_server_start', data);
    expect(heard.servers()).toEqual(['a starting']);
    heard.event('after_server_start', { ...data, result: { status: 'success' } });
    expect(heard.servers()).toEqual(['a running']);
    heard.event('before_server_start', data);
    const failure = heard.event('after_server_start', {
      ...data,
      result: { status: 'error', message: 'No way.' },
    });
    expect(failure.event.severity).toBe('error');
    expect(heard.servers()).toEqual(['a running']);
    heard.event('before_server_stop', data);
    heard.event('after_server_stop', { ...data, result: { status: 'error', message: 'already stopped' } });
    expect(heard.servers()).toEqual(['a stopped']);
  });
});

describe('measurements', () => {
  const sample = (info: unknown): object => ({
    type: 'resource_update',
    topic: 'resource-monitor:a:b',
    data: { status: 'success', process_info: info },
  });

  it.each([
    ['0:00:06', 6],
    ['1 day, 2:03:04', 93_784],
    ['12 days, 0:00:00', 1_036_800],
  ])('read an uptime of %s', (uptime, seconds) => {
    const { signals, problems } = new Heard().hear(
      sample({ pid: 1, cpu_percent: 150.5, memory_mb: 2, uptime }),
    );
    expect(problems).toEqual([]);
    expect(signals).toEqual([
      {
        signal: 'metrics',
        kind: 'instance',
        key: 'a:b',
        values: { cpu: 150.5, memory: 2_097_152, uptime: seconds },
      },
    ]);
  });

  it('keep what can be read of a wrong sample', () => {
    const { signals, problems } = new Heard().hear(
      sample({ cpu_percent: 'a lot', memory_mb: 1, uptime: 'long' }),
    );
    expect(problems.map(({ path }) => path)).toEqual([
      'data.process_info.cpu_percent',
      'data.process_info.uptime',
    ]);
    expect(signals).toMatchObject([{ values: { memory: 1_048_576 } }]);
    expect(new Heard().hear(sample(null)).signals).toEqual([]);
  });
});

describe('what is hostile or wrong', () => {
  it.each([
    [
      { type: 'event', topic: 'event:never_heard_of', data: { server_name: 'a' } },
      'event:never_heard_of',
      '',
    ],
    [{ type: 'surprise', topic: 't', data: {} }, 'surprise', ''],
    [{ type: 'event', topic: 'event:after_backup' }, 'event:after_backup', 'data, data.server_name'],
    [{ type: 'event', data: {} }, 'event', 'topic'],
    [{ type: 'event', topic: 5, data: {} }, 'event', 'topic'],
    [
      { type: 'event', topic: 'event:after_backup', data: 'x' },
      'event:after_backup',
      'data, data.server_name',
    ],
    [
      { type: 'event', topic: 'event:after_backup', data: { server_name: 7 } },
      'event:after_backup',
      'data.server_name',
    ],
    [
      { type: 'event', topic: 'event:after_server_statuses_updated', data: {} },
      'event:after_server_statuses_updated',
      '',
    ],
    [{ type: 'task_update', topic: 'nothing', data: started }, 'task_update', 'topic'],
    [{ type: 'task_update', topic: 'task:t', data: { status: 'dancing' } }, 'task_update', 'data.status'],
    [{ type: 'log_update', topic: 'app_log', data: 5 }, 'log_update', 'data'],
    [{ type: 5 }, 'unreadable', 'type'],
    [[], 'unreadable', ''],
    ['<html>', 'unreadable', ''],
  ])('is kept and said: %j', (value, type, paths) => {
    const heard = new Heard();
    const { event, problems } = heard.hear(value);
    expect(event.type).toBe(type);
    expect(problems.map(({ path }) => path).join(', ')).toBe(paths);
    expect(heard.servers()).toEqual([]);
  });

  it('is harmless as a name', () => {
    const heard = new Heard();
    const name = '<img src=x onerror=alert(1)>\n$(reboot)';
    heard.event('before_server_start', { server_name: name });
    expect(instancesOf(heard.fleet, 'mc')[0]?.key).toBe(name);
    const { event } = heard.event('after_command_send', { server_name: 'a', command: 'say <b>\u202e\n' });
    expect(english(event.summary)).toBe('Command sent: say <b>\\u202e\\n');
  });

  it('never stops the decoder, whatever it is', () => {
    const heard = new Heard();
    const known = fc.constantFrom(...bedrockEntries.map(({ type }) => type));
    fc.assert(
      fc.property(
        fc.jsonValue(),
        known,
        fc.constantFrom('event', 'task_update', 'resource_update', 'log_update'),
        (data, topic, type) => {
          heard.hear({ type, topic, data });
          heard.hear({ type, topic: 'task:__proto__', data: { status: 'success', result: data } });
          heard.hear({ method: 'GET', path: '/api/servers', status: 200, body: data }, { channel: 'reply' });
          heard.hear(
            { method: 'GET', path: '/api/tasks/list', status: 200, body: data },
            { channel: 'reply' },
          );
          heard.hear(data);
        },
      ),
    );
    const deep = `{"type":"event","topic":"event:after_backup","data":{"server_name":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
    expect(heard.hear(deep).event.type).toBe('event:after_backup');
  });
});

describe('redaction', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl';

  it.each([
    { action: 'authenticate', token },
    { method: 'POST', path: '/auth/token', body: { username: 'a', password: 'hunter2' } },
    { method: 'POST', path: '/auth/token', status: 200, body: { access_token: token } },
    {
      method: 'GET',
      path: '/x',
      status: 200,
      body: { headers: { 'set-cookie': 'access_token_cookie=hunter2' } },
    },
    { method: 'GET', path: `/x?token=${token}`, error: `at ?token=${token}` },
    { type: 'log_update', topic: 'app_log', data: `secret = hunter2 and ${token}\n` },
    {
      type: 'event',
      topic: 'event:after_command_send',
      data: { command: 'login hunter2', result: { message: "Command 'login hunter2' sent" } },
    },
  ])('cuts what is secret in %j', (value) => {
    const { text, redacted } = bedrockDecoder.redact(JSON.stringify(value));
    expect(text).not.toMatch(/hunter2|eyJ/);
    expect(redacted).not.toEqual([]);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it('leaves the rest exactly as it came', () => {
    const raw = '{"type": "event", "topic": "event:after_server_start",  "data": {"server_name": "a"}}';
    expect(bedrockDecoder.redact(raw)).toEqual({ text: raw, redacted: [] });
  });
});
