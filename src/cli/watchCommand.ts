import { parseArgs } from 'node:util';
import { english } from '../core/model/text.ts';
import { readConnection } from '../core/connections/settings.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { secretKinds } from '../core/systems/session.ts';
import { writeLine } from './lines.ts';
import { watch, type WatchRun } from './watch.ts';

const usage = `usage: gsops watch '<one connection as JSON>' [--seconds 10] [--measure] [--run <operation>[:<instance key>] [--input '<JSON>']] [--journal <file.db>]
  With --measure it looks at every instance, and writes what is measured of each.
  With --journal all events are kept in that file; gsops query reads it.
  A secret goes into the environment variable GSOPS_SECRET, its kind into GSOPS_SECRET_KIND.`;

/** The run that the command line asks for, or words for what is wrong. */
async function readCommandLine(args: readonly string[]): Promise<WatchRun | string> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '10' },
        measure: { type: 'boolean', default: false },
        run: { type: 'string' },
        input: { type: 'string' },
        journal: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${usage}`;
  }
  const { values, positionals } = parsed;
  const [json, ...more] = positionals;
  if (values.help) return usage;
  if (json === undefined || more.length > 0) return usage;
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 86_400)) return '--seconds must be a number above 0, at most 86400';
  const entry = parse(json);
  if (entry === undefined) return `the connection is not readable as JSON: ${json.slice(0, 100)}`;
  const input = values.input === undefined ? undefined : parse(values.input);
  if (values.input !== undefined && input === undefined) return '--input is not readable as JSON';
  const read = await readConnection(entry, new SystemRegistry(systems));
  if (!read.ok) return read.problems.map(english).join('\n');
  for (const warning of read.warnings) process.stderr.write(`${english(warning)}\n`);
  const secret = secretOf(process.env);
  if (typeof secret === 'string') return secret;
  const colon = values.run?.indexOf(':') ?? -1;
  return {
    connection: read.connection,
    seconds,
    measure: values.measure,
    ...(values.journal === undefined ? {} : { journal: values.journal }),
    ...(secret ? { secret } : {}),
    ...(values.run === undefined
      ? {}
      : {
          operation: {
            id: colon < 0 ? values.run : values.run.slice(0, colon),
            key: colon < 0 ? undefined : values.run.slice(colon + 1),
            input,
          },
        }),
  };
}

/** The secret never stands in the command line, where other users of the machine could read it. */
function secretOf({
  GSOPS_SECRET: value,
  GSOPS_SECRET_KIND: given = 'password',
}: NodeJS.ProcessEnv): WatchRun['secret'] | string {
  if (value === undefined || value === '') return undefined;
  const kind = secretKinds.find((one) => one === given);
  return kind ? { kind, value } : `GSOPS_SECRET_KIND must be one of ${secretKinds.join(', ')}`;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Runs `gsops watch`; answers the exit code. */
export async function watchCommand(args: readonly string[]): Promise<number> {
  const run = await readCommandLine(args);
  if (typeof run === 'string') {
    process.stderr.write(`${run}\n`);
    return args.includes('--help') ? 0 : 2;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupt.abort());
  }
  const reason = await watch(run, writeLine, interrupt.signal);
  if (reason === undefined) return 0;
  process.stderr.write(`${reason}\n`);
  return 1;
}
