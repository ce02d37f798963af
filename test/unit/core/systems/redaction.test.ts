import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactionMark, redactJson, redactText } from '../../../../src/core/systems/redaction.ts';

const commands = ['Command'];

describe('redaction', () => {
  it('cuts the values of fields that mean a secret and says which', () => {
    const { text, redacted } = redactJson(
      '{"user":"bob","password":"hunter2","api_key" : "k\\"1","n":{"accessToken":12345}}',
      commands,
    );
    expect(text).toBe(
      `{"user":"bob","password":"${redactionMark}","api_key" : "${redactionMark}","n":{"accessToken":"${redactionMark}"}}`,
    );
    expect(redacted).toEqual(['password', 'api_key', 'accessToken']);
  });

  it('cuts what follows a secret word in a console command, and nothing else of it', () => {
    const { text, redacted } = redactJson('{"Command":"/login hunter2 now","Other":"login x"}', commands);
    expect(text).toBe(`{"Command":"/login ${redactionMark} now","Other":"login x"}`);
    expect(redacted).toEqual(['Command']);
    expect(redactText('rcon password=hunter2\nok')).toBe(`rcon password=${redactionMark}\nok`);
  });

  it('leaves a document without secrets exactly as it came', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        fc.pre(!/pass|secret|token|key|authorization|cookie|Command/i.test(json));
        expect(redactJson(json, commands).text).toBe(json);
      }),
    );
  });

  it('finds the secret in a document that is broken off', () => {
    expect(redactJson('{"password":"hunter2', commands).text).not.toContain('hunter2');
    expect(redactJson('garbage "token": "abc" {{{', commands).text).not.toContain('abc');
  });

  it('never leaves a secret in any valid document', () => {
    const names = fc.constantFrom('password', 'Passwd', 'client_secret', 'TOKEN', 'api-key', 'Authorization');
    const secret = 'S3CR3T-VALUE';
    fc.assert(
      fc.property(names, fc.jsonValue(), fc.constantFrom(0, 2), (name, other, indent) => {
        const json = JSON.stringify(
          { a: other, [name]: secret, b: [other, { [name]: secret }] },
          null,
          indent,
        );
        expect(redactJson(json, commands).text).not.toContain(secret);
      }),
    );
  });

  it('costs no more than the length of a hostile text', () => {
    // Half a million escaped quotes took minutes with a backtracking search; now it is one pass. The runner's limit is the guard.
    const hostile = `{"password":"${'\\"'.repeat(500_000)}`;
    expect(redactJson(hostile, commands).text.length).toBeLessThan(100);
  });
});
