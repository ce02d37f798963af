import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, it } from 'vitest';
import type { VirtualMessage } from '../../../src/core/playback/serving/virtualMessages.ts';
import { kgsmEvent } from '../core/helpers.ts';
import { hear, kgsm, temporaryFolder } from '../simulator/kgsmRoot.ts';
import { gsops, makeRecording, runGsops } from './gsops.ts';

const night = [
  kgsmEvent('instance_started', 'a'),
  kgsmEvent('instance_crashed', 'b', { ExitCode: '139' }),
  kgsmEvent('instance_stopped', 'a'),
];

interface Served extends AsyncDisposable {
  /** Resolves with the first message, also of those before, that has what is looked for. */
  message<Found>(look: (message: VirtualMessage) => Found | undefined): Promise<Found>;
  /** Presses Ctrl+C; answers the exit code. */
  interrupt(): Promise<number | null>;
  /** The folder for temporary folders. */
  readonly temporary: string;
}

/** Runs `gsops serve` until it is interrupted. */
function serve(folder: string, ...args: readonly string[]): Served {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const child = spawn(process.execPath, [inject('programs').gsops, 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const messages: VirtualMessage[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    messages.push(JSON.parse(line) as VirtualMessage);
    for (const look of waiting) look();
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const interrupt = async (): Promise<number | null> => {
    child.kill('SIGINT');
    return (await closed)[0];
  };
  return {
    temporary,
    interrupt,
    message: (look) =>
      new Promise((resolve) => {
        const find = (): void => {
          for (const message of messages) {
            const found = look(message);
            if (found === undefined) continue;
            waiting.delete(find);
            resolve(found);
            return;
          }
        };
        waiting.add(find);
        find();
      }),
    async [Symbol.asyncDispose]() {
      await interrupt();
    },
  };
}

/** A line of `gsops watch`. */
type Line = Readonly<Record<'event' | 'operation', Readonly<Record<string, unknown>> | undefined>>;

const settingsOf = (message: VirtualMessage): Readonly<Record<string, unknown>> | undefined =>
  'settings' in message ? message.settings : undefined;
const whenPlayed = (message: VirtualMessage): true | undefined =>
  'place' in message && message.place.state === 'done' ? true : undefined;

describe('gsops serve', () => {
  it('sends what a recording has to a listener, and leaves nothing after Ctrl+C', async () => {
    using folder = temporaryFolder();
    const recording = await makeRecording(folder.path, night);
    const socket = join(folder.path, 'bot.sock');
    await using bot = await hear(socket);
    await using server = serve(folder.path, recording, '--as', 'kgsm', '--socket', socket, '--speed', 'max');
    expect(await server.message(settingsOf)).toMatchObject({ kind: 'kgsm', socket });
    await server.message(whenPlayed);
    expect(bot.texts).toEqual(night.map((text) => `${text}\n`));
    expect(readdirSync(server.temporary)).toHaveLength(1);
    expect(await server.interrupt()).toBe(0);
    expect(readdirSync(server.temporary)).toEqual([]);
  });

  it('is the system for our own client: its events, its servers, and what a call changes', async () => {
    using folder = temporaryFolder();
    const recording = await makeRecording(folder.path, night);
    await using server = serve(folder.path, recording, '--as', 'kgsm', '--speed', 'max');
    const settings = await server.message(settingsOf);
    const connection = JSON.stringify({ ...settings, id: 'virtual' });
    {
      await using bot = await hear(join(String(settings['root']), 'kgsm.sock'));
      await server.message(whenPlayed);
      expect(bot.texts).toEqual(night.map((text) => `${text}\n`));
      await kgsm(String(settings['root']), '-i', 'b', '--input', 'login hunter2');
      const typed = await server.message((message) =>
        'said' in message && message.said.text.includes('--input') ? message.said.text : undefined,
      );
      expect(typed).toContain('‹redacted›');
      expect(typed).not.toContain('hunter2');
    }
    const { code, out, errors } = await runGsops(
      ['watch', connection, '--no-journal', '--run', 'start:b', '--seconds', '60', '--json'],
      (soFar, interrupt) => {
        if (/^b started$/m.test(soFar)) interrupt();
      },
    );
    expect(code, errors).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const types = lines.flatMap(({ event }) => (event?.['channel'] === 'push' ? [event['type']] : []));
    expect(types).toContain('instance_started');
    expect(lines.find(({ operation }) => operation)?.operation).toMatchObject({
      ...{ id: 'start', subject: 'b', outcome: 'succeeded' },
    });
    const said = await server.message((message) => ('said' in message ? message.said.text : undefined));
    expect(said).toMatch(/^kgsm\.sh /);
  });

  it('says what is wrong with its arguments before it does anything', async () => {
    using folder = temporaryFolder();
    const recording = await makeRecording(folder.path, night);
    for (const [args, words] of [
      [[recording], '--as must be one of'],
      [[recording, '--as', 'steam'], '--as must be one of'],
      [['--as', 'kgsm'], 'One recording is served'],
      [[recording, '--as', 'kgsm', '--speed', 'fast'], '--speed must be'],
      [[recording, '--as', 'kgsm', '--port', '70000'], '--port must be'],
      [[recording, '--as', 'bedrock', '--socket', '/tmp/x'], '--socket and --webhook are for --as kgsm'],
    ] as const) {
      const { code, errors } = await gsops('serve', ...args);
      expect(code).toBe(2);
      expect(errors).toContain(words);
    }
  });

  it('says why a recording cannot be served, and leaves nothing', async () => {
    using folder = temporaryFolder();
    const recording = await makeRecording(folder.path, night);
    const [first = '', ...events] = readFileSync(recording, 'utf8').trim().split('\n');
    const both = join(folder.path, 'both.ndjson');
    const far = events.map((line) => line.replaceAll('"connection":"home"', '"connection":"far"'));
    writeFileSync(both, [first, ...events, ...far].join('\n'));
    const answers = join(folder.path, 'answers.ndjson');
    writeFileSync(answers, events.join('\n').replaceAll('"channel":"push"', '"channel":"reply"'));
    const empty = join(folder.path, 'empty.ndjson');
    writeFileSync(empty, '');
    const temporary = join(folder.path, 'tmp');
    mkdirSync(temporary);
    for (const [args, words] of [
      [[join(folder.path, 'missing')], 'ENOENT'],
      [[empty], 'empty.ndjson holds no event.'],
      [[both], 'both.ndjson has several connections of kgsm; name one: '],
      [[recording, '--connection', 'attic'], 'has no events of attic; there is: '],
      [[answers], 'has no message that '],
      [[recording, '--protocol-version', '9'], '9'],
    ] as const) {
      const { code, errors } = await runGsops(['serve', ...args, '--as', 'kgsm'], undefined, {
        TMPDIR: temporary,
      });
      expect(errors).toContain(words);
      expect(code).toBe(1);
      expect(readdirSync(temporary)).toEqual([]);
    }
  });
});
