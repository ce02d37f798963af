import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { readConnectionArgument, secretsOf, secretUsage } from './connectionArgument.ts';
import { exportFile, tellWritten } from './exportFile.ts';
import { openJournal } from './journalFile.ts';
import { watch } from './watch.ts';
import { onlyConnection, secondsOf } from './watchCommand.ts';

/** A recording of a day is as long as one may be. */
const longest = '86400';

export const recordCommand: Command = {
  usage: `usage: gsops record '<one connection as JSON>' --out <file.ndjson[.gz]> [--seconds n] [--name <name>] [--json]
  Records all that comes until Ctrl+C, for --seconds, or for a day. The file is written at the end, whole.
${secretUsage}
  examples: gsops record '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --out evening.gsops.ndjson.gz
            gsops record '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --out minute.gsops.ndjson --seconds 60`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      out: { type: 'string' },
      seconds: { type: 'string', default: longest },
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const seconds = secondsOf(values.seconds);
    if (values.out === undefined) throw new UsageError('--out is missing.');
    const connection = await readConnectionArgument(onlyConnection(positionals));
    const secretOf = secretsOf(connection.settings.id, process.env);
    const folder = await mkdtemp(join(tmpdir(), 'gsops-record-'));
    const file = join(folder, 'journal.db');
    try {
      const told = (line: object): void => tellState(line);
      const run = { connection, seconds, measure: false, secretOf, journal: file };
      const reason = await watch(run, told, interrupted());
      if (reason !== undefined) throw new Error(reason);
      const { id, name } = connection.settings;
      const events = await exportAll(file, values.out, {
        ...(values.name === undefined ? {} : { name: values.name }),
        connections: [{ id, name, system: connection.system.id }],
      });
      tellWritten(events, values.out, values.json);
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
    readonly connection?: { readonly state: string; readonly detail?: string };
  };
  if (connection)
    process.stderr.write(`${connection.state}${connection.detail ? `: ${connection.detail}` : ''}\n`);
}
