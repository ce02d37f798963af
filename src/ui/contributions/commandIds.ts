import type { OwnCommand } from './commands.ts';

export const prefix = 'gameServerOps';

export function commandId(command: OwnCommand): string {
  return `${prefix}.${command}`;
}

/** The command of an operation; the operation's id tells it apart. */
export function operationCommandId(operation: string): string {
  return `${prefix}.${operation}`;
}
