import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { simulatorCommands } from './commands.ts';
import type { Launch } from './kgsm/root.ts';

const [name = '', ...args] = process.argv.slice(2);
/** Whether the standard input is read, which keeps the process alive. */
let readsInput = false;
// Path of this program, by which scripts and watchers start it again; a bundle has no `import.meta`.
const launch: Launch = { node: process.execPath, entry: realpathSync(process.argv[1] ?? '') };

// The exit code is set, never forced: what was written to a pipe still has to get there.
main().then(
  (code) => {
    process.exitCode = code;
    if (readsInput) process.stdin.destroy();
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);

async function main(): Promise<number> {
  const command = Object.hasOwn(simulatorCommands, name) ? simulatorCommands[name] : undefined;
  const own = args.slice(0, command?.ownArguments);
  const passed = args.slice(own.length);
  const { values: options } = parseArgs({
    args: own,
    options: {
      root: { type: 'string' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      run: { type: 'string' },
      'protocol-version': { type: 'string' },
      port: { type: 'string' },
      profile: { type: 'string' },
      revision: { type: 'string' },
      webhook: { type: 'boolean' },
      as: { type: 'string' },
      recording: { type: 'string' },
      host: { type: 'string' },
      socket: { type: 'string' },
      'webhook-url': { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const code = await command?.run({
    options,
    passed: passed[0] === '--' ? passed.slice(1) : passed,
    environment: (root) => ({
      root,
      launch,
      env: process.env,
      write: (text) => process.stdout.write(text),
      complain: (text) => process.stderr.write(text),
      now: () => Date.now(),
    }),
    untilInterrupted,
    untilAbandoned,
    onInput: (take) => createInterface({ input: process.stdin }).on('line', take),
    unreadBytes: () => process.stdout.writableLength,
    announce(settings, password) {
      process.stdout.write(`${JSON.stringify(settings)}\n`);
      if (password !== undefined) process.stdout.write(`password: ${password}\n`);
    },
  });
  if (code !== undefined) return code;
  const usages = Object.values(simulatorCommands).flatMap(({ usage }) => usage ?? []);
  process.stderr.write(`Usage:\n${usages.map((usage) => `  main ${usage}\n`).join('')}`);
  return 2;
}

function untilAbandoned(): AbortSignal {
  const stop = new AbortController();
  readsInput = true;
  process.stdin.on('close', () => stop.abort());
  process.stdin.resume();
  return AbortSignal.any([stop.signal, untilInterrupted()]);
}

function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort());
  }
  return stop.signal;
}
