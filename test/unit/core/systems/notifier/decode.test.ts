import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../../src/core/model/signal.ts';
import { emptyFleet, fold, instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { catalogEntry, notifierEntries } from '../../../../../src/core/systems/notifier/catalog.ts';
import { notifierDecoder } from '../../../../../src/core/systems/notifier/decode.ts';
import { compactJson, parseLoosely } from '../../../../../src/core/systems/notifier/jsonText.ts';

type Told = Partial<Pick<Message, 'channel' | 'direction' | 'truncated' | 'utf8'>>;

function message(value: unknown, told: Told = {}): Message {
  return {
    timeline: 'live',
    receivedAt: 1000,
    host: 'here',
    connection: 'bell',
    system: 'notifier',
    channel: 'push',
    direction: 'in',
    origin: 'live',
    text: typeof value === 'string' ? value : JSON.stringify(value),
    utf8: true,
    truncated: false,
    ...told,
  };
}

const decode = (value: unknown, told?: Told) =>
  notifierDecoder.decode(notifierDecoder.initial, message(value, told));

function broadcast(text: string, sender = 'client-far'): object {
  return {
    event: 'broadcast_message',
    id: 'server-1',
    timestamp: '2026-11-20T18:41:17.482341534Z',
    content: { message: text, sender },
  };
}

function kgsm(type: string, data: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    EventType: type,
    Data: { InstanceName: 'mc-1', ...data },
    Timestamp: '2026-11-20T18:06:41Z',
  });
}

/** Decodes one after another; the instances at the end. */
function tell(values: readonly (readonly [value: unknown, told?: Told])[]): string[] {
  let context = notifierDecoder.initial;
  let fleet = emptyFleet;
  for (const [value, told] of values) {
    const step = notifierDecoder.decode(context, message(value, told));
    // A checkpoint between any two events changes nothing.
    context = notifierDecoder.load(JSON.parse(JSON.stringify(notifierDecoder.save(step.context))));
    fleet = fold(fleet, { connection: 'bell', system: 'notifier', receivedAt: 1 }, step.signals);
  }
  return instancesOf(fleet, 'bell')
    .map(({ host, kind, key, state, detail }) =>
      [...(host ? [host] : []), kind, key, state, ...(detail ? [english(detail)] : [])].join(' '),
    )
    .sort();
}

const event = (type: string, client: string): object => ({ event: type, content: { client_id: client } });

describe('the catalog', () => {
  it.each(notifierEntries.map((entry) => [entry.type, entry] as const))(
    '%s: its example decodes to it without a problem',
    (type, entry) => {
      const direction = entry.sentBy === 'server' ? 'in' : 'out';
      const { event: decoded, problems } = decode(entry.example, { direction });
      expect(problems).toEqual([]);
      expect(decoded).toMatchObject({ type, severity: entry.severity, retention: entry.retention });
      expect(JSON.stringify(entry.example).length).toBeLessThan(1024);
      expect(catalogEntry(type)).toBe(entry);
    },
  );
});

describe('the clients', () => {
  it('are forgotten by a new conversation, but not by a further id on the same one', () => {
    const first = [
      [event('connection_accepted', 'me'), { channel: 'reply' }],
      [event('client_authenticated', 'you')],
    ] as const;
    expect(tell([...first, [event('connection_accepted', 'me-too')]])).toEqual([
      'client me running this window',
      'client me-too running this window',
      'client you running',
    ]);
    expect(tell([...first, [event('connection_accepted', 'again'), { channel: 'reply' }]])).toEqual([
      'client again running this window',
    ]);
  });

  it('leave once, and our own leaving is not believed to others but to us', () => {
    const both = [
      [event('connection_accepted', 'me'), { channel: 'reply' }],
      [broadcast('hello', 'you')],
    ] as const;
    expect(
      tell([...both, [event('client_disconnected', 'you')], [event('client_disconnected', 'you')]]),
    ).toEqual(['client me running this window']);
    expect(tell([...both, [event('client_disconnected', 'me')]])).toEqual([
      'client me unknown this window; the server takes it for gone',
      'client you running',
    ]);
    const goodbye = { event: 'disconnecting', id: 'me', content: {} };
    expect(tell([...both, [goodbye, { direction: 'out' }]])).toEqual(['client you running']);
    expect(tell([...both, [goodbye]])).toHaveLength(2);
  });

  it('with an empty name are none: a message without a sender is still told', () => {
    const { event: decoded, signals } = decode(broadcast('hello', ''));
    expect(decoded.subject).toBeUndefined();
    expect(english(decoded.summary)).toBe('hello');
    expect(signals).toEqual([]);
  });
});

