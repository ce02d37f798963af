import { describe, expect, it } from 'vitest';
import type { SecretKind } from '../../../../../src/core/systems/session.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import type { Profile } from '../../../../../src/simulator/truenas/profiles.ts';
import { failed, open, ready, type Opened } from './rig.ts';

const ways = [
  { profile: 'core-13', protocol: 'ddp' },
  { profile: '24.10', protocol: 'auto' },
  { profile: '25.10', protocol: 'jsonrpc' },
  { profile: '25.10', protocol: 'ddp' },
] as const;

const password = 'swordfish-the-password';
const otp = '314159';

async function start(profile: Profile): Promise<TrueNasServer & AsyncDisposable> {
  const server = await TrueNasServer.listen({
    profile,
    users: [{ name: 'root', password, otp }],
    timing: { jobStepMs: 2, refusalMs: 2, rateLimitMs: 2, sourceSecondMs: 5 },
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

/** Secrets that are good for one use, as a window keeps them, and all that ever were there. */
function window(given: Partial<Record<SecretKind, string>>) {
  const once = new Map<string, string>(Object.entries(given));
  const kept: string[] = [];
  return {
    once,
    kept,
    connect(server: TrueNasServer, protocol: string): Opened {
      return open(server.url, {
        settings: { protocol },
        options: {
          secrets: () => (kind) => {
            if (kind === 'password') return Promise.resolve(password);
            const found = once.get(kind);
            once.delete(kind);
            return Promise.resolve(found);
          },
          keep: (_system, _settings, kind, value) => {
            once.set(kind, value);
            kept.push(value);
          },
        },
      });
    },
  };
}

function said(opened: Opened): string {
  return JSON.stringify([opened.events(), opened.logged, String(opened.connection.failure?.stack)]);
}

describe.each(ways)('a user with a second factor: $profile, $protocol', ({ profile, protocol }) => {
  it('is asked for a one-time password, and comes back without another one', async () => {
    await using server = await start(profile);
    const here = window({});
    await using opened = here.connect(server, protocol);
    await failed(opened);
    expect(opened.connection.failure?.secret).toBe('oneTimePassword');
    expect(opened.states().at(-1)).toContain('enter the one that is shown now');

    // As people copy it from their telephone.
    here.once.set('oneTimePassword', '314 159');
    await opened.connection.reconnectNow();
    await ready(opened);
    expect(here.once.has('oneTimePassword')).toBe(false);

    for (let time = 0; time < 2; time++) {
      const before = here.kept.length;
      server.dropSockets('abrupt');
      await opened.until(() => here.kept.length > before && opened.connection.state === 'ready');
    }

    const text = said(opened);
    for (const secret of [password, otp, '314 159', ...here.kept]) expect(text).not.toContain(secret);
  });

  it('is asked again where the NAS has forgotten everything', async () => {
    await using server = await start(profile);
    const here = window({ oneTimePassword: otp });
    await using opened = here.connect(server, protocol);
    await ready(opened);
    await server.restart();
    await failed(opened);
    expect(opened.connection.failure?.secret).toBe('oneTimePassword');
  });

  it('hears that the one-time password was wrong, and not the password', async () => {
    await using server = await start(profile);
    await using opened = window({ oneTimePassword: '000000' }).connect(server, protocol);
    await failed(opened);
    expect(opened.connection.failure?.secret).toBe('oneTimePassword');
    expect(opened.states().at(-1)).toContain('does not accept this one-time password');
    expect(said(opened)).not.toContain('000000');
  });
});
