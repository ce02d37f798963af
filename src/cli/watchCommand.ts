import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import {
  connectionNamed,
  connectionsNamed,
  connectionUsage,
  parseJson,
  secretsOfEach,
} from './connectionArgument.ts';
import { journalOptions, journalPlace, journalUsage } from './journalPlace.ts';
import { lineWriter } from './lines.ts';
import { watch } from './watch.ts';

export const watchCommand: Command = {
  usage: `usage: gsops watch '<connection as JSON>' | [<id>]… --config <file>  [--seconds 10] [--measure] [--run <operation>[:<instance key>] [--input '<JSON>']]
                   [--journal <file.db> | --storage <folder> | --no-journal] [--json]
  Opens connections and prints what happens: each connection, event, problem and operation, and at the end the fleet.
  One JSON object a line for programs and with --json; a line of words where a terminal shows it.
  With --measure it looks at every instance, and writes what is measured of each.
  All events are kept in a journal, where gsops query finds them; --no-journal keeps nothing.
${journalUsage}
  With --storage one process captures a connection, a window of VS Code for instance. The others show its events, and ask it to run operations.
${connectionUsage}
  examples:
    gsops watch '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --seconds 60
    gsops watch '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --run start:minecraft-1
    gsops watch home --config gsops.jsonc --journal home.db
    gsops watch --config gsops.jsonc --storage "$GSOPS_STORAGE" --json`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...journalOptions,
      config: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      measure: { type: 'boolean', default: false },
      run: { type: 'string' },
      input: { type: 'string' },
      'no-journal': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const seconds = secondsOf(values.seconds);
    const input = values.input === undefined ? undefined : parseJson(values.input);
    if (values.input !== undefined && input === undefined)
      throw new UsageError('--input is not readable as JSON');
    const isNamed = values.journal !== undefined || values.storage !== undefined;
    const journal = values['no-journal'] && !isNamed ? 'none' : journalPlace(values);
    const connections =
      values.run === undefined
        ? await connectionsNamed(positionals, values.config)
        : [await connectionNamed(positionals, values.config)];
    const colon = values.run?.indexOf(':') ?? -1;
    const problems = await watch(
      {
        connections,
        seconds,
        measure: values.measure,
        secretsOf: secretsOfEach(connections, process.env),
        journal,
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
      lineWriter(values.json),
      interrupted(),
    );
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return 0;
  },
};

export function secondsOf(value: string): number {
  const seconds = Number(value);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError('--seconds must be a number above 0, at most 86400');
}
