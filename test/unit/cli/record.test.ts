import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sendToUnixSocket } from '../../../src/core/wire/unixSender.ts';
import { kgsmEvent } from '../core/helpers.ts';
import { temporaryFolder } from '../simulator/kgsmRoot.ts';
import { gsops, makeJournal, runGsops, type Ended } from './gsops.ts';

interface Line {
  readonly raw?: string;
  readonly type?: string;
  readonly gameServerOpsRecording?: number;
  readonly name?: string;
  readonly connections?: readonly unknown[];
}

const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const sent = [
  kgsmEvent('instance_started', 'a'),
  kgsmEvent('instance_crashed', 'b', { ExitCode: '139' }),
  '{"EventType":"instance_stopped","Data":{"InstanceName":"ü 🦊"},"x":1.0}',
];

/** Records what is sent to a socket once it is open, until it is interrupted. */
function recordSent(socket: string, ...more: readonly string[]): Promise<Ended> {
  const connection = JSON.stringify({ kind: 'kgsm', id: 'home', name: 'Home', socket });
  let isSending = false;
  return runGsops(['record', connection, ...more], (errors, interrupt) => {
    if (isSending || !/^ready/m.test(errors)) return;
    isSending = true;
    void (async () => {
      for (const text of sent) await sendToUnixSocket(socket, Buffer.from(text));
      interrupt();
    })();
  });
}

describe('gsops record', () => {
  it('writes all that came until Ctrl+C, byte for byte and in order, with a header', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'night.gsops.ndjson');
    const { code, errors } = await recordSent(
      join(folder.path, 'k.sock'),
      ...['--out', out, '--name', 'Friday'],
    );
    expect(code, errors).toBe(0);
    const [header, ...events] = linesOf(readFileSync(out, 'utf8'));
    expect(header).toMatchObject({
      gameServerOpsRecording: 1,
      name: 'Friday',
      connections: [{ id: 'home', system: 'kgsm', name: 'Home' }],
    });
    expect(events.filter(({ type }) => type?.startsWith('instance_')).map(({ raw }) => raw)).toEqual(sent);
    expect(errors).toContain(`${events.length} events were written into ${out}.`);
    expect(readdirSync(folder.path)).toEqual(['night.gsops.ndjson']);
  });

  it('writes gzip where the name says so, and tells programs where and how many', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'night.gsops.ndjson.gz');
    const { code, out: told } = await recordSent(join(folder.path, 'k.sock'), '--out', out, '--json');
    expect(code).toBe(0);
    const [, ...events] = linesOf(gunzipSync(readFileSync(out)).toString());
    expect(JSON.parse(told)).toEqual({ written: { file: out, events: events.length } });
  });

  it('writes no file when the connection never stood, and says why', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'none.ndjson');
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root: join(folder.path, 'nowhere') });
    const { code, errors } = await gsops('record', connection, '--out', out, '--seconds', '30');
    expect(code).toBe(1);
    expect(errors).toContain('There is no kgsm.sh');
    expect(existsSync(out)).toBe(false);
  });
});

describe('gsops export', () => {
  it('writes the events that match as a recording and as a table', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'home.db');
    await makeJournal(file);
    const out = join(folder.path, 'crashes.ndjson');
    expect(await gsops('export', 'type:instance_crashed', '--journal', file, '--out', out)).toMatchObject({
      code: 0,
      errors: `3 events were written into ${out}.\n`,
    });
    const [header, ...events] = linesOf(readFileSync(out, 'utf8'));
    expect(header).toMatchObject({ gameServerOpsRecording: 1, name: 'crashes.ndjson' });
    expect(events.map(({ raw }) => raw)).toEqual(
      ['a', 'b', 'c'].map((name) => kgsmEvent('instance_crashed', name, { ExitCode: '139' })),
    );
    const table = join(folder.path, 'all.csv');
    await gsops('export', '--journal', file, '--out', table);
    const [head, ...rows] = readFileSync(table, 'utf8').trimEnd().split('\r\n');
    expect(head).toMatch(/^received,sent,connection,instance,type,severity/);
    expect(rows).toHaveLength(5);
  });

  it('leaves a file as it was when the query is wrong or the place cannot be written', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'home.db');
    await makeJournal(file);
    const out = join(folder.path, 'old.ndjson');
    writeFileSync(out, 'before');
    const wrong = await gsops('export', 'tpye:x', '--journal', file, '--out', out);
    expect(wrong.code).toBe(2);
    expect(wrong.errors).toMatch(/tpye.*at character 1/);
    expect(readFileSync(out, 'utf8')).toBe('before');
    const nowhere = await gsops('export', '--journal', file, '--out', join(folder.path, 'no', 'x.ndjson'));
    expect(nowhere.code).toBe(1);
    expect(nowhere.errors).toContain('ENOENT');
  });
});

describe('the command line', () => {
  it.each(['watch', 'query', 'record', 'replay', 'emit', 'export'])(
    'tells how %s is called, with examples',
    async (command) => {
      const { code, out, errors } = await gsops(command, '--help');
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(out).toContain(`usage: gsops ${command}`);
      expect(out).toMatch(/^ {2}examples:\n {4}gsops /m);
    },
  );

  it.each([
    ['record', ['{}'], '--out is missing'],
    ['record', ['{', '--out', 'x'], 'not readable as JSON'],
    ['record', ['--out', 'x'], 'The connection is missing'],
    ['export', ['--journal', 'x.db'], '--out is missing'],
  ])('ends with 2 for %s %j, and says why', async (command, args, words) => {
    const { code, out, errors } = await gsops(command, ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toContain(words);
    expect(errors).toContain(`usage: gsops ${command}`);
  });
});
