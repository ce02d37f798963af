import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { connectionsNamed, connectionUsage, secretsOf } from './connectionArgument.ts';
import { exportFile, tellWritten } from './exportFile.ts';
import { openJournal } from './journalFile.ts';
import { watch } from './watch.ts';
import { secondsOf } from './watchCommand.ts';

/** A recording of a day is as long as one may be. */
const longest = '86400';

export const recordCommand: Command = {
  usage: `usage: gsops record '<connection as JSON>' | [<id>]… --config <file>  --out <file.ndjson[.gz]> [--seconds n] [--name <name>] [--json]
  Records all that comes until Ctrl+C, for --seconds, or for a day. The file is written at the end, whole.
  --json prints {"written":{"file":…,"events":n}}.
${connectionUsage}
  examples:
    gsops record '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --out evening.gsops.ndjson.gz
    gsops record '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --out minute.gsops.ndjson --seconds 60
    gsops record --config gsops.jsonc --out all.gsops.ndjson.gz --name 'Friday evening'`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      config: { type: 'string' },
      out: { type: 'string' },
      seconds: { type: 'string', default: longest },
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const seconds = secondsOf(values.seconds);
    if (values.out === undefined) throw new UsageError('--out is missing.');
    const connections = await connectionsNamed(positionals, values.config);
    const folder = await mkdtemp(join(tmpdir(), 'gsops-record-'));
    const file = join(folder, 'journal.db');
    try {
      const told = (line: object): void => tellState(line);
      const secrets = (id: string): ReturnType<typeof secretsOf> => secretsOf(id, process.env);
      const journal = { kind: 'file' as const, file };
      const run = { connections, seconds, measure: false, secretsOf: secrets, journal };
      const problems = await watch(run, told, interrupted());
      if (problems.length === connections.length) throw new Error(problems.join('\n'));
      const events = await exportAll(file, values.out, {
        ...(values.name === undefined ? {} : { name: values.name }),
        connections: connections.map(({ system, settings: { id, name } }) => ({
          id,
          name,
          system: system.id,
        })),
      });
      tellWritten(events, values.out, values.json);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Facts {
  readonly name?: string;
  readonly connections: readonly { readonly id: string; readonly system: string; readonly name: string }[];
}

async function exportAll(file: string, out: string, facts: Facts): Promise<number> {
  const journal = await openJournal(file);
  try {
    return await exportFile({ ...facts, journal, query: '', out, signal: new AbortController().signal });
  } finally {
    await journal.close();
  }
}

/** Says when the connection stands and when it is lost. */
function tellState(line: object): void {
  const { connection } = line as {
    readonly connection?: { readonly id: string; readonly state: string; readonly detail?: string };
  };
  if (connection)
    process.stderr.write(`${connection.state}${connection.detail ? `: ${connection.detail}` : ''}\n`);
}
