import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  removeSimulatorLeftovers,
  SimulatorProcess,
  type SimulatorOptions,
} from '../../../../../src/core/playback/serving/simulatorProcess.ts';
import { temporaryFolder } from '../../../simulator/kgsmRoot.ts';

const program = fileURLToPath(new URL('../../../../../src/simulator/main.ts', import.meta.url));
const module = fileURLToPath(
  new URL('../../../../../src/core/playback/serving/simulatorProcess.ts', import.meta.url),
);

function optionsIn(base: string): SimulatorOptions & { readonly notes: string } {
  const temporary = join(base, 't');
  mkdirSync(temporary);
  const { execPath: node, pid } = process;
  return {
    program,
    args: (root) => ['fleet', '--root', root],
    node,
    notes: join(base, 'notes'),
    temporary,
    pid,
    count: 4,
    env: process.env,
    startWithinMs: 30_000,
  };
}

/** A pid that no process has: Linux and macOS give none above this. */
const nobody = 2 ** 22 + 1;

it('has one system of each kind that can be reached, and leaves nothing when it ends', async () => {
  using folder = temporaryFolder();
  const options = optionsIn(folder.path);
  const simulators = await SimulatorProcess.start(options);
  const kinds = simulators.systems.map(({ settings }) => settings.kind);
  expect([...kinds].sort()).toEqual(['bedrock', 'kgsm', 'notifier', 'truenas']);
  const bedrock = simulators.systems.find(({ settings }) => settings.kind === 'bedrock');
  const port = Number(new URL(String(bedrock?.settings['url'])).port);
  const client = createConnection(port, '127.0.0.1');
  await once(client, 'connect');
  const closed = once(client, 'close');
  await simulators.end();
  await closed;
  expect(await simulators.ended).toBe('');
  expect(readdirSync(folder.path)).toEqual(['t']);
  expect(readdirSync(options.temporary)).toEqual([]);
});

it('ends with the program that started it, however that ends, and removes its folder', async () => {
  using folder = temporaryFolder();
  const options = optionsIn(folder.path);
  const script = `
    import { SimulatorProcess } from ${JSON.stringify(module)};
    const simulators = await SimulatorProcess.start({
      ...${JSON.stringify({ ...options, env: {} })},
      args: (root) => ['fleet', '--root', root],
    });
    console.log('started');
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: parent.stdout }), 'line');
  expect(readdirSync(options.temporary)).toHaveLength(1);
  parent.kill('SIGKILL');
  await expect.poll(() => readdirSync(options.temporary)).toEqual([]);
});

it('says why it could not start, and leaves nothing', async () => {
  using folder = temporaryFolder();
  const options = optionsIn(folder.path);
  const broken = join(folder.path, 'broken.js');
  writeFileSync(broken, 'process.stderr.write("no disk"); process.exitCode = 1;');
  await expect(SimulatorProcess.start({ ...options, program: broken })).rejects.toThrow('no disk');
  const missing = SimulatorProcess.start({ ...options, node: join(folder.path, 'missing') });
  await expect(missing).rejects.toThrow('ENOENT');
  writeFileSync(broken, 'setInterval(() => undefined, 1000);');
  const silent = SimulatorProcess.start({ ...options, program: broken, startWithinMs: 100 });
  await expect(silent).rejects.toThrow('they did not listen in time');
  expect(readdirSync(options.temporary)).toEqual([]);
  expect(existsSync(options.notes)).toBe(false);
});

it('is cleaned up after at the next start where it was killed with its window, and nothing else is', () => {
  using folder = temporaryFolder();
  const { notes, temporary } = optionsIn(folder.path);
  const make = (name: string, pid: number): void => {
    mkdirSync(join(temporary, name, 'kgsm'), { recursive: true });
    mkdirSync(notes, { recursive: true });
    writeFileSync(join(notes, `${String(pid)}-${name}`), join(temporary, name));
  };
  make('gsops-demo-gone', nobody);
  make('gsops-demo-open', process.pid);
  make('home', nobody);
  removeSimulatorLeftovers(notes);
  expect(readdirSync(temporary).sort()).toEqual(['gsops-demo-open', 'home']);
  expect(readdirSync(notes)).toEqual([`${String(process.pid)}-gsops-demo-open`]);
});

it('is given up at any moment of its start, and leaves nothing then', async () => {
  using folder = temporaryFolder();
  const options = optionsIn(folder.path);
  const silent = join(folder.path, 'silent.js');
  writeFileSync(
    silent,
    `process.stdin.resume(); require('node:fs').writeFileSync(process.argv[4] + '/began', '');`,
  );
  const stop = new AbortController();
  const starting = SimulatorProcess.start({ ...options, program: silent, signal: stop.signal });
  const began = (): boolean =>
    readdirSync(options.temporary).some((name) => existsSync(join(options.temporary, name, 'began')));
  await expect.poll(began).toBe(true);
  stop.abort(new Error('given up'));
  await expect(starting).rejects.toThrow('given up');
  await expect(SimulatorProcess.start({ ...options, signal: stop.signal })).rejects.toThrow('given up');
  expect(readdirSync(options.temporary)).toEqual([]);
});