describe('an event of KGSM in a message', () => {
  it('is that event, and its instance stands beside the client that told of it', () => {
    const { event: decoded, problems } = decode(
      broadcast(kgsm('instance_started', { LifecycleManager: 'systemd' })),
    );
    expect(decoded).toMatchObject({
      type: 'instance_started',
      subject: { kind: 'instance', key: 'mc-1' },
      time: Date.UTC(2026, 10, 20, 18, 6, 41),
    });
    expect(problems).toEqual([]);
    expect(
      tell([[broadcast(kgsm('instance_started'))], [broadcast(` ${kgsm('instance_ready')}\n`)]]),
    ).toEqual(['client client-far running', 'instance mc-1 ready']);
  });

  it('is one of its host: instances of equal names on two hosts stay two, with tasks of their own', () => {
    const on = (host: string, type: string): readonly [object] => {
      const event: unknown = JSON.parse(kgsm(type));
      return [broadcast(JSON.stringify({ ...(event as object), Hostname: host }))];
    };
    const told = [
      on('north', 'instance_installation_started'),
      on('south', 'instance_installation_started'),
      on('north', 'instance_installed'),
      on('south', 'instance_uninstalled'),
    ];
    expect(tell(told.slice(0, 3))).toEqual([
      'client client-far running',
      'north instance mc-1 stopped',
      'south instance mc-1 installing',
    ]);
    expect(tell(told)).toEqual(['client client-far running', 'north instance mc-1 stopped']);
    expect(decode(on('north', 'instance_installation_started')[0]).event.subject).toEqual({
      host: 'north',
      kind: 'instance',
      key: 'mc-1',
      name: 'mc-1 · north',
    });
    const step = decode(on('north', 'instance_installation_started')[0]);
    const task = step.signals.find(({ signal }) => signal === 'task');
    if (task?.signal !== 'task') throw new Error('a task has begun');
    expect(notifierDecoder.taskLost(step.context, task.id).signals).toContainEqual(
      expect.objectContaining({
        signal: 'task',
        id: task.id,
        patch: expect.objectContaining({ state: 'lost' }) as unknown,
      }),
    );
  });

  it('has its tasks, and one that is lost is lost there', () => {
    const begun = decode(broadcast(kgsm('instance_installation_started')));
    const task = begun.signals.find(({ signal }) => signal === 'task');
    if (task?.signal !== 'task') throw new Error('a task has begun');
    const lost = notifierDecoder.taskLost(begun.context, task.id);
    expect(lost.signals).toContainEqual(
      expect.objectContaining({
        signal: 'instance',
        key: 'mc-1',
        patch: expect.objectContaining({ state: 'failed' }) as object,
      }),
    );
  });

  it('says of its own problems where they are', () => {
    const { problems } = decode(broadcast(kgsm('instance_version_updated', { NewVersion: 7 })));
    expect(problems.map(({ path }) => path)).toEqual(['content.message.Data.NewVersion']);
  });

  it('is no such event when we send it, when it is only like one, and when it is not whole', () => {
    const out = { event: 'send_message', id: 'me', content: { message: kgsm('instance_started') } };
    expect(decode(out, { direction: 'out' })).toMatchObject({ event: { type: 'send_message' }, signals: [] });
    for (const text of [
      '{"EventType":7}',
      '{"EventType":"x"',
      '["EventType"]',
      'see "EventType"',
      '{"EventType":""}',
    ])
      expect(decode(broadcast(text)).event.type, text).toBe('broadcast_message');
  });
});

describe('redaction', () => {
  it('cuts tokens, passwords in messages, and what KGSM would cut inside of messages', () => {
    const asked = notifierDecoder.redact('{"event":"request_authentication", "content":{"token":"hunter2"}}');
    expect(asked.text).toBe('{"event":"request_authentication", "content":{"token":"‹redacted›"}}');
    expect(notifierDecoder.redact('{"content":{"message":"password: hunter2"}}').text).not.toContain(
      'hunter2',
    );
    const relayed = JSON.stringify(
      broadcast(kgsm('instance_input_sent', { Command: 'login hunter2', Password: 'hunter3' })),
    );
    const { text, redacted } = notifierDecoder.redact(relayed);
    expect(text).not.toMatch(/hunter/);
    expect(redacted.length).toBeGreaterThan(0);
    expect(decode(text).event.type).toBe('instance_input_sent');
    expect(notifierDecoder.redact(relayed.slice(0, relayed.indexOf('hunter3') + 7)).text).not.toMatch(
      /hunter/,
    );
  });

  it('leaves what has no secret exactly as it is', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, said) => {
        const plain = said.replace(/["\\]|pass|login|register|token|secret|auth|cookie|key/gi, '');
        for (const raw of [
          json,
          JSON.stringify(broadcast(plain)),
          `{"message": "${plain}" , "message" : {"a":1}}`,
        ]) {
          if (
            /pass|secret|token|key|authorization|cookie|login|register|auth/i.test(
              raw.replace('client_authenticated', ''),
            )
          )
            continue;
          expect(notifierDecoder.redact(raw)).toEqual({ text: raw, redacted: [] });
        }
      }),
    );
  });
});

