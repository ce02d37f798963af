import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bedrockCurl } from '../../../../src/core/systems/bedrock/curl.ts';
import { parseBedrockSettings, type BedrockSettings } from '../../../../src/core/systems/bedrock/settings.ts';
import { curlCommand } from '../../../../src/core/systems/curl.ts';

/** The words that a shell makes of a command, with curl replaced by what prints them. */
function words(command: string, environment: Readonly<Record<string, string>> = {}): readonly string[] {
  const script = command.replace(/^curl/, `printf '%s\\0'`);
  const printed = execFileSync('sh', ['-c', script], {
    env: { TOKEN: 'the token', SECRET: 'the secret', ...environment },
  });
  return printed.toString().split('\0').slice(0, -1);
}

const settings = (given: object = {}): BedrockSettings => {
  const read = parseBedrockSettings({ kind: 'bedrock', url: 'https://play.example:11325/bsm', ...given });
  if (!read.ok) throw new Error('no settings');
  return read.settings;
};

describe('a call as a curl command', () => {
  it('is what was called, with the token from a variable', () => {
    const command = curlCommand({
      method: 'POST',
      url: 'https://a.example/x',
      body: { n: 1 },
      ca: '/ca.pem',
    });
    expect(command).not.toContain('the token');
    expect(words(command)).toEqual([
      '--globoff',
      '--request',
      'POST',
      '--url',
      'https://a.example/x',
      '--header',
      'Authorization: Bearer the token',
      '--cacert',
      '/ca.pem',
      '--header',
      'Content-Type: application/json',
      '--data-raw',
      '{"n":1}',
    ]);
  });

  it.each([
    `it's`,
    `'; touch /tmp/owned; '`,
    '$(id)',
    '`id`',
    '$TOKEN',
    'a\nb',
    '\\',
    `"'"'"`,
    '!x',
    '-K/etc',
  ])('gives %j to the server as it is, never to the shell', (hostile) => {
    const found = words(curlCommand({ method: hostile, url: hostile, body: { hostile }, ca: hostile }));
    expect(found[2]).toBe(hostile);
    expect(found[4]).toBe(hostile);
    expect(found[8]).toBe(hostile);
    expect(JSON.parse(found[12] ?? '')).toEqual({ hostile });
  });

  it('is made of a request of a Bedrock Server Manager, with its path behind the address', () => {
    const raw = JSON.stringify({ method: 'GET', path: '/api/server/a%20b/status' });
    const found = words(bedrockCurl(raw, settings()) ?? '');
    expect(found).toContain('https://play.example:11325/bsm/api/server/a%20b/status');
    expect(found).not.toContain('--data-raw');
  });

  it('has a variable where a secret was cut out', () => {
    const raw = '{"method":"POST","path":"/auth/token","body":{"username":"admin","password":"‹redacted›"}}';
    const found = words(bedrockCurl(raw, settings()) ?? '');
    expect(found.at(-1)).toBe('{"username":"admin","password":"the secret"}');
  });

  it.each([
    '',
    'null',
    '{"method":"GET"}',
    '{"method":"GET","path":"@evil.example/"}',
    '{"method":1,"path":"/"}',
  ])('is not made of %j', (raw) => {
    expect(bedrockCurl(raw, settings())).toBeUndefined();
  });
});
