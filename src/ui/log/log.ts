import type { LogOutputChannel } from 'vscode';
import type { Scope } from '../../core/connections/scope.ts';
import { english } from '../../core/model/text.ts';
import type { Log } from '../../core/systems/session.ts';

/** The log speaks English: it is what people paste into issues. A line that comes after the end has no place any more. */
export function coreLog(channel: LogOutputChannel, scope: Scope): Log {
  const write =
    (level: keyof Log): Log['info'] =>
    (message) => {
      if (!scope.ended) channel[level](english(message));
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
