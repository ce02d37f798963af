import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { trueNasEntries } from '../../../../../src/core/systems/truenas/catalog.ts';
import { trueNasDecoder } from '../../../../../src/core/systems/truenas/decode/decode.ts';
import { decodeEjson, encodeEjson, EjsonValue } from '../../../../../src/core/systems/truenas/ejson.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import { matches } from '../../../../../src/core/systems/truenas/kinds.ts';
import { checkOutgoing } from '../../../../../src/core/systems/truenas/session/protocol.ts';
import { redactTrueNas } from '../../../../../src/core/systems/truenas/redact.ts';
import { onlyReads } from '../../../../../src/core/systems/truenas/operations/connectionOperations.ts';
import { message } from '../../../../wire/reading.ts';

describe('the JSON of the middleware', () => {
  const leaf = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }).filter((value) => !JSON.stringify(value).includes('$')),
    fc.integer({ min: -8.64e15, max: 8.64e15 }).map((ms) => new Date(ms)),
    fc
      .constantFrom('time', 'date', 'ipv4_interface', 'ipv6_interface')
      .chain((type) => fc.string().map((value) => new EjsonValue(type as 'time', value))),
    fc.array(fc.integer()).map((list) => new Set(list)),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('tree')),
    ),
  }));

  it('comes back as it was, through text', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const plain = (each: unknown): unknown => JSON.parse(JSON.stringify(each)) as unknown;
        const once = decodeEjson(plain(encodeEjson(value)));
        expect(plain(encodeEjson(once))).toEqual(plain(encodeEjson(value)));
      }),
    );
  });

  it.each([
    [{ $date: 1571297741181 }, new Date(1571297741181)],
    [{ $time: '10:00:00' }, new EjsonValue('time', '10:00:00')],
    [{ $type: 'date', $value: '2026-11-20' }, new EjsonValue('date', '2026-11-20')],
    [{ $set: [1, { $date: 0 }] }, new Set([1, new Date(0)])],
    [{ $ipv4_interface: '10.0.0.1/24' }, new EjsonValue('ipv4_interface', '10.0.0.1/24')],
  ])('reads %j', (wire, value) => {
    expect(decodeEjson(wire)).toEqual(value);
    expect(encodeEjson(value)).toEqual(wire);
  });

  it.each([
    { $date: 'x' },
    { $date: 1, a: 2 },
    { $date: 9e15 },
    { $set: 1 },
    { $type: 'time', $value: 'x' },
    { $: 1 },
  ])('leaves %j as it is', (value) => {
    expect(decodeEjson(value)).toEqual(value);
  });
});

describe('what never reaches the journal', () => {
  it.each([
    '{"id":"1","msg":"method","method":"auth.login","params":["root","swordfish"]}',
    '{"jsonrpc":"2.0","method":"auth\\u002elogin_ex","id":1,"params":[{"password":"swordfish"}]}',
    '{"params":["swordfish"],"method":"auth.login_with_api_key"}',
    '{"msg":"result","id":"1","error":{"trace":{"frames":[{"locals":{"x":["swordfish"]}}]},"reason":"no"}}',
    '{"msg":"result","error":{"\\u0074race":{"a":"swordfish"}},"id":"1"}',
    '{"msg":"result","error":{"trace":{"formatted":"swordfish',
    '{"method":"auth.login","params":["root","swordfish',
    '{"error":{"data":{"trace":null,"py_exception":"swordfish"}}}',
    '{"result":{"response_type":"SUCCESS","reconnect_token":"swordfish"}}',
    '{"fields":{"username":"root","unixhash":"$6$swordfish","id":1}}',
    '{"method":"user.set_password","params":["root","swordfish"]}',
    '{"fields":{"credentials":{"type":"X","data":{"username":"root","login_id":"swordfish"}}}}',
  ])('is cut out of %s', (raw) => {
    const { text, redacted } = redactTrueNas(raw);
    expect(text).not.toContain('swordfish');
    expect(redacted.length).toBeGreaterThan(0);
    if (raw.endsWith('}')) expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it('is a key as the system makes them, wherever it stands', () => {
    expect(redactTrueNas(`{"result":"12-${'aB3d'.repeat(16)}"}`).text).not.toContain('aB3d');
  });

  it('leaves everything else exactly as it came', () => {
    for (const raw of [
      '{"msg" : "method","method":"app.start", "params":["minecraft"]}',
      '{"trace":null}',
      'no JSON',
    ]) {
      expect(redactTrueNas(raw)).toEqual({ text: raw, redacted: [] });
    }
  });

  it('costs no more than a pass, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'trace', 'params', ' ') }),
        (raw) => {
          redactTrueNas(`"trace":${raw}`);
        },
      ),
    );
  });
});

