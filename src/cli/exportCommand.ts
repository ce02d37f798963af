import { interrupted, readArguments, UsageError, type Command } from './command.ts';
import { exportFile, tellWritten } from './exportFile.ts';
import { openExistingJournal } from './journalFile.ts';
import { journalOptions, journalPlace, journalUsage } from './journalPlace.ts';
import { explained, onlyQuery } from './queryCommand.ts';

export const exportCommand: Command = {
  usage: `usage: gsops export ['<query>'] --out <file.ndjson[.gz]|csv> [--journal <file.db> | --storage <folder>] [--json]
  Writes the matching events, oldest first: a recording that the inspector opens, gzipped or not, or a table.
  A file that was there is replaced when the new one is whole. --json prints {"written":{"file":…,"events":n}}.
${journalUsage}
  examples:
    gsops export 'time:>now-1d -is:noise' --out yesterday.gsops.ndjson.gz
    gsops export --journal home.db --out all.csv`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...journalOptions,
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const query = onlyQuery(positionals);
    if (values.out === undefined) throw new UsageError('--out is missing.');
    const journal = await openExistingJournal(journalPlace(values));
    try {
      const wish = { journal, query, out: values.out, connections: [], signal: interrupted() };
      tellWritten(await exportFile(wish), values.out, values.json);
      return 0;
    } catch (error) {
      throw explained(error);
    } finally {
      await journal.close();
    }
  },
};
