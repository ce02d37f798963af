import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { bedrock } from '../../../../../src/core/systems/bedrock/index.ts';

function read(fields: object): ReturnType<typeof bedrock.parseSettings> {
  return bedrock.parseSettings({ kind: 'bedrock', id: 'mc', ...fields });
}

describe('the settings', () => {
  it('have defaults for everything', () => {
    expect(read({})).toMatchObject({
      ok: true,
      warnings: [],
      settings: {
        kind: 'bedrock',
        id: 'mc',
        name: 'mc',
        url: 'http://127.0.0.1:11325',
        username: 'admin',
        rejectUnauthorized: true,
        subscriptions: ['*'],
        maxMessageBytes: 1_048_576,
      },
    });
  });

  it('keep the path of a proxy, which the secrets are good for', () => {
    const result = read({ url: 'https://games.example/bsm/' });
    if (!result.ok) throw new Error('they are right');
    expect(result.settings.url).toBe('https://games.example/bsm');
    expect(bedrock.emitTargets(result.settings)).toEqual(['wss://games.example/bsm/ws']);
    expect(bedrock.secrets(result.settings)).toMatchObject([
      { kind: 'password', origin: 'https://games.example/bsm', user: 'admin' },
      { kind: 'token', origin: 'https://games.example/bsm', user: 'admin' },
    ]);
  });

  it.each([
    [{ url: 'ftp://x' }, '"url" must be a web address'],
    [{ url: 'http://me:secret@x' }, '"url" must be a web address'],
    [{ url: 'http://x/?token=1' }, '"url" must be a web address'],
    [{ ca: 'relative.crt' }, '"ca" must be an absolute path'],
    [{ subscriptions: [5] }, '"subscriptions" must be a list of topics'],
    [{ subscriptions: [''] }, '"subscriptions" must be a list of topics'],
    [{ username: '' }, '"username" must be a text'],
    [{ maxMessageBytes: 10 }, '"maxMessageBytes" must be a whole number'],
  ])('say what is wrong with %j', (fields, problem) => {
    const result = read(fields);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.problems.map(english).join()).toContain(problem);
  });

  it.each([
    [{ url: 'http://games.example' }, 'is not https'],
    [{ url: 'https://x', rejectUnauthorized: false }, 'anybody on the way'],
    [{ ca: '/etc/ca.crt' }, '"ca" is of no use'],
  ])('warn of %j', (fields, warning) => {
    const result = read(fields);
    expect(result.ok && result.warnings.map(english).join()).toContain(warning);
  });

  it('are asked for with a form that looks at addresses, and at certificates only where they are of use', async () => {
    const [url, , , ca] = await bedrock.form();
    expect(await url?.check?.('nonsense', {})).toBeDefined();
    expect(await url?.check?.('https://games.example/bsm', {})).toBeUndefined();
    expect(ca?.when?.({ url: 'http://x' })).toBe(false);
    expect(ca?.when?.({ url: 'https://x' })).toBe(true);
    expect(await ca?.check?.('/nowhere/ca.crt', {})).toBeDefined();
  });
});
