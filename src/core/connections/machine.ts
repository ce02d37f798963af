import type { Connection } from './connection.ts';

/** Name of the machine that a connection leads to: `here`, that of the extension, where the system names no other. */
export function machineOf(
  { system, settings }: Pick<Connection, 'system' | 'settings'>,
  here: string,
): string {
  return system.hostOf?.(settings) ?? here;
}
