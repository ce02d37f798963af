import { ownCommands, prefix } from '../contributions/commands.ts';

/** The part of package.json that is read here, as VS Code gives it: a translated title comes with its original. */
interface Manifest {
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string | { readonly value: string };
    }[];
  };
}

/**
 * Titles of the operations' commands, by the ids of the operations: all commands of the manifest that are not the
 * extension's own. They are known before any system is loaded.
 */
export function operationTitles(packageJson: unknown): ReadonlyMap<string, string> {
  const { contributes } = packageJson as Manifest;
  return new Map(
    contributes.commands.flatMap(({ command, title }): [string, string][] => {
      const id = command.slice(prefix.length + 1);
      if (Object.hasOwn(ownCommands, id)) return [];
      return [[id, typeof title === 'string' ? title : title.value]];
    }),
  );
}
