/** The value of an option such as `--name N`; nothing where it does not stand there. */
export function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args[at + 1];
}
