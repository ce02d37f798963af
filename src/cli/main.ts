export {};

/** Each command answers the exit code: 0 done, 1 failed, 2 wrong usage. */
const commands: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  watch: async () => (await import('./watchCommand.ts')).watchCommand,
  query: async () => (await import('./queryCommand.ts')).queryCommand,
};

const usage = `usage: gsops <command> …
  watch   opens one connection and prints what happens; with --journal it keeps all events
  query   finds events in a journal
gsops <command> --help says more.`;

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
// A reader that has seen enough, such as head, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
if (!command) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = name === '--help' ? 0 : 2;
} else {
  try {
    process.exitCode = await (await command())(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
  // A connection that the other side holds open does not keep the command alive; a slow reader gets all that was written.
  process.stdout.write('', () => process.exit());
}
