import { parseArgs } from 'node:util';
import { english } from '../core/model/text.ts';
import { readConnection } from '../core/connections/settings.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { secretKinds } from '../core/systems/session.ts';
import { runProbe, type ProbeRun } from './probe.ts';

const usage = `usage: npm run probe -- '<one connection as JSON>' [--seconds 10] [--measure] [--run <operation>[:<instance key>] [--input '<JSON>']]
  With --measure it looks at every instance, and writes what is measured of each.
  A secret goes into the environment variable GSOPS_SECRET, its kind into GSOPS_SECRET_KIND.`;

/** What the command line asks for, or what is wrong with it. */
async function readCommandLine(args: readonly string[]): Promise<ProbeRun | string> {
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
      },
    });
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${usage}`;
  }
  const { values, positionals } = parsed;
  const [json, ...more] = positionals;
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
}: NodeJS.ProcessEnv): ProbeRun['secret'] | string {
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

const run = await readCommandLine(process.argv.slice(2));
if (typeof run === 'string') {
  process.stderr.write(`${run}\n`);
  process.exitCode = 1;
} else {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupt.abort());
  }
  const reason = await runProbe(
    run,
    (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
    interrupt.signal,
  );
  if (reason !== undefined) {
    process.stderr.write(`${reason}\n`);
    process.exitCode = 1;
  }
}
