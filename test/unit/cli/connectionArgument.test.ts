import { describe, expect, it } from 'vitest';
import { secretsOf } from '../../../src/cli/connectionArgument.ts';

describe('secrets of the environment', () => {
  it('are those of the connection and the kind first', () => {
    const of = secretsOf('my-nas.2', {
      GSOPS_SECRET_MY_NAS_2_APIKEY: 'own',
      GSOPS_SECRET_OTHER_PASSWORD: 'of another',
      GSOPS_SECRET: 'general',
    });
    expect([of('apiKey'), of('password'), of('token')]).toEqual(['own', 'general', undefined]);
  });

  it('have a kind that is known, and an empty one is none', () => {
    expect(() => secretsOf('a', { GSOPS_SECRET: 'x', GSOPS_SECRET_KIND: 'pasword' })).toThrow(
      /must be one of password/,
    );
    expect(secretsOf('a', { GSOPS_SECRET: '' })('password')).toBeUndefined();
    expect(secretsOf('a', { GSOPS_SECRET: 'x', GSOPS_SECRET_KIND: 'token' })('token')).toBe('x');
  });
});
