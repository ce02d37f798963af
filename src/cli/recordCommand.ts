import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { connectionsNamed, connectionUsage, secretsOfEach } from './connectionArgument.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import { exportFile, tellWritten, type ExportWish } from './exportFile.ts';
import { openExistingJournal } from './journalFile.ts';
import { journalPlace, type JournalPlace } from './journalPlace.ts';
import { watch } from './watch.ts';
import { secondsOf } from './watchCommand.ts';

/** A recording of a day is as long as one may be. */
const longest = '86400';

export const recordCommand: Command = {
  usage: `usage: gsops record '<connection as JSON>' | [<id>]… --config <file>  --out <file.ndjson[.gz]> [--seconds n] [--name <name>]
                    [--storage <folder>] [--json]
  Records all that comes until Ctrl+C, for --seconds, or for a day. The file is written at the end, whole.
  With --storage, the storage folder of the extension, a connection that a window of VS Code captures is recorded too.
  --json prints {"written":{"file":…,"events":n}}.
${connectionUsage}
  examples:
    gsops record '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --out evening.gsops.ndjson.gz
    gsops record '{"kind":"kgsm","id":"home","root":"/opt/kgsm"}' --out minute.gsops.ndjson --seconds 60
    gsops record --config gsops.jsonc --out all.gsops.ndjson.gz --name 'Friday evening'
    gsops record home --config gsops.jsonc --storage "$GSOPS_STORAGE" --out home.gsops.ndjson`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      config: { type: 'string' },
      out: { type: 'string' },
      seconds: { type: 'string', default: longest },
      name: { type: 'string' },
      storage: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const seconds = secondsOf(values.seconds);
    const { out, name, storage } = values;
    if (out === undefined) throw new UsageError('--out is missing.');
    const connections = await connectionsNamed(positionals, values.config);
    const folder = await mkdtemp(join(tmpdir(), 'gsops-record-'));
    const journal: JournalPlace =
      storage === undefined ? { kind: 'file', file: join(folder, 'journal.db') } : journalPlace({ storage });
    try {
      const before = storage === undefined ? 0 : await newestSeq(journal);
      const run = {
        ...{ connections, seconds, journal, measure: false },
        secretsOf: secretsOfEach(connections, process.env),
      };
      const problems = await watch(run, stateTeller(connections.length > 1), interrupted());
      if (problems.length === connections.length) throw new Error(problems.join('\n'));
      const wish = {
        ...(name === undefined ? {} : { name }),
        ...{ out, signal: new AbortController().signal },
        query: storage === undefined ? '' : queryOf(connections, before + 1),
        connections: connections.map(({ system, settings }) => ({
          id: settings.id,
          name: settings.name,
          system: system.id,
        })),
      };
      tellWritten(await exportFrom(journal, wish), out, values.json);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Finds the events of some connections since one of them, in a journal that holds more. */
function queryOf(connections: readonly ConfiguredConnection[], seq: number): string {
  const ids = connections.map(({ settings }) => settings.id).join(',');
  return `seq:>=${seq} connection:(${ids})`;
}

async function newestSeq(place: JournalPlace): Promise<number> {
  const journal = await openExistingJournal(place);
  const { seq } = journal.status;
  await journal.close();
  return seq;
}

async function exportFrom(place: JournalPlace, wish: Omit<ExportWish, 'journal'>): Promise<number> {
  const journal = await openExistingJournal(place);
  try {
    return await exportFile({ ...wish, journal });
  } finally {
    await journal.close();
  }
}

/** Says when a connection stands and when it is lost. */
function stateTeller(isOneOfSeveral: boolean): (line: object) => void {
  return (line) => {
    const { connection } = line as {
      readonly connection?: { readonly id: string; readonly state: string; readonly detail?: string };
    };
    if (!connection) return;
    const { id, state, detail } = connection;
    const words = detail === undefined ? state : `${state}: ${detail}`;
    process.stderr.write(isOneOfSeveral ? `${id}: ${words}\n` : `${words}\n`);
  };
}
