import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english, type Text } from '../../../../../src/core/model/text.ts';
import { kgsm } from '../../../../../src/core/systems/kgsm/index.ts';
import { parseKgsmSettings, type KgsmSettings } from '../../../../../src/core/systems/kgsm/settings.ts';
import { chooseTransport, type Transport } from '../../../../../src/core/systems/kgsm/session/transport.ts';
import { silentLog } from '../../helpers.ts';

function read(fields: Readonly<Record<string, unknown>>): KgsmSettings {
  const parsed = parseKgsmSettings({ kind: 'kgsm', ...fields });
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join());
  return parsed.settings;
}

function problems(fields: Readonly<Record<string, unknown>>): string[] {
  const parsed = parseKgsmSettings({ kind: 'kgsm', ...fields });
  return parsed.ok ? [] : parsed.problems.map(english);
}

describe('the settings of the journal', () => {
  it('need neither root nor socket, nothing is emitted there', () => {
    const settings = read({ events: 'journal', journalDir: '/var/lib/kgsm//events/' });
    expect(settings).toMatchObject({ journalDir: '/var/lib/kgsm/events/', backfillHours: 24 });
    expect(settings.socketPath).toBeUndefined();
    expect(kgsm.emitTargets(settings)).toEqual([]);
    expect(kgsm.describe(settings)).toBe('/var/lib/kgsm/events/');
    expect(kgsm.emitTargets(read({ root: '/opt/kgsm' }))).toEqual(['/opt/kgsm/kgsm.sock']);
  });

  it.each([
    [{ events: 'journal' }, '"journalDir" is missing: without "root", nothing tells where the journal is'],
    [{ events: 'journal', journalDir: 'x' }, '"journalDir" must be an absolute path, not "x"'],
    [{ root: '/k', backfillHours: 169 }, '"backfillHours" must be a whole number from 0 to 168, not 169'],
    [
      { events: 'socket', journalDir: '/j' },
      '"root" is missing: it is the folder of KGSM; without it "socket" must be an absolute path',
    ],
  ])('%j: %s', (fields, problem) => {
    expect(problems(fields)).toEqual([problem]);
  });
});

describe('the choice of the transport', () => {
  let root = '';
  let said: string[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gs-kgsm-'));
    said = [];
  });
  afterEach(() => rm(root, { recursive: true }));

  const choose = (fields: Readonly<Record<string, unknown>>): Promise<Transport> =>
    chooseTransport(read(fields), {
      log: { ...silentLog, info: (message: Text) => said.push(english(message)) },
      signal: new AbortController().signal,
    });
  const file = async (name: string, content = ''): Promise<void> => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  };
  /** A program that answers as told, and notes that it ran. */
  const program = async (cases: string): Promise<void> => {
    const script = `#!/bin/sh\ntouch "$KGSM_ROOT/ran"\necho noise >&2\ncase "$*" in\n${cases}\n*) echo '[ERROR] unknown' ; exit 8 ;;\nesac\n`;
    await file('kgsm.sh', script);
    await chmod(join(root, 'kgsm.sh'), 0o755);
  };
  const socket = (): Transport => ({ events: 'socket', path: join(root, 'kgsm.sock') });

  it.each(['modules/events.socket.sh', 'modules/include/events.sh', 'commands/events.socket.sh'])(
    'takes the socket where there is %s, without running anything',
    async (name) => {
      await file(name);
      await program(`*) echo '{}' ;;`);
      expect(await choose({ root })).toEqual(socket());
      expect(said).toEqual([`Events come through the socket ${root}/kgsm.sock: KGSM has ${name}.`]);
      await expect(rm(join(root, 'ran'))).rejects.toThrow('ENOENT');
    },
  );

  it('takes the journal that version 3 names among its paths', async () => {
    await program(
      `'--paths --json') echo '{"system":{"KGSM_ROOT":"/x"},"user":{"KGSM_EVENT_JOURNAL_DIR":"/data/events"}}' ;;`,
    );
    expect(await choose({ root })).toEqual({ events: 'journal', directory: '/data/events' });
    expect(said).toEqual([
      'Events come from the journal in /data/events: KGSM answers --paths --json, as version 3 does.',
    ]);
  });

  it('asks for its setting where the paths do not name it', async () => {
    await program(`'--paths --json') echo '{}' ;;\n'config get event_journal_dir') echo /conf/events ;;`);
    expect(await choose({ root })).toEqual({ events: 'journal', directory: '/conf/events' });
    expect(await choose({ root, events: 'journal' })).toEqual({
      events: 'journal',
      directory: '/conf/events',
    });
  });

  it('takes the default where KGSM 3 does not say, and what is set before all', async () => {
    await program(`'--paths --json') echo '{}' ;;`);
    expect(await choose({ root })).toEqual({ events: 'journal', directory: '/var/lib/kgsm/events' });
    expect(await choose({ root, journalDir: '/mine' })).toEqual({ events: 'journal', directory: '/mine' });
    expect(await choose({ root, events: 'socket' })).toEqual(socket());
  });

  it.each([
    ['says nothing', `*) exit 0 ;;`],
    ['does not know the question', ''],
    ['answers no JSON', `*) echo '[INFO] hello' ;;`],
    ['answers a list', `*) echo '[]' ;;`],
  ])('takes the socket where the program %s', async (_name, cases) => {
    await program(cases);
    expect(await choose({ root })).toEqual(socket());
  });

  it('takes the socket where there is no program, or no root', async () => {
    expect(await choose({ root })).toEqual(socket());
    expect(await choose({ socket: '/run/k.sock' })).toEqual({ events: 'socket', path: '/run/k.sock' });
    expect(await choose({ journalDir: '/j' })).toEqual({ events: 'journal', directory: '/j' });
  });
});
