import { describe, expect, it } from 'vitest';
import { supportInformation } from '../../../../../src/core/connections/support.ts';
import { english } from '../../../../../src/core/model/text.ts';
import type { SecretKind } from '../../../../../src/core/systems/session.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { failed, open, ready, type Opened } from './rig.ts';

const ways = [
  { profile: 'core-13', protocol: 'ddp' },
  { profile: '24.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'ddp' },
  { profile: '25.10', protocol: 'jsonrpc' },
] as const;

const password = 'swordfish-password';
const otp = '271828';
const key = `7-${'swordfishKey'.padEnd(64, 'x')}`;
const secretKey = `8-${'swordfishBad'.padEnd(64, 'x')}`;

/** Everything that is written down or said anywhere, as one text. */
function everything(opened: Opened, words: readonly string[] = []): string {
  const { connection, pipeline, journal } = opened;
  pipeline.flush();
  // Without being told what to cut: nothing of it may have come so far.
  const support = supportInformation({
    product: {},
    settings: [connection.settings],
    fleet: pipeline.fleet(),
    events: journal.events(),
    eventCount: journal.events().length,
    secrets: [],
    home: '',
  });
  const { failure } = connection;
  const causes = [failure?.message, failure?.stack, String(failure?.cause)];
  const memory = JSON.stringify(opened.memory.load() ?? null);
  return [JSON.stringify(opened.events()), support, memory, ...opened.logged, ...causes, ...words].join('\n');
}

/** Does what may bring secrets back: calls that fail, messages that are refused, operations that end badly. */
async function provoke(opened: Opened, secrets: readonly string[]): Promise<string[]> {
  const words: string[] = [];
  const { signal } = new AbortController();
  for (const secret of secrets)
    for (const method of ['auth.login', 'auth.login_ex', 'auth.generate_token', 'user.set_password']) {
      const { message } = await opened.run('request', {
        input: { method, params: JSON.stringify([{ username: 'root', password: secret, api_key: secret }]) },
      });
      words.push(english(message));
      const frame =
        opened.conversation().protocol === 'ddp'
          ? { msg: 'method', id: 'x', method, params: [secret] }
          : { jsonrpc: '2.0', id: 'x', method, params: [secret] };
      const sent = trueNas.emit(
        opened.connection.session?.address ?? '',
        Buffer.from(JSON.stringify(frame)),
        {
          signal,
          session: opened.conversation(),
          secret: () => Promise.resolve(undefined),
        },
      );
      words.push(await sent.then(String, (error: unknown) => String(error)));
    }
  const wrong = await opened.run('request', { input: { method: 'app.stop', params: '[17]' } });
  return [...words, english(wrong.message)];
}

async function start(profile: (typeof ways)[number]['profile'], given: object = {}) {
  const server = await TrueNasServer.listen({
    profile,
    users: [
      { name: 'root', password },
      { name: 'ada', password, otp },
    ],
    apiKeys: [{ key, name: 'ops' }],
    apps: [{ name: 'minecraft' }],
    vms: [{ name: 'windows' }],
    timing: { jobStepMs: 2, refusalMs: 2, rateLimitMs: 2, sourceSecondMs: 5 },
    ...given,
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

describe.each(ways)('no secret gets out: $profile, $protocol', ({ profile, protocol }) => {
  it.each(['password', 'apiKey', 'token', 'oneTimePassword'] as const)('signed in by %s', async (kind) => {
    await using server = await start(profile);
    const [root] = server.accounts.users;
    if (!root) throw new Error('there is a user');
    const token = server.accounts.issue(server.accounts.login(root), 600, false);
    const kept: string[] = [];
    const given: Partial<Record<SecretKind, string>> = {
      password: { password },
      apiKey: { apiKey: key },
      token: { token },
      oneTimePassword: { password, oneTimePassword: otp },
    }[kind];
    await using opened = open(server.url, {
      settings: { protocol, ...(kind === 'oneTimePassword' ? { username: 'ada' } : {}) },
      secrets: given,
      options: { keep: (_system, _settings, _kind, value) => kept.push(value) },
    });
    await ready(opened);
    const all = [...Object.values(given), ...kept];
    expect(kept.length > 0).toBe(kind === 'oneTimePassword');
    // The NAS did get it: what is not there could not be found either.
    for (const secret of Object.values(given)) expect(server.messages.join('\n')).toContain(secret);
    const text = everything(opened, await provoke(opened, all));
    for (const secret of all) expect(text).not.toContain(secret);
  });

  it('that a job wrote into its error and its log', async () => {
    await using server = await start(profile);
    const broken = () => ({
      run: () => {
        throw new Error(`[EFAULT] the key ${key} does not fit, {"password": "${password}"}`);
      },
    });
    server.define('vm.restart', { params: [{ name: 'id', type: 'integer' }], job: broken });
    await using opened = open(server.url, { settings: { protocol }, secrets: { password } });
    await ready(opened);
    await opened.until(() => opened.instances().includes('vm windows stopped'));
    const outputs: string[] = [];
    const { outcome, message } = await opened.run('restart', {
      instance: '1',
      output: (text) => outputs.push(text),
    });
    expect(outcome).toBe('failed');
    expect(english(message)).toContain('does not fit');
    const text = everything(opened, [english(message), ...outputs]);
    for (const secret of [key, password]) expect(text).not.toContain(secret);
  });

  it.each([
    ['password', 'swordfish-wrong'],
    ['apiKey', secretKey],
    ['token', 'swordfish-token'],
  ] as const)('refused with a wrong %s', async (kind, secret) => {
    await using server = await start(profile);
    await using opened = open(server.url, { settings: { protocol }, secrets: { [kind]: secret } });
    await failed(opened);
    expect(opened.connection.failure?.secret).toBe(kind);
    expect(server.messages.join('\n')).toContain(secret);
    expect(everything(opened)).not.toContain(secret);
  });

  it.each(['password', 'apiKey', 'token'] as const)('where the sign-in by %s breaks', async (kind) => {
    await using server = await start(profile);
    for (const method of ['auth.login', 'auth.login_with_api_key', 'auth.login_with_token', 'auth.token'])
      server.failNext(method, 'boom');
    server.failNext('auth.login_ex', 'boom');
    const secret = kind === 'apiKey' ? key : password;
    await using opened = open(server.url, { settings: { protocol }, secrets: { [kind]: secret } });
    await failed(opened);
    expect(server.messages.join('\n')).toContain(secret);
    expect(everything(opened)).not.toContain(secret);
  });
});
