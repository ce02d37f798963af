import { realpathSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { PlayOptions } from './host.ts';
import { playBedrock } from './bedrock/play.ts';
import { runCli } from './kgsm/cli.ts';
import { makeDemoRoot } from './kgsm/demo.ts';
import type { CliEnvironment } from './kgsm/kgsm.ts';
import { play } from './kgsm/play.ts';
import type { Launch } from './kgsm/root.ts';
import { watchInstance } from './kgsm/games.ts';
import { playNotifier } from './notifier/play.ts';
import { playTrueNas } from './truenas/play.ts';

const usage = `Usage:
  main play --root DIR [--speed N] [--seed N] [--protocol-version 2.2|3.16]
                                                makes DIR a KGSM root with games and lets them live, until Ctrl+C
  main notifier --root DIR [--port N] [--revision seed|lax|strict] [--speed N]
                                                a notification server with clients, its certificates in DIR, until Ctrl+C
  main bedrock [--port N] [--protocol-version 3.7|3.8|3.9|3.10] [--speed N]
                                                a Bedrock Server Manager with four servers, until Ctrl+C
  main truenas [--port N] [--profile core-13|24.10|25.10] [--speed N]
                                                a TrueNAS with game apps and jobs, until Ctrl+C
  main kgsm --root DIR [--] ARGS…               answers one command line of KGSM, as DIR/kgsm.sh does
`;

const [mode, ...rest] = process.argv.slice(2);
const { own, passed } = split(rest);
// The path of this program, so that scripts and watchers can start it again; a bundle has no `import.meta`.
const launch: Launch = { node: process.execPath, entry: realpathSync(process.argv[1] ?? '') };

// The exit code is set, never forced: what was written to a pipe still has to get there.
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: [...own],
    options: {
      root: { type: 'string' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      run: { type: 'string' },
      'protocol-version': { type: 'string' },
      port: { type: 'string' },
      profile: { type: 'string', default: '25.10' },
      revision: { type: 'string', default: 'lax' },
    },
  });
  const { root, 'protocol-version': protocolVersion, profile, revision } = values;
  const speed = Number(values.speed);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (mode === 'truenas')
    return serve(['core-13', '24.10', '25.10'], profile, { port: port ?? 6100, speed }, (one, options) =>
      playTrueNas({ ...options, profile: one, onListening: printSettings }),
    );
  if (mode === 'bedrock')
    return serve(
      ['3.7', '3.8', '3.9', '3.10'],
      protocolVersion ?? '3.10',
      { port: port ?? 11_325, speed },
      (one, options) => playBedrock({ ...options, protocolVersion: one, onListening: printSettings }),
    );
  if (root === undefined) return wrong();
  switch (mode) {
    case 'play':
      return playUntilStopped(root, speed, Number(values.seed), protocolVersion ?? '2.2');
    case 'notifier':
      return serve(['seed', 'lax', 'strict'], revision, { port: port ?? 3000, speed }, (one, options) =>
        playNotifier({ ...options, folder: root, revision: one, onListening: printSettings }),
      );
    case 'kgsm':
      return runCli(environment(root), passed);
    case 'kgsm-watcher':
      await watchInstance(environment(root), passed[0] ?? '', values.run ?? '');
      return 0;
    default:
      return wrong();
  }
}

async function playUntilStopped(
  root: string,
  speed: number,
  seed: number,
  protocolVersion: string,
): Promise<number> {
  if (!(speed > 0) || !Number.isInteger(seed)) return wrong();
  if (protocolVersion !== '2.2' && protocolVersion !== '3.16') return wrong();
  makeDemoRoot(root, launch, protocolVersion);
  process.stdout.write(
    protocolVersion === '2.2'
      ? `KGSM stands in ${root} and waits for a listener.\n`
      : `KGSM stands in ${root} and writes its journal in ${root}/events.\n`,
  );
  await play({ root, speed, seed, signal: untilInterrupted() });
  return 0;
}

/** Runs the demo of a server in one of its versions until Ctrl+C. */
async function serve<Version extends string>(
  versions: readonly Version[],
  given: string,
  { port, speed }: { readonly port: number; readonly speed: number },
  play: (version: Version, options: PlayOptions & { readonly port: number }) => Promise<void>,
): Promise<number> {
  const version = versions.find((one) => one === given);
  if (version === undefined || !(speed > 0) || !isPort(port)) return wrong();
  await play(version, { port, speed, signal: untilInterrupted() });
  return 0;
}

/** Prints an entry of the connections setting on one line, and the password that goes with it. */
function printSettings(settings: object, password?: string): void {
  process.stdout.write(`${JSON.stringify(settings)}\n`);
  if (password !== undefined) process.stdout.write(`password: ${password}\n`);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort();
    });
  }
  return stop.signal;
}

function environment(root: string): CliEnvironment {
  return {
    root,
    launch,
    env: process.env,
    write: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    now: () => Date.now(),
  };
}

function wrong(): number {
  process.stderr.write(usage);
  return 2;
}

/** KGSM's arguments are passed on as they are, whatever they look like: ours stand before them and are as many as we know. */
function split(args: readonly string[]): {
  readonly own: readonly string[];
  readonly passed: readonly string[];
} {
  const ours = mode === 'kgsm' ? 2 : mode === 'kgsm-watcher' ? 4 : args.length;
  const passed = args.slice(ours);
  return { own: args.slice(0, ours), passed: passed[0] === '--' ? passed.slice(1) : passed };
}
