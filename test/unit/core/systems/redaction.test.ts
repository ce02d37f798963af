import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  redactionMark,
  redactJson,
  redactPrinted,
  redactShown,
  redactText,
} from '../../../../src/core/systems/redaction.ts';

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

  it.each([
    'kgsm.sh -i b --input "login hunter2"',
    'kgsm.sh config set webhook_secret hunter2',
    'kgsm.sh --config --set webhook_secret=hunter2',
    "rcon_password 'hunter2'",
    '{"method":"GET","path":"/ws?token=hunter2&x=1"}',
    '{"password":"hunter2","broken',
  ])('cuts the secret in words that are only shown: %s', (words) => {
    const shown = redactShown(words);
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain(redactionMark);
    expect(redactShown('kgsm.sh -i b --start')).toBe('kgsm.sh -i b --start');
  });

  it('cuts secrets in quotes behind their names', () => {
    for (const [before, secret] of [
      [`{'password': 'a b', 'user': 'bob'}`, 'a b'],
      [`{"api_key": "k1"}`, 'k1'],
      [`new_password="two words" user=bob`, 'two words'],
    ] as const) {
      expect(redactText(before)).toBe(before.replace(secret, redactionMark));
      const raw = JSON.stringify({ exception: before, other: "it's a token: " });
      expect((JSON.parse(redactPrinted(raw)) as { exception: string }).exception).toBe(
        before.replace(secret, redactionMark),
      );
    }
  });

  it('leaves every document of printed objects a document', () => {
    const word = fc.constantFrom('password', 'token: ', "'token': '", '"secret":"', 'x', "don't", '\\"', '=');
    const printed = fc.array(fc.oneof(word, fc.string())).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.dictionary(printed, fc.oneof(printed, fc.array(printed))), (document) => {
        const text = redactPrinted(JSON.stringify(document));
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('cuts secrets in a command that holds JSON, however deep, and the document stays one', () => {
    const command = (line: string): string => JSON.stringify({ Command: line, Other: 1 });
    const redact = (line: string): unknown =>
      (JSON.parse(redactJson(command(line), commands).text) as { Command: string }).Command;
    const mark = redactionMark;
    expect(redact('say {"token":"abc"} password hunter2')).toBe(`say {"token":"${mark}"} password ${mark}`);
    expect(redact('x {"api_key":12345} y')).toBe(`x {"api_key":"${mark}"} y`);
    expect(redact('login "two words" now')).toBe(`login "${mark}" now`);
    expect(redact('\tlogin\thunter2\nnext')).toBe(`\tlogin\t${mark}\nnext`);
    expect(redact('tell {"text":"password \\"hunter2\\""}')).toBe(`tell {"text":"password \\"${mark}\\""}`);
    let nested = 'password hunter2';
    for (let level = 0; level < 6; level++) nested = JSON.stringify({ x: nested, token: 'hunter2' });
    expect(redact(nested)).not.toContain('hunter2');
    expect(redactJson(command(nested), commands).redacted).toEqual(['Command']);
  });

  it('knows a name and a word that are written in escapes', () => {
    const { text, redacted } = redactJson(
      String.raw`{"pass\u0077ord":"hunter2","Comm\u0061nd":"\u006cogin hunter3 \/x"}`,
      commands,
    );
    expect(text).toBe(
      String.raw`{"pass\u0077ord":"${redactionMark}","Comm\u0061nd":"\u006cogin ${redactionMark} \/x"}`,
    );
    expect(redacted).toEqual(['password', 'Command']);
  });

  it('cuts the same from a text that it looks through only because of what stands before it', () => {
    const pieces = [
      'lo',
      'gin ',
      'pass',
      'word ',
      'hunter2',
      'api',
      '_key',
      '"Command":"',
      '"',
      '{',
      ':',
      'n',
    ];
    const escapes = ['\\', '\\\\', '\\"', '\\n', '\\u006c', '\\/'];
    const raw = fc.array(fc.constantFrom(...pieces, ...escapes), { maxLength: 12 });
    const looked = '["token",';
    const check = (document: string): void => {
      const { text } = redactJson(looked + document, commands);
      expect(looked + redactJson(document, commands).text).toBe(text);
    };
    check(String.raw`{"Command":"say \"lo\\gin hunter2\""}`);
    check(String.raw`{"pass\word":"hunter2"}`);
    fc.assert(
      fc.property(raw, (parts) => {
        check(parts.join(''));
        check(`{"Command":"${parts.join('')}"}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps every document with any command readable, and the command without its secret', () => {
    const secret = 'S3CR3T-VALUE';
    const line = fc.oneof(
      fc.string().map((text) => `${text} password ${secret} ${text}`),
      fc.jsonValue().map((value) => `say ${JSON.stringify({ token: secret, value })}`),
      fc.jsonValue().map((value) => `say ${JSON.stringify({ v: JSON.stringify({ secret, value }) })}`),
    );
    fc.assert(
      fc.property(line, fc.constantFrom(0, 2), (command, indent) => {
        const raw = JSON.stringify({ Data: { Command: command }, After: [1, '"'] }, null, indent);
        const { text } = redactJson(raw, commands);
        expect(text).not.toContain(secret);
        expect(JSON.parse(text)).toMatchObject({ After: [1, '"'] });
      }),
    );
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
    for (const piece of ['\\"', '\\\\', 'token ', '\\"token\\":', '"token', 'token =  ', '\\u0022{'])
      redactJson(`{"Command":"${piece.repeat(200_000)}`, commands);
  });
});