function decoded(value: unknown, direction: 'in' | 'out' = 'in'): ReturnType<typeof trueNasDecoder.decode> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return trueNasDecoder.decode(trueNasDecoder.initial, message(text, { system: 'truenas', direction }));
}

describe('the decoder', () => {
  it('has an answer for everything', () => {
    const words = fc.constantFrom(
      'msg',
      'added',
      'collection',
      'core.get_jobs',
      'app.query',
      'fields',
      'id',
      'jsonrpc',
      'method',
      'result',
      'error',
      'collection_update',
      'params',
      'state',
      'reporting.realtime',
      'app.stats',
      'cpu',
      'nosub',
      'vm.query',
      'status',
    );
    const value = fc.jsonValue();
    fc.assert(
      fc.property(
        fc.dictionary(words, fc.oneof(words, value, fc.dictionary(words, fc.oneof(words, value)))),
        (frame) => {
          const step = decoded(frame);
          expect(english(step.event.summary)).toBeTypeOf('string');
          expect(
            trueNasDecoder.load(JSON.parse(JSON.stringify(trueNasDecoder.save(step.context)))),
          ).toBeDefined();
        },
      ),
    );
    expect(decoded('x').problems).toHaveLength(1);
    expect(decoded(`${'['.repeat(100_000)}${']'.repeat(100_000)}`).problems).toHaveLength(1);
  });

  it.each([
    [{ msg: 'changed', collection: 'app.query', id: 'a' }, 'fields'],
    [{ msg: 'changed', collection: 'app.query', fields: {} }, 'id'],
    [{ msg: 'changed', collection: 'app.query', id: 'a', fields: { state: 'DANCING' } }, 'fields.state'],
    [{ msg: 'changed', collection: 'core.get_jobs', id: 1, fields: { state: 'RUNNING' } }, 'fields.method'],
    [
      { msg: 'changed', collection: 'core.get_jobs', id: 1, fields: { method: 'a', state: 'LATE' } },
      'fields.state',
    ],
    [
      { msg: 'added', collection: 'reporting.realtime', fields: { cpu: { cpu: { usage: 'x' } } } },
      'fields.cpu.cpu.usage',
    ],
    [{ msg: 'added', collection: 'app.stats', fields: {} }, 'fields'],
    [{ msg: 'added', collection: 7 }, 'collection'],
    [{ msg: 'moved', collection: 'app.query', id: 'a', fields: {} }, ''],
    [{}, 'msg'],
  ])('tells what is wrong with %j', (frame, path) => {
    const { problems, event } = decoded(frame);
    if (path === '') expect(event.type).toBe('moved');
    else expect(problems.map((each) => each.path)).toContain(path);
  });

  it('shows names as they are, in one line', () => {
    const name = '<img src=x>\n‮evil';
    const step = decoded({
      msg: 'added',
      collection: 'core.get_jobs',
      id: 1,
      fields: { id: 1, method: name, state: 'RUNNING' },
    });
    expect(english(step.event.summary)).toContain('<img src=x>\\n\\u202eevil');
  });

  it('knows its own examples, and what may be said by hand', () => {
    for (const { example, type, sentBy } of trueNasEntries) {
      const step = decoded(example, sentBy === 'client' ? 'out' : 'in');
      expect([type, step.problems]).toEqual([type, []]);
      if (type !== 'method' && type !== 'call') expect(step.event.type).toBe(type);
      if (sentBy === 'client') checkOutgoing(JSON.stringify(example), type === 'call' ? 'jsonrpc' : 'ddp');
    }
  });

  it('merges what is told in part, and never replaces', () => {
    const first = decoded({
      msg: 'added',
      collection: 'virt.instance.query',
      id: 'a',
      fields: { id: 'a', name: 'Alpha', status: 'RUNNING' },
    });
    const told = { msg: 'changed', collection: 'virt.instance.query', id: 'a', fields: { status: 'FROZEN' } };
    const { signals } = trueNasDecoder.decode(
      first.context,
      message(JSON.stringify(told), { system: 'truenas' }),
    );
    expect(signals).toEqual([{ signal: 'instance', kind: 'virt', key: 'a', patch: { state: 'paused' } }]);
  });

  it('gives call and answer one correlation, that of whoever sent it by hand', () => {
    const call = { jsonrpc: '2.0', id: '1', method: 'app.start', params: ['a'] };
    const asked = trueNasDecoder.decode(
      trueNasDecoder.initial,
      message(JSON.stringify(call), { direction: 'out', origin: 'emitted', correlation: 'mine' }),
    );
    const answer = message(JSON.stringify({ jsonrpc: '2.0', id: '1', result: 5 }), { receivedAt: 1042 });
    const { event } = trueNasDecoder.decode(asked.context, answer);
    expect(event.correlation).toBe('mine');
    expect(event.type).toBe('app.start');
    expect(english(event.summary)).toBe('app.start answered after 42 ms: 5');
  });
});

