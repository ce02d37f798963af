import type { LifecycleState } from '../../core/model/lifecycle.ts';
import type { Status } from '../bedrock/options.ts';

/** A status as Bedrock Server Manager calls it, and whether there is a process then. */
interface NativeState {
  readonly status: Status;
  readonly isAlive: boolean;
}

const up = (status: Status): NativeState => ({ status, isAlive: true });
const down = (status: Status): NativeState => ({ status, isAlive: false });

const nativeStates: Readonly<Record<LifecycleState, NativeState>> = {
  unknown: down('UNKNOWN'),
  creating: down('INSTALLING'),
  installing: down('INSTALLING'),
  stopped: down('STOPPED'),
  starting: up('STARTING'),
  running: up('RUNNING'),
  ready: up('RUNNING'),
  pausing: up('STOPPING'),
  paused: down('STOPPED'),
  restarting: up('STARTING'),
  stopping: up('STOPPING'),
  updating: down('UPDATING'),
  backingUp: up('RUNNING'),
  restoring: up('RUNNING'),
  removing: up('RUNNING'),
  removed: down('STOPPED'),
  failed: down('ERROR'),
  crashed: down('ERROR'),
};

/** A recording may hold any state; one that nobody knows is unknown. */
export function nativeOf(state: LifecycleState): NativeState {
  return Object.hasOwn(nativeStates, state) ? nativeStates[state] : nativeStates.unknown;
}

/** Work that is shown while the server itself has another state beneath, which stays. */
export const statesOfWork: ReadonlySet<LifecycleState> = new Set(['backingUp', 'restoring', 'removing']);

const isAliveIn: Readonly<Record<Status, boolean>> = {
  STARTING: true,
  RUNNING: true,
  STOPPING: true,
  STOPPED: false,
  INSTALLING: false,
  INSTALLED: false,
  UPDATING: false,
  UPDATED: false,
  ERROR: false,
  UNKNOWN: false,
};

/** Reads the status that an event tells. */
export function nativeIn(status: unknown): NativeState | undefined {
  if (typeof status !== 'string' || !Object.hasOwn(isAliveIn, status)) return undefined;
  const known = status as Status;
  return { status: known, isAlive: isAliveIn[known] };
}
