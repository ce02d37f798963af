import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection } from '../../../../../../src/core/connections/connection.ts';
import { instancesOf } from '../../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../../src/core/model/text.ts';
import { cliReply, cliRequest } from '../../../../../../src/core/systems/kgsm/decode/cliMessages.ts';
import { withSnapshots } from '../../../../../../src/core/systems/kgsm/session/snapshot.ts';
import { makeRoot } from '../../../../../../src/simulator/kgsm/root.ts';
import { sendToUnixSocket } from '../../../../../../src/core/wire/unixSender.ts';
import { kgsm as runKgsm, launch } from '../../../../simulator/kgsmRoot.ts';
import {
  noSecrets,
  core,
  draft,
  fleetWhere,
  kgsmEvent,
  realClock,
  silentLog,
  testMemory,
  type Core,
  openKgsm,
} from '../../../helpers.ts';

const listCommand = ['--instances', '--json'];
const statusCommand = (name: string): string[] => ['-i', name, '--status', '--json', '--fast'];

function states({ pipeline }: Core): Record<string, string> {
  return Object.fromEntries(instancesOf(pipeline.fleet(), 'home').map((i) => [i.key, i.state]));
}

const ask = (args: readonly string[]) => draft(cliRequest(args), { channel: 'request', direction: 'out' });
const answer = (args: readonly string[], output: unknown, code = 0) =>
  draft(cliReply(args, code, typeof output === 'string' ? output : JSON.stringify(output)), {
    channel: 'reply',
  });
const status = (active: boolean) => ({
  status: active,
  version: { current: '1.2' },
  configuration: { blueprint: 'factorio.bp' },
});

describe("what KGSM's program answers", () => {
  it('brings instances that no event has told of, with state, game and version', () => {
    const parts = core();
    parts.pipeline.ingest(ask(listCommand));
    parts.pipeline.ingest(answer(listCommand, ['a', 'b']));
    expect(states(parts)).toEqual({ a: 'unknown', b: 'unknown' });
    parts.pipeline.ingest(ask(statusCommand('a')));
    parts.pipeline.ingest(answer(statusCommand('a'), status(true)));
    expect(states(parts)).toEqual({ a: 'running', b: 'unknown' });
    expect(instancesOf(parts.pipeline.fleet(), 'home').find(({ key }) => key === 'a')).toMatchObject({
      game: 'factorio',
      version: '1.2',
    });
  });

  it('takes the list with one empty name for an empty list, which removes what is gone', () => {
    const parts = core();
    parts.pipeline.ingest(draft(kgsmEvent('instance_started', 'gone')));
    parts.pipeline.ingest(ask(listCommand));
    parts.pipeline.ingest(answer(listCommand, ['']));
    expect(states(parts)).toEqual({});
  });

  it('does not let an answer overrule an event that came after the question', () => {
    const parts = core();
    parts.pipeline.ingest(draft(kgsmEvent('instance_stopped', 'a')));
    parts.pipeline.ingest(ask(listCommand));
    parts.pipeline.ingest(draft(kgsmEvent('instance_created', 'new')));
    parts.pipeline.ingest(answer(listCommand, ['a']));
    parts.pipeline.ingest(ask(statusCommand('a')));
    parts.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    parts.pipeline.ingest(answer(statusCommand('a'), status(false)));
    expect(states(parts)).toEqual({ a: 'running', new: 'creating' });
  });

  it('keeps what the events know beyond active and not active', () => {
    const parts = core();
    const told = {
      ready: ['instance_ready', true, 'ready'],
      crashed: ['instance_crashed', false, 'crashed'],
      updating: ['instance_update_started', false, 'updating'],
      died: ['instance_started', false, 'stopped'],
      up: ['instance_stopped', true, 'running'],
    } as const;
    for (const [name, [type, active]] of Object.entries(told)) {
      parts.pipeline.ingest(draft(kgsmEvent(type, name)));
      parts.pipeline.ingest(ask(statusCommand(name)));
      parts.pipeline.ingest(answer(statusCommand(name), status(active)));
    }
    expect(states(parts)).toEqual(
      Object.fromEntries(Object.entries(told).map(([name, [, , state]]) => [name, state])),
    );
  });

  const outdated = `[WARNING] instances.sh:812 The management file is outdated\n[WARNING] Run --regenerate\n${JSON.stringify({ error: 'Management file does not support --status command', requires_regeneration: true })}`;

  it('says nothing of a management file that an installation has not made yet', () => {
    const parts = core();
    parts.pipeline.ingest(draft(kgsmEvent('instance_created', 'new')));
    parts.pipeline.ingest(ask(statusCommand('new')));
    const event = parts.pipeline.ingest(answer(statusCommand('new'), outdated, 1));
    expect([event.severity, english(event.summary)]).toEqual(['debug', 'new is still being installed']);
    expect(states(parts)).toEqual({ new: 'creating' });
  });

  it('takes an instance whose name is all that is known for one that is being installed when parts of that come', () => {
    const parts = core();
    parts.pipeline.ingest(ask(listCommand));
    parts.pipeline.ingest(answer(listCommand, ['new']));
    parts.pipeline.ingest(draft(kgsmEvent('instance_download_started', 'new')));
    parts.pipeline.ingest(ask(statusCommand('new')));
    const event = parts.pipeline.ingest(answer(statusCommand('new'), outdated, 1));
    expect(english(event.summary)).toBe('new is still being installed');
    expect(states(parts)).toEqual({ new: 'installing' });
  });

  it('passes the advice of KGSM on where a management file is too old', () => {
    const parts = core();
    parts.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    parts.pipeline.ingest(ask(statusCommand('a')));
    const event = parts.pipeline.ingest(answer(statusCommand('a'), outdated, 0));
    expect(event.severity).toBe('warning');
    expect(english(event.summary)).toBe(
      'KGSM cannot tell the state of a: Management file does not support --status command. It advises to make its management file anew.',
    );
    parts.pipeline.ingest(ask(listCommand));
    parts.pipeline.ingest(answer(listCommand, ['a', 'b']));
    parts.pipeline.ingest(ask(statusCommand('b')));
    expect(english(parts.pipeline.ingest(answer(statusCommand('b'), outdated, 0)).summary)).toBe(
      'KGSM cannot tell the state of b: Management file does not support --status command. Unless it is being installed, KGSM advises to make its management file anew.',
    );
  });

  it('reads a status behind lines of warning', () => {
    const parts = core();
    parts.pipeline.ingest(ask(listCommand));
    parts.pipeline.ingest(answer(listCommand, ['a']));
    parts.pipeline.ingest(ask(statusCommand('a')));
    parts.pipeline.ingest(
      answer(statusCommand('a'), `[WARNING] x.sh:1 old\n${JSON.stringify(status(true), undefined, 2)}`),
    );
    expect(states(parts)).toEqual({ a: 'running' });
  });

  it.each([
    ['no JSON', 'oops', 0],
    ['another form', { a: 1 }, 0],
    ['an exit code', '', 5],
  ])('changes nothing for %s, and says so', (_, output, code) => {
    const parts = core();
    parts.pipeline.ingest(draft(kgsmEvent('instance_started', 'a')));
    for (const args of [listCommand, statusCommand('a')]) {
      parts.pipeline.ingest(ask(args));
      expect(parts.pipeline.ingest(answer(args, output, code)).severity).toBe('warning');
    }
    expect(states(parts)).toEqual({ a: 'running' });
  });
});

