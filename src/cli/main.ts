import { UsageError, type Command } from './command.ts';
import { ownVersion } from './ownVersion.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  watch: async () => (await import('./watchCommand.ts')).watchCommand,
  query: async () => (await import('./queryCommand.ts')).queryCommand,
  record: async () => (await import('./recordCommand.ts')).recordCommand,
  replay: async () => (await import('./replayCommand.ts')).replayCommand,
  emit: async () => (await import('./emitCommand.ts')).emitCommand,
  serve: async () => (await import('./serveCommand.ts')).serveCommand,
  export: async () => (await import('./exportCommand.ts')).exportCommand,
};

const usage = `usage: gsops <command> …
  watch   opens connections, prints what happens and keeps it in a journal
  query   finds events in a journal
  record  opens connections and writes what happens into a recording
  replay  sends the messages of a recording at their recorded pace
  emit    sends one message, or many
  serve   is a server of one of the systems, out of a recording or of nothing
  export  writes events of a journal into a recording or a table
gsops <command> --help says more, with examples. gsops --version names the version.
A command ends with 0 when it is done, 1 when it failed, 2 when it is called in a wrong way.`;

/** The journal is SQLite, which older ones have behind a flag or not at all. */
const oldestNode = [22, 13] as const;

// Children of a command are no Electron that pretends to be Node.
delete process.env['ELECTRON_RUN_AS_NODE'];
const [name = '', ...args] = process.argv.slice(2);
const reader = { isGone: false };
// A reader that has seen enough, such as head, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  reader.isGone = true;
  // A command that can be interrupted listens too, and closes what it has open.
  if (process.stdout.listenerCount('error') === 1) process.exit(0);
});
// Waits of the core keep no process alive, such as those between two messages of a replay.
const stayAlive = setInterval(() => undefined, 2 ** 30);
const code = await run(Object.hasOwn(commands, name) ? commands[name] : undefined);
clearInterval(stayAlive);
process.exitCode = reader.isGone ? 0 : code;
// A connection that the other side holds open does not keep the command alive; a slow reader gets all that was written.
if (reader.isGone) process.exit();
process.stdout.write('', () => process.exit());

async function run(load: (() => Promise<Command>) | undefined): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    process.stderr.write(`gsops needs Node ${oldestNode.join('.')} or newer; this is ${process.version}.\n`);
    return 1;
  }
  if (!load) return runWithoutCommand();
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
    const [call = ''] = command.usage.split('\n');
    process.stderr.write(`${call}\ngsops ${name} --help says more, with examples.\n`);
    return 2;
  }
}

async function runWithoutCommand(): Promise<number> {
  if (name === '--version') {
    process.stdout.write(`${await ownVersion()}\n`);
    return 0;
  }
  const isAsked = name === '--help' || name === 'help';
  if (!isAsked && name !== '') process.stderr.write(`There is no command ${name}.\n`);
  (isAsked ? process.stdout : process.stderr).write(`${usage}\n`);
  return isAsked ? 0 : 2;
}
