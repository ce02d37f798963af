import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addSocketName,
  applyChange,
  KgsmConfigError,
  readEventConfig,
  sendsTo,
  setWebhookUrl,
  switchOnBroadcasting,
  type ConfigChange,
  type EventConfig,
} from '../../../../../../src/core/systems/kgsm/diagnosis/eventConfig.ts';
import { withValue } from '../../../../../../src/core/systems/kgsm/diagnosis/configFile.ts';
import { Room } from '../../../wire/sockets.ts';

const isRoot = process.geteuid?.() === 0;
const signal = new AbortController().signal;

describe('the configuration of KGSM', () => {
  let room: Room;
  beforeEach(() => {
    room = new Room();
  });
  afterEach(() => room.close());

  function file(name: string, content: string | Uint8Array, mode = 0o644): string {
    const path = room.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }
  const protocolVersion = {
    first: () => file('modules/include/events.sh', 'jq --arg InstanceId "$1"'),
    second: () => file('modules/include/events.sh', 'jq --arg InstanceName "$1"'),
    lists: () => file('modules/events.socket.sh', ''),
  };
  const read = (): Promise<EventConfig> => readEventConfig(room.dir, signal);
  const content = (name = 'config.ini'): string => readFileSync(room.path(name), 'utf8');
  async function reasonOf(doing: Promise<unknown>): Promise<string> {
    try {
      await doing;
      return 'done';
    } catch (error) {
      if (!KgsmConfigError.is(error)) throw error;
      return error.reason;
    }
  }
  /** A program of KGSM 2.2 that sets values as it does, and notes what it was told. */
  function program(): void {
    file(
      'kgsm.sh',
      `#!/bin/bash
printf '%s\\n' "$@" >> "$KGSM_ROOT/told"
[ "$1" = --config ] && [ "$2" = --set ] || exit 8
key="\${3%%=*}"; value="\${3#*=}"
[ "$key" = enable_event_broadcasting ] && [ "$value" != true ] && exit 8
grep -q "^$key=" "$KGSM_ROOT/config.ini" || exit 24
sed -i "/^$key=/c$key=$value" "$KGSM_ROOT/config.ini"
`,
      0o755,
    );
  }

  describe('is read', () => {
    it('of 1.6 and 1.7, which ignore their switch', async () => {
      protocolVersion.first();
      file('config.ini', '# c\nUSE_EVENTS=0\nEVENTS_SOCKET_FILE=bot.sock\n');
      expect(await read()).toMatchObject({
        protocolVersion: 'first',
        file: room.path('config.ini'),
        switches: [{ key: 'USE_EVENTS', value: '0', on: false, yes: '1' }],
        heeded: false,
        sockets: { key: 'EVENTS_SOCKET_FILE', items: ['bot.sock'], several: false },
      });
      expect((await read()).webhook).toBeUndefined();
    });

    it('of 2.0 and 2.1, with one socket', async () => {
      protocolVersion.second();
      file('config.ini', 'enable_event_broadcasting=true\n');
      expect(await read()).toMatchObject({
        protocolVersion: 'second',
        switches: [{ on: true }],
        sockets: { key: 'event_socket_filename', value: undefined, items: ['kgsm.sock'], several: false },
      });
    });

    it('of 2.2, with a list that falls back to the older name', async () => {
      protocolVersion.lists();
      file(
        'config.ini',
        'enable_event_broadcasting=1\nevent_socket_filename=old.sock\nwebhook_secret=hush\n',
      );
      const config = await read();
      expect(config).toMatchObject({
        protocolVersion: 'lists',
        switches: [{ value: '1', on: false, yes: 'true' }],
        heeded: true,
        sockets: { key: 'event_socket_filenames', value: undefined, items: ['old.sock'], several: true },
        webhook: { switch: { on: false }, urls: { key: 'webhook_urls', items: [] } },
        signs: true,
      });
      expect(JSON.stringify(config)).not.toContain('hush');
    });

    it('of 3, where its program says that it is', async () => {
      const ini = file(
        'home/kgsm/config.ini',
        '[events]\nenable_socket_events=true\nevent_socket_filenames=a.sock, /run/b.sock ,\n',
      );
      file(
        'kgsm.sh',
        `#!/bin/sh\n[ "$*" = '--paths --json' ] && echo '{"user":{"KGSM_CONFIG_FILE":"${ini}"}}'\n`,
        0o755,
      );
      file('commands/events.socket.sh', '');
      const config = await read();
      expect(config).toMatchObject({
        protocolVersion: 'third',
        file: ini,
        switches: [{ key: 'enable_socket_events', on: true }],
        sockets: { items: ['a.sock', '/run/b.sock'] },
      });
      expect(await sendsTo(config, '/run/b.sock')).toBe(true);
      expect(await sendsTo(config, room.path('a.sock'))).toBe(true);
      expect(await sendsTo(config, room.path('c.sock'))).toBe(false);
    });

    it('of 3 since the journal, with no switch at all', async () => {
      const ini = file(
        'home/kgsm/config.ini',
        'event_journal_dir=/data/events\nenable_webhook_events=false\n',
      );
      file(
        'kgsm.sh',
        `#!/bin/sh\n[ "$*" = '--paths --json' ] && echo '{"user":{"KGSM_CONFIG_FILE":"${ini}"}}'\n`,
        0o755,
      );
      const config = await read();
      expect(config).toMatchObject({ protocolVersion: 'journal', switches: [], journalDir: '/data/events' });
      expect(config.sockets).toBeUndefined();
      expect(switchOnBroadcasting(config)).toEqual([]);
      expect(addSocketName(config, '/x')).toBeUndefined();
    });

    it.each([
      ['USE_EVENTS=1\n', 'first'],
      ['event_socket_filename=a\n', 'second'],
      ['event_socket_filenames=a\n', 'lists'],
      ['enable_socket_events=true\n', 'third'],
      ['event_journal_dir=/j\n', 'journal'],
    ])('by its keys where nothing else tells: %j', async (config, expected) => {
      file('config.ini', config);
      expect((await read()).protocolVersion).toBe(expected);
    });

    it('as KGSM reads it: the last of two, quotes, carriage returns and a mark at the start taken literally', async () => {
      protocolVersion.lists();
      file(
        'config.ini',
        'enable_event_broadcasting=false\n enable_event_broadcasting=true\nenable_event_broadcasting=true\n',
      );
      expect((await read()).switches).toMatchObject([{ on: true }]);
      for (const odd of ['"true"', 'true\r', 'true # yes', ' true', 'TRUE']) {
        file('config.ini', `enable_event_broadcasting=${odd}\n`);
        expect((await read()).switches).toMatchObject([{ on: false, value: odd }]);
      }
      file('config.ini', '\uFEFFenable_event_broadcasting=true\n#enable_event_broadcasting=true\n');
      expect((await read()).switches).toMatchObject([{ on: false, value: undefined }]);
    });

    it('or says why not', async () => {
      expect(await reasonOf(read())).toBe('missing');
      file('config.ini', new Uint8Array(2_000_000));
      expect(await reasonOf(read())).toBe('unreadable');
      file('config.ini', '', 0);
      chmodSync(room.dir, 0o755);
      if (isRoot) process.seteuid?.(65_534);
      try {
        expect(await reasonOf(read())).toBe('noPermission');
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
    });
  });

  describe('knows its sockets', () => {
    it('by name, by a way round and by a link', async () => {
      protocolVersion.lists();
      file('config.ini', 'event_socket_filenames= bot.sock ,../up.sock,link.sock,/abs.sock\n');
      symlinkSync('/run/elsewhere.sock', room.path('link.sock'));
      const config = await read();
      expect(await sendsTo(config, room.path('bot.sock'))).toBe(true);
      expect(await sendsTo(config, room.path('x', '..', '..', 'up.sock'))).toBe(true);
      expect(await sendsTo(config, room.path('kgsm.sock'))).toBe(false);
      // 2.2 looks for it below its root, where it never is.
      expect(await sendsTo(config, '/abs.sock')).toBe(false);
      symlinkSync(room.dir, `${room.dir}-link`);
      room.onClose(async () => (await import('node:fs/promises')).unlink(`${room.dir}-link`));
      expect(await sendsTo(config, `${room.dir}-link/bot.sock`)).toBe(true);
    });

    it('adds one to the list and keeps the others', async () => {
      protocolVersion.lists();
      file('config.ini', 'event_socket_filenames=bot.sock, dash.sock\n');
      const config = await read();
      expect(addSocketName(config, room.path('gso.sock'))).toEqual({
        file: room.path('config.ini'),
        key: 'event_socket_filenames',
        from: 'bot.sock, dash.sock',
        to: 'bot.sock,dash.sock,gso.sock',
      });
      expect(addSocketName(config, room.path('..', 'gso.sock'))?.to).toBe('bot.sock,dash.sock,../gso.sock');
      expect(addSocketName(config, room.path('a,b.sock'))).toBeUndefined();
      expect(addSocketName(config, room.path('a\nwebhook_secret=x'))).toBeUndefined();
    });

    it('does not take the only place from a bot', async () => {
      protocolVersion.second();
      file('config.ini', 'event_socket_filename=bot.sock\n');
      expect(addSocketName(await read(), room.path('gso.sock'))).toBeUndefined();
    });
  });

  describe('knows its webhooks', () => {
    const none = (): boolean => false;
    it('adds an address and switches them on', async () => {
      protocolVersion.lists();
      file('config.ini', 'enable_webhook_events=false\nwebhook_urls=https://x.org/a\n');
      expect(setWebhookUrl(await read(), 'http://127.0.0.1:8787/', none)).toMatchObject([
        { key: 'webhook_urls', to: 'https://x.org/a,http://127.0.0.1:8787/' },
        { key: 'enable_webhook_events', from: 'false', to: 'true' },
      ]);
      expect(setWebhookUrl(await read(), 'u', () => true)).toMatchObject([{ key: 'enable_webhook_events' }]);
    });

    it('does not take the only address from somebody', async () => {
      protocolVersion.lists();
      file('config.ini', 'webhook_url=https://x.org\n');
      expect(setWebhookUrl(await read(), 'http://127.0.0.1:8787/', none)).toEqual([]);
      file('config.ini', 'webhook_url=\n');
      expect(setWebhookUrl(await read(), 'http://127.0.0.1:8787/', none)).toMatchObject([
        { key: 'webhook_url', from: '', to: 'http://127.0.0.1:8787/' },
        { key: 'enable_webhook_events', from: undefined },
      ]);
    });
  });

  describe('is changed', () => {
    const text =
      '# KGSM\r\n\r\n# Default: false\r\nenable_event_broadcasting=false\r\n\r\n# ä \xff\r\nx="1"\r\nlast=2';
    const change = async (): Promise<ConfigChange> => {
      const [first] = switchOnBroadcasting(await read());
      if (!first) throw new Error('there is something to change');
      return first;
    };

    it('in one line, with every other byte, the mode and the link as they were', async () => {
      protocolVersion.lists();
      file('real/config.ini', Buffer.from(text, 'latin1'), 0o640);
      symlinkSync('real/config.ini', room.path('config.ini'));
      await applyChange(await read(), await change(), signal);
      expect(readFileSync(room.path('config.ini'), 'latin1')).toBe(
        // KGSM would take a carriage return for a part of the value.
        text.replace('broadcasting=false\r\n', 'broadcasting=true\n'),
      );
      expect(statSync(room.path('real/config.ini')).mode & 0o777).toBe(0o640);
      expect(readdirSync(room.path('real'))).toEqual(['config.ini']);
      expect((await read()).switches).toMatchObject([{ on: true }]);
    });

    it('where KGSM looks when a key stands there twice, and at the end when it does not', () => {
      expect(withValue('a=1\na=2\nb=3\n', 'a', '4')).toBe('a=1\na=4\nb=3\n');
      expect(withValue('#a=1\n', 'a', '4')).toBe('#a=1\na=4\n');
      expect(withValue('b=1', 'a', '4')).toBe('b=1\na=4\n');
      expect(withValue('', 'a', '4')).toBe('a=4\n');
    });

    it('by its own program, where that can do it', async () => {
      protocolVersion.lists();
      program();
      file('config.ini', 'enable_event_broadcasting=false\n');
      await applyChange(await read(), await change(), signal);
      expect(content()).toBe('enable_event_broadcasting=true\n');
      expect(content('told')).toBe('--config\n--set\nenable_event_broadcasting=true\n');
    });

    it('by hand where its program does not know the key or cannot be run', async () => {
      protocolVersion.lists();
      program();
      file('config.ini', '# none\n');
      await applyChange(await read(), await change(), signal);
      expect(content()).toBe('# none\nenable_event_broadcasting=true\n');
      file('config.ini', 'enable_event_broadcasting=no\n');
      chmodSync(room.path('kgsm.sh'), 0o644);
      await applyChange(await read(), await change(), signal);
      expect(content()).toBe('enable_event_broadcasting=true\n');
    });

    it('not where its program refuses the value', async () => {
      protocolVersion.lists();
      program();
      file('config.ini', 'enable_event_broadcasting=false\n');
      const wrong = { ...(await change()), to: 'maybe' };
      expect(await reasonOf(applyChange(await read(), wrong, signal))).toBe('refused');
      expect(content()).toBe('enable_event_broadcasting=false\n');
    });

    it('not where somebody changed it after it was shown', async () => {
      protocolVersion.lists();
      file('config.ini', 'enable_event_broadcasting=false\n');
      const planned = await change();
      const config = await read();
      file('config.ini', 'enable_event_broadcasting=later\n');
      expect(await reasonOf(applyChange(config, planned, signal))).toBe('changed');
      expect(content()).toBe('enable_event_broadcasting=later\n');
      // What else was changed is kept.
      file('config.ini', 'new=1\nenable_event_broadcasting=false\n');
      await applyChange(config, planned, signal);
      expect(content()).toBe('new=1\nenable_event_broadcasting=true\n');
    });

    it('not where it is read-only', async () => {
      protocolVersion.lists();
      file('config.ini', 'enable_event_broadcasting=false\n', 0o444);
      chmodSync(room.dir, 0o777);
      const planned = await change();
      const config = await read();
      if (isRoot) process.seteuid?.(65_534);
      try {
        expect(await reasonOf(applyChange(config, planned, signal))).toBe('noPermission');
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
      expect(content()).toBe('enable_event_broadcasting=false\n');
      expect(readdirSync(room.dir).filter((name) => name.startsWith('.gs-'))).toEqual([]);
    });

    it.runIf(isRoot)('not in a way that takes it from its owner', async () => {
      protocolVersion.lists();
      file('config.ini', 'enable_event_broadcasting=false\n', 0o666);
      chmodSync(room.dir, 0o777);
      const planned = await change();
      const config = await read();
      process.seteuid?.(65_534);
      try {
        expect(await reasonOf(applyChange(config, planned, signal))).toBe('noPermission');
      } finally {
        process.seteuid?.(0);
      }
      expect(readdirSync(room.dir).filter((name) => name.startsWith('.gs-'))).toEqual([]);
    });

    it('not when it was called off', async () => {
      protocolVersion.lists();
      file('config.ini', 'enable_event_broadcasting=false\n');
      const planned = await change();
      await expect(
        applyChange(await read(), planned, AbortSignal.abort(new Error('called off'))),
      ).rejects.toThrow('called off');
      expect(content()).toBe('enable_event_broadcasting=false\n');
    });
  });
});