describe('what is refused to be said', () => {
  it.each([
    ['[]', 'lists are refused'],
    ['{', 'no JSON'],
    ['{"msg":"sub","id":1,"name":"x"}', 'are texts'],
    ['{"jsonrpc":"2.0","id":1,"method":"core.ping"}', 'speaks DDP'],
    ['{"msg":"method","id":"1","method":"auth.login","params":[]}', 'secrets'],
    ['{"msg":"added","collection":"app.query"}', 'come from the NAS'],
  ])('%s', (raw, words) => {
    expect(() => checkOutgoing(raw, 'ddp')).toThrow(words);
  });

  it('and what only looks is not asked about', () => {
    expect(['app.query', 'core.get_jobs', 'core.ping'].every(onlyReads)).toBe(true);
    expect(['app.start', 'core.job_abort', 'core.get_jobs; x', 'query'].some(onlyReads)).toBe(false);
  });
});

describe('the settings', () => {
  it('have a default for all but the address', () => {
    const parsed = trueNas.parseSettings({ kind: 'truenas', url: 'https://nas.local/ui/' });
    expect(parsed).toEqual({
      ok: true,
      warnings: [],
      settings: {
        kind: 'truenas',
        id: 'truenas',
        name: 'truenas',
        url: 'wss://nas.local',
        protocol: 'auto',
        username: 'root',
        rejectUnauthorized: true,
        apps: ['*'],
        subscriptions: ['core.get_jobs', 'app.query'],
        maxMessageBytes: 16 * 1024 * 1024,
      },
    });
  });

  it.each([
    [{}, '"url" is missing'],
    [{ url: 'nas.local' }, '"url" must be an address'],
    [{ url: 'wss://root:x@nas.local' }, '"url" must be an address'],
    [{ url: 'wss://nas', protocol: 'rest' }, 'one of auto, ddp, jsonrpc'],
    [{ url: 'wss://nas', apps: 'x' }, '"apps" must be a list'],
    [{ url: 'wss://nas', ca: 'ca.crt' }, 'absolute path'],
  ])('%j is refused with words', (given, words) => {
    const parsed = trueNas.parseSettings({ kind: 'truenas', ...given });
    expect(parsed.ok ? '' : parsed.problems.map(english).join()).toContain(words);
  });

  it('warn of what can be read on the way', () => {
    const warned = (url: string): number => {
      const parsed = trueNas.parseSettings({ kind: 'truenas', url });
      return parsed.ok ? parsed.warnings.length : -1;
    };
    expect([warned('ws://nas.local'), warned('ws://127.0.0.1:80'), warned('wss://nas.local')]).toEqual([
      1, 0, 0,
    ]);
  });

  it('keep secrets for the place that they are good for', () => {
    const parsed = trueNas.parseSettings({ kind: 'truenas', url: 'wss://nas.local/behind', username: 'ops' });
    const specs = parsed.ok ? trueNas.secrets(parsed.settings) : [];
    expect(specs.map(({ kind, origin, user }) => `${kind} ${origin} ${user}`)).toEqual([
      'apiKey wss://nas.local ops',
      'password wss://nas.local ops',
      'token wss://nas.local ops',
      'oneTimePassword wss://nas.local ops',
      'session wss://nas.local ops',
    ]);
  });

  it('name apps with * for any part', () => {
    expect(matches(['mine*', '*-server'], 'minecraft')).toBe(true);
    expect(matches(['mine*', '*-server'], 'ark-server')).toBe(true);
    expect(matches(['a*b*c'], 'abxc')).toBe(true);
    expect(matches(['a*a'], 'a')).toBe(false);
    expect(matches(['mine', 'a.c'], 'abc')).toBe(false);
    expect(matches([`${'*a'.repeat(200)}b`], 'a'.repeat(5000))).toBe(false);
  });
});
