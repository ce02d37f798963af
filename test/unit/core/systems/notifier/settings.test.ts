import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { entryOf } from '../../../../../src/core/connections/form.ts';
import { elsewhere } from '../../../../../src/core/systems/operation.ts';
import { notifier } from '../../../../../src/core/systems/notifier/index.ts';
import { notifierForm } from '../../../../../src/core/systems/notifier/form.ts';
import { parseNotifierSettings } from '../../../../../src/core/systems/notifier/settings.ts';
import { pemFolder } from '../../../simulator/pem.ts';

function problems(fields: object): string[] {
  const parsed = parseNotifierSettings({ kind: 'notifier', ...fields });
  return parsed.ok ? [] : parsed.problems.map(english);
}

function settings(fields: object) {
  const parsed = parseNotifierSettings({ kind: 'notifier', ...fields });
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join());
  return parsed.settings;
}

describe('the settings of a notification server', () => {
  it('all have defaults', () => {
    expect(settings({})).toEqual({
      kind: 'notifier',
      id: 'notifier',
      name: 'notifier',
      host: '127.0.0.1',
      port: 3000,
      serverName: 'localhost',
      rejectUnauthorized: true,
      legacyServer: false,
      maxMessageBytes: 1024 * 1024,
    });
  });

  it('take the name of the server from where one connects to, unless that is this machine', () => {
    expect(settings({ host: 'bell.example' }).serverName).toBe('bell.example');
    expect(settings({ host: '127.0.0.2' }).serverName).toBe('localhost');
    expect(settings({ host: '10.0.0.9', serverName: 'bell' }).serverName).toBe('bell');
  });

  it.each([
    [{ ca: 'ca.crt' }, '"ca" must be an absolute path of a PEM file, not "ca.crt"'],
    [
      { cert: './client.crt', key: '/k' },
      '"cert" must be an absolute path of a PEM file, not "./client.crt"',
    ],
    [{ cert: '/client.crt' }, '"key" is missing: "cert" is of no use without it'],
    [{ key: '/client.key' }, '"cert" is missing: "key" is of no use without it'],
    [{ port: 0 }, '"port" must be a whole number from 1 to 65535, not 0'],
    [{ port: '3000' }, '"port" must be a whole number from 1 to 65535, not "3000"'],
    [{ host: 'tls://bell' }, '"host" must be a host name or an address, not "tls://bell"'],
    [{ legacyServer: 'yes' }, '"legacyServer" must be true or false, not "yes"'],
    [{ maxMessageBytes: 10 }, '"maxMessageBytes" must be a whole number from 1024 to 67108864, not 10'],
  ])('%j is refused with words', (fields, said) => {
    expect(problems(fields)).toEqual([said]);
  });

  it('warn of an unchecked server and of fields that nobody reads', () => {
    const parsed = parseNotifierSettings({ kind: 'notifier', rejectUnauthorized: false, extra: 1 });
    expect(parsed.ok && parsed.warnings.map(english)).toEqual([
      expect.stringContaining('"extra" is not a setting'),
      expect.stringContaining('anybody on the way can pretend'),
    ]);
  });

  it('name the server, also one with an IPv6 address, and say which secrets belong to it', () => {
    expect(notifier.describe(settings({ host: '::1', port: 3005 }))).toBe('tls://[::1]:3005');
    expect(notifier.emitTargets(settings({}))).toEqual(['tls://127.0.0.1:3000']);
    const origins = (fields: object): string[] =>
      notifier.secrets(settings(fields)).map(({ kind, origin, user }) => `${kind} ${origin} ${user}`);
    expect(origins({})).toEqual(['token tls://127.0.0.1:3000 ']);
    expect(origins({ cert: '/c', key: '/k' })).toEqual(['passphrase /k ', 'token tls://127.0.0.1:3000 ']);
  });
});

describe('the form', () => {
  const field = (name: string) => {
    const found = notifierForm.find((each) => each.field === name);
    if (!found) throw new Error(`${name} is asked`);
    return found;
  };
  const said = async (name: string, value: string): Promise<string | undefined> => {
    const problem = await field(name).check?.(value, {});
    return problem && `${problem.hint ? 'hint: ' : ''}${english(problem.message)}`;
  };

  it('looks into the files that are named', async () => {
    using files = pemFolder();
    const locked = 'hint: The key is locked; its passphrase is asked for next.';
    expect(await said('ca', files.path('server.crt'))).toBeUndefined();
    expect(await said('cert', files.path('client.crt'))).toBeUndefined();
    expect(await said('key', files.path('client.key'))).toBeUndefined();
    expect(await said('key', files.path('locked.key'))).toBe(locked);
    expect(await said('cert', files.path('client.key'))).toMatch(/holds no certificate in PEM form/);
    expect(await said('key', files.path('client.crt'))).toMatch(/holds no private key in PEM form/);
    expect(await said('ca', files.path('missing.crt'))).toMatch(/^There is no file/);
    expect(await said('ca', files.path('.'))).toMatch(/cannot be read \(EISDIR\)/);
    expect(await said('ca', 'ca.crt')).toBe('The absolute path of a PEM file');
    expect(await said('ca', '')).toBeUndefined();
  });

  it('asks for a key where there is a certificate, and for a passphrase where there is a key', () => {
    expect(field('key').when?.({})).toBe(false);
    expect(field('key').when?.({ cert: '/c' })).toBe(true);
    expect(field('passphrase').when?.({ key: '' })).toBe(false);
    expect(field('passphrase').when?.({ key: '/k' })).toBe(true);
  });

  it('makes settings that are right', async () => {
    expect(await said('host', 'tls://x')).toBeDefined();
    expect(await said('port', '70000')).toBeDefined();
    expect(await said('port', '3005')).toBeUndefined();
    const entry = entryOf(
      { kind: 'notifier', fields: notifierForm },
      { host: 'bell.example', port: '3005', token: 's', legacyServer: 'true' },
    );
    expect(entry).toEqual({ kind: 'notifier', host: 'bell.example', port: 3005, legacyServer: true });
    expect(parseNotifierSettings(entry).ok).toBe(true);
  });
});

describe('sending a message', () => {
  const [operation] = notifier.operations;
  const [input] = operation?.inputs ?? [];

  it('wants a text that fits into what the server reads at once', () => {
    if (!input || !('check' in input)) throw new Error('it has one line of input');
    expect(input.check(' ')).toBeDefined();
    expect(input.check('x'.repeat(800))).toBeUndefined();
    const problem = input.check('ü'.repeat(500));
    expect(problem && english(problem)).toMatch(
      /^Too long by \d+ bytes: the server reads at most 1024 at once\.$/,
    );
  });

  it('is not offered for a server that would die of it, and refused without a connection', async () => {
    if (operation?.target !== 'connection') throw new Error('it is done to the connection');
    expect(operation.when(settings({ legacyServer: true }), undefined)).toBe(false);
    expect(operation.when(settings({}), undefined)).toBe(false);
    expect(operation.when(settings({}), elsewhere)).toBe(true);
    const result = await operation.run({
      settings: settings({}),
      connectionName: 'Bell',
      session: undefined,
      input: { message: 'hello' },
      signal: new AbortController().signal,
      progress: () => undefined,
      output: () => undefined,
      nextSession: () => Promise.resolve(undefined),
      ask: () => Promise.resolve(false),
    });
    expect(result.outcome).toBe('refused');
  });
});