describe('hostile input', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

  it.each([
    ['{"event":7}', 'unreadable'],
    ['{"event":""}', 'unreadable'],
    ['[]', 'unreadable'],
    ['null', 'unreadable'],
    ['{}', 'unreadable'],
    ['"event"', 'unreadable'],
    ['{"event":"constructor"}', 'constructor'],
    ['{"event":"__proto__","content":{"__proto__":{}}}', '__proto__'],
    ['{"event":"connection_accepted","content":[]}', 'connection_accepted'],
    ['{"event":"connection_accepted","id":7,"timestamp":7,"content":{"client_id":7}}', 'connection_accepted'],
    ['{"event":"connection_rejected","content":{"code":{},"reason":[]}}', 'connection_rejected'],
    ['{"event":"broadcast_message","content":{"message":{},"sender":null}}', 'broadcast_message'],
    [deep, 'unreadable'],
    [`{"event":"client_authenticated","content":{"client_id":${deep}}}`, 'client_authenticated'],
    [`{"event":"x","timestamp":${deep}}`, 'x'],
  ])('input %# is kept as %s', (text, type) => {
    for (const direction of ['in', 'out'] as const) {
      const { event: decoded, signals } = decode(text, { direction });
      expect(decoded.type).toBe(type);
      expect(signals).toEqual([]);
    }
  });

  it('names stay as they are, and what is shown of them is one line', () => {
    const name = '<img src=x onerror=alert(1)>\n\u202e $(touch x) [a](command:x)';
    const { event: decoded } = decode(event('client_authenticated', name));
    expect(decoded.subject?.key).toBe(name);
    expect(english(decoded.summary)).not.toMatch(/[\n\u202e]/);
  });

  it('five megabytes of text are one event with a short summary', () => {
    const { event: decoded } = decode(broadcast('x'.repeat(5 * 1024 * 1024)));
    expect(english(decoded.summary).length).toBeLessThan(400);
    const raw = JSON.stringify(broadcast('{"password":"y" '.repeat(300_000)));
    const { text, redacted } = notifierDecoder.redact(raw);
    expect(text).not.toContain(String.raw`\"y\"`);
    expect(redacted).toEqual(['message']);
  });

  it('an event of KGSM that is nested without measure is a message', () => {
    for (const field of ['Timestamp', 'Data', 'Actor'])
      expect(decode(broadcast(`{"EventType":"x","${field}":${deep}}`)).event.type).toBe('broadcast_message');
  });

  it('what is cut off or no UTF-8 says so', () => {
    expect(decode('{"event":"x"', { truncated: true }).event.type).toBe('unreadable');
    expect(decode('{"event":"x"}', { utf8: false }).problems).toHaveLength(1);
  });

  it('whatever arrives, there is an event', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.jsonValue().map((content) => JSON.stringify({ event: 'broadcast_message', content })),
        ),
        (text) => {
          expect(decode(text).event.type).not.toBe('');
        },
      ),
    );
  });

  it('a saved context of somebody else is no context', () => {
    for (const saved of [undefined, null, 7, {}, { own: 'me', clients: [], kgsm: {} }])
      expect(notifierDecoder.load(saved)).toEqual(notifierDecoder.initial);
  });
});

describe('JSON as text', () => {
  it('compacting keeps the value and every digit', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(compactJson(JSON.stringify(value, undefined, 3))).toBe(JSON.stringify(value));
      }),
    );
    expect(compactJson('{ "a" : 1.0, "b": 12345678901234567890 }')).toBe(
      '{"a":1.0,"b":12345678901234567890}',
    );
  });

  it('reads commas and dots that stand too many, outside of strings only', () => {
    expect(parseLoosely('{"a": ",}...", "b": [1, 2, ], ...\n}')).toEqual({ a: ',}...', b: [1, 2] });
    expect(() => parseLoosely('{"a" "b"}')).toThrow(SyntaxError);
  });
});