describe('a connection with a root', () => {
  let root = '';
  let parts: Core;
  let connection: Connection;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gs-'));
    parts = core();
  });
  afterEach(async () => {
    await connection.stop();
    await rm(root, { recursive: true });
  });

  function open(): void {
    connection = openKgsm(parts, { root });
  }

  it('knows all instances as soon as it is connected, and again when told to look', async () => {
    makeRoot(root, {
      launch,
      instances: [
        { name: 'a', blueprint: 'factorio' },
        { name: 'up', blueprint: 'valheim', active: true },
        { name: 'odd', blueprint: 'x', malformed: true },
      ],
    });
    await runKgsm(root, '--version');
    open();
    await fleetWhere(
      parts.pipeline,
      () =>
        [...parts.journal.events()].filter(
          ({ type, channel }) => type === 'cli.status' && channel === 'reply',
        ).length === 3,
    );
    expect(states(parts)).toEqual({ a: 'stopped', up: 'running', odd: 'unknown' });
    const events = [...parts.journal.events()].filter(({ type }) => type.startsWith('cli.'));
    const linked = Map.groupBy(events, ({ correlation }) => correlation);
    expect([...linked.values()].map((pair) => pair.map(({ channel }) => channel).join(' '))).toEqual(
      Array(4).fill('request reply'),
    );
    makeRoot(root, { launch, instances: [{ name: 'late', blueprint: 'factorio' }] });
    connection.refresh();
    await fleetWhere(parts.pipeline, (fleet) =>
      instancesOf(fleet, 'home').some(({ key, state }) => key === 'late' && state === 'stopped'),
    );
  });

  it('has nothing to warn of where the state is asked for while KGSM 2.2 installs', async () => {
    makeRoot(root, { launch });
    await runKgsm(root, '--version');
    open();
    const told = (): string[] => [...parts.journal.events()].map(({ summary }) => english(summary));
    await fleetWhere(parts.pipeline, () => told().includes('KGSM has 0 instances'));
    // The installation has come so far.
    makeRoot(root, { launch, instances: [{ name: 'new', blueprint: 'factorio', installed: false }] });
    const created = kgsmEvent('instance_created', 'new', { Blueprint: 'factorio' });
    await sendToUnixSocket(join(root, 'kgsm.sock'), Buffer.from(created));
    await fleetWhere(parts.pipeline, () => states(parts)['new'] === 'creating');
    connection.refresh();
    await fleetWhere(parts.pipeline, () => told().includes('new is still being installed'));
    expect([...parts.journal.events()].filter(({ severity }) => severity === 'warning')).toEqual([]);
  });

  it('asks one at a time, however often it is told to look', async () => {
    await writeFile(
      join(root, 'kgsm.sh'),
      `#!/bin/sh\nmkdir "${root}/busy" || echo overlap >> "${root}/bad"\n[ "$1" = --paths ] || echo x >> "${root}/runs"\nsleep 0.1\nrmdir "${root}/busy"\necho '[""]'\n`,
    );
    await chmod(join(root, 'kgsm.sh'), 0o755);
    await mkdir(join(root, 'modules'));
    await writeFile(join(root, 'modules/events.socket.sh'), '');
    open();
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
    for (let n = 0; n < 10; n++) connection.refresh();
    await fleetWhere(
      parts.pipeline,
      () => [...parts.journal.events()].filter(({ channel }) => channel === 'reply').length === 2,
    );
    await connection.stop();
    expect(readFileSync(join(root, 'runs'), 'utf8')).toBe('x\nx\n');
    expect(() => readFileSync(join(root, 'bad'))).toThrow();
  });

  it('goes on with the events alone where KGSM does not answer', async () => {
    await mkdir(join(root, 'modules'));
    await writeFile(join(root, 'modules/events.socket.sh'), '');
    await writeFile(join(root, 'kgsm.sh'), '#!/bin/sh\necho "[ERROR] no"\nexit 1\n');
    await chmod(join(root, 'kgsm.sh'), 0o755);
    open();
    await fleetWhere(parts.pipeline, () =>
      [...parts.journal.events()].some(({ channel }) => channel === 'reply'),
    );
    const reply = [...parts.journal.events()].find(({ channel }) => channel === 'reply');
    expect(reply && english(reply.summary)).toBe('KGSM gave no answer: KGSM reported an error: no');
    expect(connection.state).toBe('ready');
  });
});

