import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectionNamed, connectionsNamed, secretsOfEach } from '../../../src/cli/connectionArgument.ts';
import { parseJsonc } from '../../../src/cli/jsonc.ts';
import { sendToUnixSocket } from '../../../src/core/wire/unixSender.ts';
import { kgsmEvent } from '../core/helpers.ts';
import { eventsOf, run, type Line } from '../probeRun.ts';
import { temporaryFolder } from '../simulator/kgsmRoot.ts';
import { gsops } from './gsops.ts';

const two = `// My servers.
[
  { "kind": "kgsm", "id": "home", "name": "At Home", "socket": "a.sock" }, /* a second one */
  { "kind": "kgsm", "id": "away", "socket": "sub/b.sock", },
]
`;

describe('a file of connections', () => {
  it('names them by id or name, or all at once, with paths that begin at its folder', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'gsops.jsonc');
    writeFileSync(file, two);
    const all = await connectionsNamed([], file);
    expect(all.map(({ settings }) => settings)).toMatchObject([
      { id: 'home', socketPath: join(folder.path, 'a.sock') },
      { id: 'away', socketPath: join(folder.path, 'sub/b.sock') },
    ]);
    expect((await connectionsNamed(['away'], file)).map(({ settings }) => settings.id)).toEqual(['away']);
    expect((await connectionNamed(['At Home'], file)).settings.id).toBe('home');
    await expect(connectionNamed([], file)).rejects.toThrow('One connection is needed');
  });

  it('gives a secret without a name to a single connection alone', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'gsops.jsonc');
    writeFileSync(file, two);
    const env = { GSOPS_SECRET: 'general', GSOPS_SECRET_AWAY_PASSWORD: 'own' };
    const both = await connectionsNamed([], file);
    const [several, single] = [secretsOfEach(both, env), secretsOfEach(both.slice(0, 1), env)];
    expect([several('home')('password'), several('away')('password')]).toEqual([undefined, 'own']);
    expect(single('home')('password')).toBe('general');
  });

  it('is understood as a file of settings too, or as one connection', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'settings.json');
    const entry = '{ "kind": "notifier", "id": "bell", "ca": "ca.crt" }';
    for (const text of [`{ "gameServerOps.connections": [${entry}] }`, entry]) {
      writeFileSync(file, text);
      const [only] = await connectionsNamed([], file);
      expect(only?.settings).toMatchObject({ id: 'bell', ca: join(folder.path, 'ca.crt') });
    }
  });

  it.each([
    ['[{ "kind": "kgsm" "id": "x" }]', /gsops\.jsonc:1:19: , or } is expected, not "\\""/],
    ['{ "a": 1 }', /must hold an array of connections as in the settings, such as/],
    ['[', /gsops\.jsonc:1:2: a value is expected, not the end of the file/],
    ['[]', /names no connection/],
    ['[{ "kind": "kgms" }]', /gsops\.jsonc: connection #1: "kind" must be one of/],
    ['[{"kind":"kgsm","id":"a","socket":"a"},{"kind":"kgsm","id":"a","socket":"b"}]', /ids must differ/],
  ])('says what is wrong with %s', async (text, words) => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'gsops.jsonc');
    writeFileSync(file, text);
    await expect(connectionsNamed([], file)).rejects.toThrow(words);
  });

  it('says which connections there are, and what is wrong with the others, for a name that is not there', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'gsops.jsonc');
    writeFileSync(file, '[{"kind":"kgsm","id":"a","socket":"a"},{"kind":"kgsm","id":"b"}]');
    expect((await connectionNamed(['a'], file)).settings.id).toBe('a');
    await expect(connectionNamed(['b'], file)).rejects.toThrow(/there is: a\.\n.*"root" is missing/);
    await expect(connectionNamed(['{}'], file)).rejects.toThrow('named by its id');
    await expect(connectionNamed(['a'], join(folder.path, 'no.jsonc'))).rejects.toThrow(
      /ENOENT.*array of conn/,
    );
    await expect(connectionNamed(['home'], undefined)).rejects.toThrow('needs --config');
  });

  it('is watched as a whole: events of all connections, in one run', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'gsops.jsonc');
    mkdirSync(join(folder.path, 'sub'));
    writeFileSync(file, two);
    const { code, lines, errors } = await run(['--config', file, '--seconds', '60'], async (probe) => {
      const isReady = (line: Line): boolean => line['connection']?.['state'] === 'ready';
      await probe.until(() => probe.lines.filter(isReady).length === 2);
      for (const [socket, name] of [
        ['a.sock', 'one'],
        ['sub/b.sock', 'two'],
      ] as const)
        await sendToUnixSocket(join(folder.path, socket), Buffer.from(kgsmEvent('instance_started', name)));
      await probe.until(() => eventsOf(probe.lines).length === 2);
    });
    expect(code, errors).toBe(0);
    expect(
      eventsOf(lines)
        .map(({ connection, subject }) => `${String(connection)} ${String(subject)}`)
        .sort(),
    ).toEqual(['away two', 'home one']);
    expect(lines.at(-1)?.['fleet']).toMatchObject({ connections: [{ id: 'home' }, { id: 'away' }] });
  });

  it('ends with 2 and without the whole usage where it is wrong', async () => {
    const { code, out, errors } = await gsops('watch', '--config', 'no.jsonc');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toMatch(/no\.jsonc cannot be read.*\nusage: gsops watch.*\ngsops watch --help/);
    expect(errors).not.toContain('examples:');
  });
});

describe('JSON with comments', () => {
  it.each(['[1, -2.5e3, "a\\"\\u00fc//", true, null, {}]', '{"a":{"b":[]},"__proto__":1}', '"x"', ' 7 '])(
    'is read like JSON: %s',
    (text) => {
      expect(parseJsonc(text)).toEqual(JSON.parse(text));
    },
  );

  it.each(['', '[1 2]', '{"a"}', "{'a':1}", '[01]', '"a', '/* open', '[1]]', '[,]', 'nul', '{"a":1,,}'])(
    'is not %s',
    (text) => {
      expect(() => parseJsonc(text)).toThrow('is expected');
    },
  );
});
