import type { LogOutputChannel } from 'vscode';
import { english } from '../../core/model/text.ts';
import type { Log } from '../../core/systems/session.ts';

/** The log speaks English: it is what people paste into issues. */
export function coreLog(channel: LogOutputChannel): Log {
  return {
    debug: (message) => channel.debug(english(message)),
    info: (message) => channel.info(english(message)),
    warn: (message) => channel.warn(english(message)),
    error: (message) => channel.error(english(message)),
  };
}
