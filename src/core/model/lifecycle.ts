import { text, type Text } from './text.ts';

export type LifecycleState =
  | 'unknown'
  | 'creating'
  | 'installing'
  | 'stopped'
  | 'starting'
  | 'running'
  | 'ready'
  | 'pausing'
  | 'paused'
  | 'restarting'
  | 'stopping'
  | 'updating'
  | 'backingUp'
  | 'restoring'
  | 'removing'
  | 'removed'
  | 'failed'
  | 'crashed';

export interface LifecycleRow {
  readonly label: Text;
  /** Codicon id, with `~spin` where the icon turns. */
  readonly icon: string;
  readonly color: string;
  /** Text for screen readers. */
  readonly accessibility: Text;
  /** On its way to another state by itself. */
  readonly transitional: boolean;
  /** Players could be on it. */
  readonly up: boolean;
}

const green = 'testing.iconPassed';
// In high contrast, `list.warningForeground` and, with it, `testing.iconFailed` have no colour (VS Code 1.139).
const yellow = 'charts.yellow';
const red = 'charts.red';
const blue = 'charts.blue';
const grey = 'disabledForeground';

function row(
  label: Text,
  icon: string,
  color: string,
  accessibility: Text,
  flags: { transitional?: true; up?: true } = {},
): LifecycleRow {
  return {
    label,
    icon,
    color,
    accessibility,
    transitional: flags.transitional ?? false,
    up: flags.up ?? false,
  };
}

/** The one table of states. Everything that shows or asks about a state reads it here. */
export const lifecycle: Readonly<Record<LifecycleState, LifecycleRow>> = {
  unknown: row(text('Unknown'), 'question', grey, text('state unknown')),
  creating: row(text('Creating'), 'loading~spin', blue, text('being created'), { transitional: true }),
  installing: row(text('Installing'), 'cloud-download', blue, text('being installed'), {
    transitional: true,
  }),
  stopped: row(text('Stopped'), 'debug-stop', grey, text('stopped')),
  starting: row(text('Starting'), 'loading~spin', blue, text('starting'), { transitional: true }),
  running: row(text('Running'), 'debug-start', green, text('running'), { up: true }),
  ready: row(text('Ready'), 'pass-filled', green, text('running and ready for players'), { up: true }),
  pausing: row(text('Pausing'), 'loading~spin', blue, text('pausing'), { transitional: true }),
  paused: row(text('Paused'), 'debug-pause', yellow, text('paused')),
  restarting: row(text('Restarting'), 'loading~spin', blue, text('restarting'), { transitional: true }),
  stopping: row(text('Stopping'), 'loading~spin', yellow, text('stopping'), { transitional: true, up: true }),
  updating: row(text('Updating'), 'sync~spin', blue, text('being updated'), { transitional: true }),
  backingUp: row(text('Backing Up'), 'sync~spin', blue, text('being backed up'), { transitional: true }),
  restoring: row(text('Restoring'), 'sync~spin', blue, text('being restored from a backup'), {
    transitional: true,
  }),
  removing: row(text('Removing'), 'loading~spin', yellow, text('being removed'), { transitional: true }),
  removed: row(text('Removed'), 'trash', grey, text('removed')),
  failed: row(text('Failed'), 'error', red, text('failed')),
  crashed: row(text('Crashed'), 'bug', red, text('crashed')),
};

export const lifecycleStates = Object.keys(lifecycle) as LifecycleState[];
