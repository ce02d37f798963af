import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { parseJson, readConnectionArgument, secretsOf, secretUsage } from './connectionArgument.ts';
import { writeLine } from './lines.ts';
import { watch } from './watch.ts';

export const watchCommand: Command = {
  usage: `usage: gsops watch '<one connection as JSON>' [--seconds 10] [--measure] [--run <operation>[:<instance key>] [--input '<JSON>']] [--journal <file.db>]
  Prints what happens, one JSON object a line: connection, event, problem, operation, and at the end the fleet.
  With --measure it looks at every instance, and writes what is measured of each.
  With --journal all events are kept in that file; gsops query reads it.
${secretUsage}
  examples: gsops watch '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --seconds 60
            gsops watch '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --run start:minecraft-1`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      seconds: { type: 'string', default: '10' },
      measure: { type: 'boolean', default: false },
      run: { type: 'string' },
      input: { type: 'string' },
      journal: { type: 'string' },
    });
    const seconds = secondsOf(values.seconds);
    const input = values.input === undefined ? undefined : parseJson(values.input);
    if (values.input !== undefined && input === undefined)
      throw new UsageError('--input is not readable as JSON');
    const connection = await readConnectionArgument(onlyConnection(positionals));
    const colon = values.run?.indexOf(':') ?? -1;
    const reason = await watch(
      {
        connection,
        seconds,
        measure: values.measure,
        secretOf: secretsOf(connection.settings.id, process.env),
        ...(values.journal === undefined ? {} : { journal: values.journal }),
        ...(values.run === undefined
          ? {}
          : {
              operation: {
                id: colon < 0 ? values.run : values.run.slice(0, colon),
                key: colon < 0 ? undefined : values.run.slice(colon + 1),
                input,
              },
            }),
      },
      writeLine,
      interrupted(),
    );
    if (reason !== undefined) throw new Error(reason);
    return 0;
  },
};

/** The connection among the arguments. */
export function onlyConnection(positionals: readonly string[]): string {
  const [json, ...more] = positionals;
  if (json === undefined) throw new UsageError('The connection is missing.');
  if (more.length > 0) throw new UsageError('The connection is one argument: put it in quotes.');
  return json;
}

export function secondsOf(value: string): number {
  const seconds = Number(value);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError('--seconds must be a number above 0, at most 86400');
}
