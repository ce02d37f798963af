import { realpathSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemClock } from '../core/model/clock.ts';
import { english } from '../core/model/text.ts';
import { temporaryBase } from '../core/playback/serving/simulatorProcess.ts';
import { VirtualServer } from '../core/playback/serving/virtualServer.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { lineWriter } from './lines.ts';
import { isBundled } from './ownVersion.ts';
import { roundsOf, speedOf } from './playOptions.ts';

export const serveCommand: Command = {
  usage: `usage: gsops serve <recording>|demo --as kgsm|bedrock|truenas|notifier [--connection <id>] [--host <address>] [--port n]
                   [--socket <path>] [--webhook <url>] [--speed 0.1…1000|max] [--loop n] [--protocol-version <v>] [--json]
  Is a server: answers all calls as that system does, and sends what a recording has, or what the demo makes up.
  The recording begins once a client has subscribed. Calls of clients change the simulated servers; nothing real is touched.
  Prints a connection that leads to it with the password that it asks for, which is made anew each time; then what clients do.
  Only this machine reaches it unless --host names an address to listen at. Goes on until Ctrl+C.
  --connection names one of several in the recording. --socket and --webhook are where KGSM's events go; by default to
  the socket in a root of its own. Lines are JSON where no terminal shows them, or with --json.
  examples:
    gsops serve night.gsops.ndjson --as kgsm --socket /tmp/bot.sock --speed 100
    gsops serve night.gsops.ndjson.gz --as kgsm --loop 3 --json
    gsops serve demo --as bedrock
    gsops serve demo --as notifier --port 0 --speed 10`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      as: { type: 'string' },
      connection: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      socket: { type: 'string' },
      webhook: { type: 'string' },
      speed: { type: 'string', default: '1' },
      loop: { type: 'string', default: '1' },
      'protocol-version': { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const [recording, ...more] = positionals;
    if (recording === undefined || more.length > 0)
      throw new UsageError('One recording is served, or demo in its place.');
    const registry = new SystemRegistry(systems);
    const { as: system, connection, host, socket, webhook, 'protocol-version': protocolVersion } = values;
    if (system === undefined || !registry.has(system))
      throw new UsageError(`--as must be one of ${registry.ids.join(', ')}.`);
    if ((socket !== undefined || webhook !== undefined) && system !== 'kgsm')
      throw new UsageError('--socket and --webhook are for --as kgsm: clients connect to the other systems.');
    if (recording === 'demo' && (values.speed === 'max' || values.loop !== '1'))
      throw new UsageError('The demo has no end: --speed max and --loop are for recordings.');
    const port = portOf(values.port);
    const signal = interrupted();
    const options = {
      ...{ system, registry, signal, clock: systemClock, pid: process.pid, env: process.env },
      ...{ program: await simulatorsProgram(), node: process.execPath, temporary: temporaryBase },
      ...(recording === 'demo' ? {} : { recording }),
      ...{ speed: speedOf(values.speed), rounds: roundsOf(values.loop) },
      ...(connection === undefined ? {} : { connection }),
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(socket === undefined ? {} : { socket }),
      ...(webhook === undefined ? {} : { webhook }),
      ...(protocolVersion === undefined ? {} : { protocolVersion }),
    };
    let server: VirtualServer;
    try {
      server = await VirtualServer.start(options);
    } catch (error) {
      // Ctrl+C reaches both processes at once.
      if (signal.aborted) return 0;
      throw error;
    }
    const write = lineWriter(values.json);
    for (const problem of server.problems) process.stderr.write(`${english(problem)}\n`);
    const { settings, password } = server;
    write({ settings, ...(password === undefined ? {} : { password }) });
    let state = '';
    server.onMessage((message) => {
      // Each place on the way would bury what clients do.
      if ('place' in message && message.place.state === state) return;
      if ('place' in message) ({ state } = message.place);
      write(message);
    });
    const stopped = new Promise<undefined>((resolve) => {
      const stop = (): void => void server.stop().then(() => resolve(undefined));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
    const problem = await Promise.race([stopped, server.ended]);
    if (problem && !signal.aborted) throw new Error(english(problem));
    await stopped;
    return 0;
  },
};

/** Beside the program of the command line, or in the sources. */
async function simulatorsProgram(): Promise<string> {
  const folder = dirname(realpathSync(process.argv[1] ?? ''));
  const path = join(folder, isBundled() ? 'simulators.js' : '../simulator/main.ts');
  await access(path).catch(() => {
    throw new Error(`gsops serve needs the file simulators.js of its package in ${folder}.`);
  });
  return path;
}

function portOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const port = Number(written);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError('--port must be from 0 to 65535.');
  return port;
}
