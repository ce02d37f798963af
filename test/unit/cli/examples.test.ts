import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { journalIn } from '../../../src/cli/journalPlace.ts';
import { makeRoot } from '../../../src/simulator/kgsm/root.ts';
import { writeCommandLineFiles } from '../../../src/ui/terminal/commandLineFiles.ts';
import { kgsmEvent } from '../core/helpers.ts';
import { hear, launch, temporaryFolder } from '../simulator/kgsmRoot.ts';
import { gsops, makeJournal, makeRecording } from './gsops.ts';

/** Ends what goes on until its user ends it, as soon as this stands in its output. */
const goesOnUntil: Readonly<Record<string, RegExp>> = {
  watch: /"operation"|"state":"ready"/,
  record: /^(?:\w+: )?ready/m,
  serve: /\n/,
};

/** The commands that the help names. */
async function commandNames(): Promise<readonly string[]> {
  const { out } = await gsops('--help');
  return [...out.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name = '']) => name);
}

async function examplesOf(command: string): Promise<readonly string[]> {
  const { out } = await gsops(command, '--help');
  const [, examples = ''] = out.split(/^ {2}examples:\n/m);
  return examples
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

/** A folder with everything that the examples name. */
async function surroundings(folder: string): Promise<void> {
  mkdirSync(join(folder, 'kgsm'));
  makeRoot(join(folder, 'kgsm'), { launch, instances: [{ name: 'minecraft-1', blueprint: 'minecraft' }] });
  writeFileSync(join(folder, 'gsops.jsonc'), '[{ "kind": "kgsm", "id": "home", "root": "kgsm" }] // one');
  const night = ['instance_started', 'instance_crashed'].map((type) =>
    kgsmEvent(type, 'mc-1', { ExitCode: '1' }),
  );
  const recording = await makeRecording(folder, night);
  writeFileSync(`${recording}.gz`, gzipSync(readFileSync(recording)));
  for (const journal of [
    join(folder, 'home.db'),
    journalIn(join(folder, 'gsops')),
    journalIn(join(folder, 'storage')),
  ])
    await makeJournal(journal);
  const paths = { node: process.execPath, script: inject('programs').gsops };
  await writeCommandLineFiles(join(folder, 'bin'), paths);
}

/** Types an example into a shell; answers its exit code and output. */
function runInShell(
  line: string,
  folder: string,
  end: RegExp | undefined,
): Promise<{ code: number | null; output: string }> {
  const child = spawn('sh', ['-c', `exec ${line}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      XDG_DATA_HOME: folder,
      GSOPS_STORAGE: join(folder, 'storage'),
    },
  });
  let output = '';
  let isEnded = false;
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    const waitsForOperation = line.includes('--run') && !output.includes('"operation"');
    if (isEnded || waitsForOperation || !end?.test(output)) return;
    isEnded = true;
    child.kill('SIGINT');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve) =>
    child.once('close', (code) => {
      resolve({ code, output });
    }),
  );
}

const commands = await commandNames();

describe.skipIf(process.platform === 'win32')('every example of the help', () => {
  it('is there for every command', async () => {
    expect(commands).toEqual(
      expect.arrayContaining(['watch', 'query', 'record', 'replay', 'emit', 'export']),
    );
    for (const command of commands)
      for (const example of await examplesOf(command))
        expect(example).toMatch(new RegExp(`^gsops ${command} `));
  });

  it.each(commands)('of gsops %s works as it stands', async (command) => {
    using folder = temporaryFolder();
    await surroundings(folder.path);
    const bot = join(folder.path, 'bot.sock');
    await using receivers = new AsyncDisposableStack();
    receivers.use(await hear(bot));
    if (!goesOnUntil[command]) receivers.use(await hear(join(folder.path, 'kgsm/kgsm.sock')));
    const server = createServer((request, response) => {
      request.resume();
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      for (const example of await examplesOf(command)) {
        const line = example
          .replaceAll('/opt/kgsm', join(folder.path, 'kgsm'))
          .replaceAll('/tmp/bot.sock', bot)
          .replaceAll('127.0.0.1:8787', `127.0.0.1:${port}`);
        const { code, output } = await runInShell(line, folder.path, goesOnUntil[command]);
        expect(code, `${line}\n${output}`).toBe(0);
      }
    } finally {
      server.close();
    }
  });
});