describe('a KGSM 3', () => {
  it('is asked in its own words', async () => {
    const root = await mkdtemp(join(tmpdir(), 'gs-'));
    const answers = `case "$*" in
"--paths --json") echo '{"root":"/x"}' ;;
"instances list --json") echo '["mc-01"]' ;;
"instances status mc-01 --json --fast") echo '{"status":true,"version":{"current":"1.1","latest":null,"updates_available":null}}' ;;
*) exit 8 ;;
esac`;
    await writeFile(join(root, 'kgsm.sh'), `#!/bin/sh\n${answers}\n`);
    await chmod(join(root, 'kgsm.sh'), 0o755);
    const parts = core();
    const session = withSnapshots(
      root,
      {
        clock: realClock,
        log: silentLog,
        signal: new AbortController().signal,
        memory: testMemory(),
        secret: noSecrets(),
        gap: () => undefined,
        keep: () => undefined,
        report: () => undefined,
        committed: () => Promise.resolve(),
        pressure: () => undefined,
        deliver: (given) => {
          parts.pipeline.ingest(draft(given.bytes, given));
        },
      },
      { closed: new Promise(() => undefined), dispose: () => Promise.resolve() },
    );
    await fleetWhere(parts.pipeline, (fleet) =>
      instancesOf(fleet, 'home').some(({ state }) => state === 'running'),
    );
    expect(instancesOf(parts.pipeline.fleet(), 'home')).toMatchObject([{ key: 'mc-01', version: '1.1' }]);
    expect(
      [...parts.journal.events()].map(({ type, direction, noise = false }) => [type, direction, noise]),
    ).toEqual([
      ['cli.list', 'out', false],
      ['cli.list', 'in', false],
      ['cli.status', 'out', true],
      ['cli.status', 'in', true],
    ]);
    await session.dispose();
    await rm(root, { recursive: true });
  });
});
