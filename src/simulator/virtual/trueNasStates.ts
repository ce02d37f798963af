import type { LifecycleState } from '../../core/model/lifecycle.ts';
import type { AppState, JailState, VirtStatus, VmState } from '../truenas/options.ts';

/** States as each kind of thing on a NAS calls them; the nearest where it has no word. */
interface NativeStates {
  readonly app: AppState;
  /** Virtual machines, and containers of 26 and later. */
  readonly machine: VmState;
  readonly virt: VirtStatus;
  readonly jail: JailState;
}

function row(app: AppState, machine: VmState, virt: VirtStatus, jail: JailState): NativeStates {
  return { app, machine, virt, jail };
}

const nativeStates: Readonly<Record<LifecycleState, NativeStates>> = {
  unknown: row('UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'unknown'),
  creating: row('DEPLOYING', 'STOPPED', 'STOPPED', 'down'),
  installing: row('DEPLOYING', 'STOPPED', 'STOPPED', 'down'),
  stopped: row('STOPPED', 'STOPPED', 'STOPPED', 'down'),
  starting: row('DEPLOYING', 'STOPPED', 'STARTING', 'down'),
  running: row('RUNNING', 'RUNNING', 'RUNNING', 'up'),
  ready: row('RUNNING', 'RUNNING', 'RUNNING', 'up'),
  pausing: row('RUNNING', 'RUNNING', 'FREEZING', 'up'),
  paused: row('STOPPED', 'SUSPENDED', 'FROZEN', 'down'),
  restarting: row('RUNNING', 'RUNNING', 'RUNNING', 'up'),
  stopping: row('STOPPING', 'RUNNING', 'STOPPING', 'up'),
  updating: row('RUNNING', 'RUNNING', 'RUNNING', 'up'),
  backingUp: row('RUNNING', 'RUNNING', 'RUNNING', 'up'),
  restoring: row('RUNNING', 'RUNNING', 'RUNNING', 'up'),
  removing: row('RUNNING', 'RUNNING', 'RUNNING', 'up'),
  removed: row('STOPPED', 'STOPPED', 'STOPPED', 'down'),
  failed: row('CRASHED', 'ERROR', 'ERROR', 'down'),
  crashed: row('CRASHED', 'ERROR', 'ERROR', 'down'),
};

/** A recording may hold any state; one that nobody knows is unknown. */
export function nativeOf(state: LifecycleState): NativeStates {
  return Object.hasOwn(nativeStates, state) ? nativeStates[state] : nativeStates.unknown;
}

const ofJobs: readonly LifecycleState[] = [
  'creating',
  'installing',
  'restarting',
  'updating',
  'backingUp',
  'restoring',
  'removing',
];

/** States that a job shows, while the thing itself has another one beneath, which stays. */
export const statesOfJobs: Readonly<Record<keyof NativeStates, ReadonlySet<LifecycleState>>> = {
  app: new Set(ofJobs),
  machine: new Set([...ofJobs, 'starting', 'stopping', 'pausing']),
  virt: new Set(ofJobs),
  jail: new Set([...ofJobs, 'starting', 'stopping', 'pausing']),
};

/** The word in an event's entry, where it is one of these. */
function wordOf<T extends string>(states: readonly T[], value: unknown): T | undefined {
  return states.find((state) => state === value);
}

const natives = Object.values(nativeStates);

export const appStateIn = (value: unknown): AppState | undefined =>
  wordOf(
    natives.map(({ app }) => app),
    value,
  );
export const machineStateIn = (value: unknown): VmState | undefined =>
  wordOf(
    natives.map(({ machine }) => machine),
    value,
  );
export const virtStatusIn = (value: unknown): VirtStatus | undefined =>
  wordOf(
    natives.map(({ virt }) => virt),
    value,
  );
