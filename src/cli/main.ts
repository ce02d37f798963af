import { UsageError, type Command } from './command.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  watch: async () => (await import('./watchCommand.ts')).watchCommand,
  query: async () => (await import('./queryCommand.ts')).queryCommand,
  record: async () => (await import('./recordCommand.ts')).recordCommand,
  replay: async () => (await import('./replayCommand.ts')).replayCommand,
  emit: async () => (await import('./emitCommand.ts')).emitCommand,
  export: async () => (await import('./exportCommand.ts')).exportCommand,
};

const usage = `usage: gsops <command> …
  watch   opens one connection and prints what happens; with --journal it keeps all events
  query   finds events in a journal
  record  opens one connection and writes what happens into a recording
  replay  sends the messages of a recording at their recorded pace
  emit    sends one message, or many
  export  writes events of a journal into a recording or a table
gsops <command> --help says more. A command ends with 0 when it is done, 1 when it failed, 2 when it is called in a wrong way.`;

const [name = '', ...args] = process.argv.slice(2);
// A reader that has seen enough, such as head, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await run(Object.hasOwn(commands, name) ? commands[name] : undefined);
// A connection that the other side holds open does not keep the command alive; a slow reader gets all that was written.
process.stdout.write('', () => process.exit());

async function run(load: (() => Promise<Command>) | undefined): Promise<number> {
  if (!load) {
    const isAsked = name === '--help';
    (isAsked ? process.stdout : process.stderr).write(`${usage}\n`);
    return isAsked ? 0 : 2;
  }
  const command = await load();
  if (args.includes('--help')) {
    process.stdout.write(`${command.usage}\n`);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write(`${command.usage}\n`);
    return 2;
  }
}
