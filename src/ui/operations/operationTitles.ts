import { prefix } from '../contributions/commandIds.ts';

/** The part of package.json that is read here, as VS Code gives it: a translated title comes with its original. */
interface Manifest {
  /** Ids of the operations among the commands. */
  readonly operations: readonly string[];
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string | { readonly value: string };
    }[];
  };
}

/** Titles of all commands, in the user's language, by their ids without the prefix. */
export function commandTitles(packageJson: unknown): ReadonlyMap<string, string> {
  const { contributes } = packageJson as Manifest;
  return new Map(
    contributes.commands.map(({ command, title }) => [
      command.slice(prefix.length + 1),
      typeof title === 'string' ? title : title.value,
    ]),
  );
}

/** Titles of the operations' commands, by the ids of the operations. They are known before any system is loaded. */
export function operationTitles(packageJson: unknown): ReadonlyMap<string, string> {
  const operations = new Set((packageJson as Manifest).operations);
  return new Map([...commandTitles(packageJson)].filter(([id]) => operations.has(id)));
}
