import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConnections, slug } from '../../../../src/core/connections/settings.ts';
import { english } from '../../../../src/core/model/text.ts';
import { systems as loaders } from '../../../../src/core/systems/index.ts';
import { SystemRegistry } from '../../../../src/core/systems/registry.ts';
import { systems } from '../helpers.ts';

const kinds = systems.ids.join(', ');

async function problems(value: unknown): Promise<string[]> {
  return (await readConnections(value, systems)).problems.map(english);
}

describe('the connections setting', () => {
  it('reads a connection with its defaults', async () => {
    const { connections } = await readConnections(
      [{ kind: 'kgsm', id: 'home', name: 'Home', root: '/opt/kgsm' }],
      systems,
    );
    expect(connections.map((c) => c.settings)).toEqual([
      {
        kind: 'kgsm',
        id: 'home',
        name: 'Home',
        root: '/opt/kgsm',
        events: 'auto',
        socketPath: '/opt/kgsm/kgsm.sock',
        socketMode: 0o600,
        backfillHours: 24,
        maxMessageBytes: 1048576,
      },
    ]);
  });

  it('takes an absolute socket without a root, and a relative one below the root', async () => {
    const read = await readConnections(
      [
        { kind: 'kgsm', name: 'A', socket: '/run/x.sock' },
        { kind: 'kgsm', name: 'B', root: '/opt/kgsm', socket: '../y.sock', socketMode: '660' },
      ],
      systems,
    );
    expect(read.problems).toEqual([]);
    expect(read.connections.map(({ settings }) => settings)).toMatchObject([
      { id: 'a', socketPath: '/run/x.sock' },
      { id: 'b', socketPath: '/opt/y.sock', socketMode: 0o660 },
    ]);
  });

  it.each([
    ['x', 'the list of connections must be an array'],
    [[7], 'connection #1: must be an object'],
    [[{}], `connection #1: "kind" is missing; allowed: ${kinds}`],
    [[{ kind: 'kgms' }], `connection #1: "kind" must be one of ${kinds}, not "kgms"`],
    [
      [{ kind: 'kgsm', name: 'H', root: 'opt' }],
      'connection "H": "root" must be an absolute path, not "opt"',
    ],
    [
      [{ kind: 'kgsm', name: 'H' }],
      'connection "H": "root" is missing: it is the folder of KGSM; without it "socket" must be an absolute path',
    ],
    [
      [{ kind: 'kgsm', name: 'H', root: '/k', events: 'carrier pigeon' }],
      'connection "H": "events" must be one of auto, socket, journal, webhook, not "carrier pigeon"',
    ],
    [
      [{ kind: 'kgsm', name: 'H', root: '/k', socketMode: 600 }],
      'connection "H": "socketMode" must be an octal file mode such as 0600, 0660 or 0666, not 600',
    ],
    [
      [{ kind: 'kgsm', name: 'H', root: '/k', id: 'Has Space' }],
      'connection "H": "id" must be lower-case letters, digits and dashes, at most 63, not "Has Space"',
    ],
    [
      [{ kind: 'kgsm', name: '', root: '/k', id: 'h' }],
      'connection "h": "name" must be a text of 1 to 100 characters, not ""',
    ],
  ])('names field and what is allowed for %j', async (value, message) => {
    expect(await problems(value)).toEqual([message]);
  });

  it.each([
    [{ rooot: '/k' }, 'rooot', 'root'],
    [{ root: '/k', socketmode: '0660' }, 'socketmode', 'socketMode'],
    [{ root: 'k', jornalDir: '/j' }, 'jornalDir', 'journalDir'],
  ])('names a field that was probably meant otherwise in %j', async (fields, field, near) => {
    const read = await readConnections([{ kind: 'kgsm', name: 'H', ...fields }], systems);
    expect([...read.problems, ...read.warnings].map(english)[0]).toBe(
      `connection "H": "${field}" is not a setting of this kind of connection and is ignored: did you mean "${near}"?`,
    );
  });

  it('refuses a second connection of the same id, and keeps the first', async () => {
    const read = await readConnections(
      [
        { kind: 'kgsm', name: 'Home', root: '/a' },
        { kind: 'kgsm', name: 'home', root: '/b' },
      ],
      systems,
    );
    expect(read.connections).toHaveLength(1);
    expect(read.problems.map(english)).toEqual([
      'connection "home": the id "home" is taken by an earlier connection; ids must differ',
    ]);
  });

  it('warns of a field that nobody reads', async () => {
    const { warnings } = await readConnections(
      [{ kind: 'kgsm', name: 'H', root: '/k', colour: 'red' }],
      systems,
    );
    expect(warnings.map(english)).toEqual([
      'connection "H": "colour" is not a setting of this kind of connection and is ignored',
    ]);
  });

  it('loads the systems that it names and no other', async () => {
    const fresh = new SystemRegistry(loaders);
    await readConnections([{ kind: 'kgsm', name: 'H', root: '/k' }, { kind: 'constructor' }], fresh);
    expect(fresh.ids.filter((id) => fresh.get(id))).toEqual(['kgsm']);
  });

  it('survives anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        for (const setting of [value, [value], [{ kind: 'kgsm', name: value, root: value, socket: value }]]) {
          const read = await readConnections(setting, systems);
          for (const problem of read.problems) expect(english(problem)).not.toBe('');
        }
      }),
    );
  });

  it('makes ids from names that are valid and not empty', () => {
    expect(slug('My Küche & Co.', 'kgsm')).toBe('my-ku-che-co');
    fc.assert(fc.property(fc.string(), (name) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(slug(name, 'kgsm'))));
  });
});
