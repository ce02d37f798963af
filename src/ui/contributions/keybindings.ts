import { prefix } from './commandIds.ts';
import type { CommandSpec } from './commands.ts';

/** The keys of the commands that have one. */
export function keybindingsOf(commands: Readonly<Record<string, CommandSpec>>): readonly object[] {
  return Object.entries(commands).flatMap(([name, { keys }]) =>
    keys === undefined ? [] : [{ command: `${prefix}.${name}`, ...keys }],
  );
}
