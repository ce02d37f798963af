import { workspace } from 'vscode';
import type { HistorySettingValues } from '../core/journal/historySettings.ts';
import { prefix } from './contributions/commandIds.ts';
import {
  defaults,
  recordingDurationRange,
  recordingSizeRange,
  taskProgressModes,
  taskTimeoutRange,
} from './contributions/defaults.ts';

export interface Configuration {
  /** As it stands in the settings; read by the core. */
  readonly connections: unknown;
  readonly connectOnStartup: boolean;
  readonly taskProgress: (typeof taskProgressModes)[number];
  readonly taskTimeoutMs: number;
  readonly recording: { readonly maxBytes: number; readonly maxMs: number };
  /** As they stand in the settings; read by the core. */
  readonly history: HistorySettingValues;
}

/** The settings as they are now; a value of a wrong type falls back to its default. */
export function configuration(): Configuration {
  const settings = workspace.getConfiguration(prefix);
  const connect = settings.get<unknown>('connectOnStartup');
  const progress = settings.get<unknown>('taskProgress');
  const minutes = settings.get<unknown>('taskTimeout');
  return {
    connections: settings.get<unknown>('connections'),
    connectOnStartup: typeof connect === 'boolean' ? connect : defaults.connectOnStartup,
    taskProgress: taskProgressModes.find((mode) => mode === progress) ?? defaults.taskProgress,
    taskTimeoutMs:
      (typeof minutes === 'number' && minutes >= taskTimeoutRange.minimum ? minutes : defaults.taskTimeout) *
      60_000,
    recording: {
      maxBytes:
        within(settings.get<unknown>('recording.maxSize'), recordingSizeRange, defaults.recordingMaxSize) *
        1_000_000,
      maxMs:
        within(
          settings.get<unknown>('recording.maxDuration'),
          recordingDurationRange,
          defaults.recordingMaxDuration,
        ) * 3_600_000,
    },
    history: {
      retention: settings.get<unknown>('history.retention'),
      maxSize: settings.get<unknown>('history.maxSize'),
      folder: settings.get<unknown>('history.folder'),
      off: settings.get<unknown>('history.off'),
    },
  };
}

function within(
  value: unknown,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  otherwise: number,
): number {
  return typeof value === 'number' && value >= minimum && value <= maximum ? value : otherwise;
}
