import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { compactJson, emitToKgsm, KgsmEmitError } from '../../../../../src/core/systems/kgsm/emit.ts';
import { kgsm } from '../../../../../src/core/systems/kgsm/index.ts';
import { isSigned } from '../../../../../src/core/systems/kgsm/signature.ts';
import { eventFileAddress } from '../../../../../src/core/systems/kgsm/targets.ts';
import { EventFileAppenderError } from '../../../../../src/core/wire/eventFileAppender.ts';
import { UnixSenderError } from '../../../../../src/core/wire/unixSender.ts';
import { kgsmEvent, ManualClock } from '../../helpers.ts';
import { Room, textOf } from '../../wire/sockets.ts';

describe('emitting as KGSM does', () => {
  let room: Room;
  let clock: ManualClock;
  beforeEach(() => {
    room = new Room();
    clock = new ManualClock();
    clock.advance(Date.parse('2026-11-20T12:00:00Z') - clock.now());
  });
  afterEach(() => room.close());

  const emit = (address: string, event: string, secret?: string): Promise<void> =>
    emitToKgsm(
      address,
      Buffer.from(event),
      { signal: new AbortController().signal, secret: () => Promise.resolve(secret) },
      clock,
    );

  const pretty = JSON.stringify(JSON.parse(kgsmEvent('instance_started', 'a b\n"c"')), undefined, 2);

  it('sends to a socket what it was given, ended by one newline', async () => {
    const ear = await room.listen(room.path('k.sock'));
    await emit(room.path('k.sock'), pretty);
    await emit(room.path('k.sock'), `${pretty}\n`);
    expect((await ear.messages.first(2)).map(textOf)).toEqual([`${pretty}\n`, `${pretty}\n`]);
  });

  it('adds to a journal one line, whatever the form', async () => {
    await emit(eventFileAddress(room.dir), pretty);
    await emit(`journal:${room.dir}/`, `${kgsmEvent('instance_stopped', 'x')}\n\n`);
    expect(readFileSync(room.path('2026-11-20.ndjson'), 'utf8')).toBe(
      `${kgsmEvent('instance_started', 'a b\n"c"')}\n${kgsmEvent('instance_stopped', 'x')}\n`,
    );
  });

  it('changes nothing inside of a document when it makes it one line', () => {
    expect(
      compactJson('{ "a" : 12345678901234567890.10, "a": "x \\" y",\r\n\t"b": [ 1e2 , "\\u0041" ] }\n'),
    ).toBe('{"a":12345678901234567890.10,"a":"x \\" y","b":[1e2,"\\u0041"]}');
  });

  it.each(['}garbage{', '', '{} {}', '{"a":1}\n{"b":2}'])(
    'does not write %j into a journal',
    async (event) => {
      await expect(emit(eventFileAddress(room.dir), event)).rejects.toThrow(KgsmEmitError);
    },
  );

  it('does not write into a journal what is no UTF-8', async () => {
    const environment = { signal: new AbortController().signal, secret: () => Promise.resolve(undefined) };
    await expect(
      emitToKgsm(eventFileAddress(room.dir), Uint8Array.of(0x22, 0xff, 0x22), environment),
    ).rejects.toThrow('A line of a journal has to be UTF-8');
  });

  it.each([undefined, 'the secret'])('posts with the headers of KGSM, signed with %s', async (secret) => {
    let headers: IncomingHttpHeaders = {};
    let body = '';
    const server = createServer((request, response) => {
      headers = request.headers;
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    room.onClose(() => void server.close());
    await emit(
      `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`,
      `${pretty}\n`,
      secret,
    );
    expect(body).toBe(pretty);
    expect(headers).toMatchObject({
      'user-agent': 'KGSM/unknown',
      'content-type': 'application/json',
      'x-kgsm-timestamp': String(Date.parse('2026-11-20T12:00:00Z') / 1000),
      'x-kgsm-retry-count': '0',
    });
    const signature = headers['x-kgsm-signature'];
    if (secret === undefined) expect(signature).toBeUndefined();
    else {
      expect(signature).toBe(`sha256=${createHmac('sha256', secret).update(pretty).digest('base64')}`);
      expect(isSigned(Buffer.from(pretty), signature, secret)).toBe(true);
    }
  });

  it('says of each target that is not there what is wrong with it', async () => {
    await expect(emit(room.path('none.sock'), '{}')).rejects.toThrow(UnixSenderError);
    await expect(emit(eventFileAddress(room.path('none')), '{}')).rejects.toThrow(EventFileAppenderError);
    await expect(emit('http://127.0.0.1:1/', '{}')).rejects.toMatchObject({ name: 'WebhookSenderError' });
    await expect(emit('somewhere', '{}')).rejects.toThrow(KgsmEmitError);
  });

  it('sends nothing when aborted', async () => {
    const environment = {
      signal: AbortSignal.abort(new Error('stopped')),
      secret: () => Promise.resolve(undefined),
    };
    for (const address of ['/s', eventFileAddress(room.dir), 'http://127.0.0.1:1/']) {
      await expect(emitToKgsm(address, Buffer.from('{}'), environment)).rejects.toThrow('stopped');
    }
  });
});

describe('a target', () => {
  it.each([
    '/run/bot/kgsm.sock',
    'journal:/var/lib/kgsm/events',
    'http://127.0.0.1:8787',
    'https://x.org/a?b',
  ])('may be %s', (target) => {
    expect(kgsm.checkTarget(target)).toBeUndefined();
  });

  it.each([
    ['', 'The absolute path of a socket file, journal:/directory, or http://…'],
    ['kgsm.sock', 'The absolute path of a socket file, journal:/directory, or http://…'],
    ['journal:events', 'After journal: comes the absolute path of a directory'],
    ['/run/a\nb', 'A target has no control characters'],
    ['http://x/\r\nX-Evil: 1', 'A target has no control characters'],
    ['http://', 'This is no web address'],
    ['http://user:pass@x/', 'A user name or password must not be in the address'],
    ['ftp://x/', 'The absolute path of a socket file, journal:/directory, or http://…'],
  ])('may not be %j', (target, problem) => {
    const found = kgsm.checkTarget(target);
    expect(found && english(found)).toBe(problem);
  });

  it('has a secret of its own where it is a webhook, and none that belongs to another place', () => {
    const origin = (address: string): string | undefined => kgsm.targetSecret?.(address)?.origin;
    expect(origin('https://x.org:8443/a?b')).toBe('https://x.org:8443');
    expect(origin('http://127.0.0.1:8787/')).toBe('http://127.0.0.1:8787');
    expect(origin('/run/a.sock')).toBeUndefined();
    expect(origin('journal:/j')).toBeUndefined();
    expect(origin('http://')).toBeUndefined();
  });
});
