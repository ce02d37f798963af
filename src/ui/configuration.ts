import { workspace } from 'vscode';
import { prefix } from './contributions/commands.ts';

export interface Configuration {
  /** As it stands in the settings; read by the core. */
  readonly connections: unknown;
  readonly connectOnStartup: boolean;
  readonly taskProgress: 'mine' | 'all' | 'never';
  readonly taskTimeoutMs: number;
}

/** The settings as they are now; a value of a wrong type falls back to its default. */
export function configuration(): Configuration {
  const settings = workspace.getConfiguration(prefix);
  const progress = settings.get<unknown>('taskProgress');
  const minutes = settings.get<unknown>('taskTimeout');
  return {
    connections: settings.get<unknown>('connections'),
    connectOnStartup: settings.get<unknown>('connectOnStartup') !== false,
    taskProgress: progress === 'all' || progress === 'never' ? progress : 'mine',
    taskTimeoutMs: (typeof minutes === 'number' && minutes >= 1 ? minutes : 60) * 60_000,
  };
}
