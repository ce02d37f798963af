import type { DemoInstance } from './demo.ts';
import type { InstanceState } from './state.ts';

/** Condition of a step: the user may have started, stopped or removed the instance meanwhile. */
type Need = (state: InstanceState | undefined) => boolean;

const absent: Need = (state) => state === undefined;
export const there: Need = (state) => state !== undefined;
export const running: Need = (state) => state?.active === true;
export const halted: Need = (state) => state?.active === false;

export interface Step {
  /** Seconds after the step before it in its scene. */
  readonly after: number;
  readonly type: string;
  readonly data?: (state: InstanceState, now: number) => Readonly<Record<string, unknown>>;
  readonly needs: Need;
  readonly change?: Change;
}

/** How a step changes the state that command lines see. */
type Change = 'create' | 'remove' | ((state: InstanceState) => Partial<InstanceState>);

/** Something that happens to one instance. */
export interface Scene {
  readonly instance: DemoInstance;
  readonly steps: readonly Step[];
}

const up: Change = () => ({ active: true, ready: false });
const down: Change = () => ({ active: false, ready: false, players: [] });

export function lengthOf({ steps }: Scene): number {
  return steps.reduce((sum, { after }) => sum + after, 0);
}

export function install(instance: DemoInstance): Scene {
  const installing = (after: number, type: string): Step => step(after, type, there);
  return {
    instance,
    steps: [
      step(0, 'instance_created', absent, { data: blueprintOf, change: 'create' }),
      step(0.4, 'instance_installation_started', there, { data: blueprintOf }),
      installing(0.6, 'instance_directories_created'),
      installing(1, 'instance_files_created'),
      installing(1, 'instance_download_started'),
      installing(8, 'instance_download_finished'),
      installing(0.5, 'instance_downloaded'),
      installing(1, 'instance_deploy_started'),
      installing(4, 'instance_deploy_finished'),
      installing(0.5, 'instance_deployed'),
      step(1, 'instance_version_updated', there, { data: firstVersion }),
      step(0.5, 'instance_installation_finished', there, { data: blueprintOf }),
      step(0.5, 'instance_installed', there, {
        data: blueprintOf,
        change: () => ({ installed: true }),
      }),
    ],
  };
}

export function uninstall(instance: DemoInstance): Scene {
  return {
    instance,
    steps: [
      step(0, 'instance_uninstall_started', there),
      step(1.5, 'instance_files_removed', there),
      step(1.5, 'instance_directories_removed', there, { change: 'remove' }),
      step(1, 'instance_removed', absent),
      step(0.5, 'instance_uninstall_finished', absent),
      step(0.5, 'instance_uninstalled', absent),
    ],
  };
}

/** The form of 3.x; 2.x says nothing at all of an update. */
export function update(instance: DemoInstance): Scene {
  const updating = (after: number, type: string): Step => step(after, type, halted);
  return {
    instance,
    steps: [
      updating(0, 'instance_update_started'),
      updating(1, 'instance_download_started'),
      updating(5, 'instance_download_finished'),
      updating(0.5, 'instance_downloaded'),
      step(1, 'instance_backup_created', halted, { data: backupOf }),
      updating(1, 'instance_deploy_started'),
      updating(4, 'instance_deploy_finished'),
      updating(0.5, 'instance_deployed'),
      step(1, 'instance_version_updated', halted, {
        data: ({ version }) => ({ OldVersion: version, NewVersion: nextVersion(version) }),
        change: ({ version }) => ({ version: nextVersion(version) }),
      }),
      updating(0.5, 'instance_update_finished'),
      updating(0.5, 'instance_updated'),
    ],
  };
}

export function start(instance: DemoInstance): Scene {
  return { instance, steps: [started(0), ready(3)] };
}

export function becomeReady(instance: DemoInstance): Scene {
  return { instance, steps: [ready(0)] };
}

export function stop(instance: DemoInstance): Scene {
  return { instance, steps: [stopped(0)] };
}

/** Ends by itself and is started again by KGSM. */
export function crash(instance: DemoInstance): Scene {
  return {
    instance,
    steps: [
      step(0, 'instance_crashed', running, {
        data: () => ({ ExitCode: '139', Restarts: '1' }),
        change: down,
      }),
      started(5),
      ready(4),
    ],
  };
}

export function restart(instance: DemoInstance): Scene {
  return {
    instance,
    steps: [
      step(0, 'instance_restart_started', running),
      // Players reconnect after a restart: the scene keeps them.
      step(2, 'instance_restart_stopped', running, {
        change: () => ({ active: false, ready: false }),
      }),
      step(3, 'instance_restarted', halted, { change: up }),
      step(0.5, 'instance_restart_finished', running),
      ready(4),
    ],
  };
}

export function backup(instance: DemoInstance): Scene {
  return { instance, steps: [step(0, 'instance_backup_created', there, { data: backupOf })] };
}

export function visit(instance: DemoInstance, name: string, seconds: number): Scene {
  return { instance, steps: [join(0, name), leave(seconds, name)] };
}

export function join(after: number, name: string): Step {
  const patch = ({ players = [] }: InstanceState): Partial<InstanceState> => ({
    players: [...players, name],
  });
  return step(after, 'instance_player_joined', running, {
    data: () => player(name),
    change: patch,
  });
}

export function leave(after: number, name: string): Step {
  const patch = ({ players = [] }: InstanceState): Partial<InstanceState> => ({
    players: players.filter((one) => one !== name),
  });
  const data = (): Readonly<Record<string, unknown>> => ({ ...player(name), Reason: 'disconnected' });
  const here: Need = (state) => running(state) && state?.players?.includes(name) === true;
  return step(after, 'instance_player_left', here, { data, change: patch });
}

export function player(name: string): Readonly<Record<string, unknown>> {
  return { PlayerId: null, PlayerName: name, PlayerAddr: null, SessionKey: `${name.toLowerCase()}-1` };
}

function started(after: number): Step {
  return step(after, 'instance_started', halted, { change: up });
}

function ready(after: number): Step {
  return step(after, 'instance_ready', running, {
    change: () => ({ ready: true }),
  });
}

function stopped(after: number): Step {
  return step(after, 'instance_stopped', running, { change: down });
}

export function updateAvailable(after: number): Step {
  const data = ({ version }: InstanceState): Readonly<Record<string, unknown>> => ({
    CurrentVersion: version,
    LatestVersion: nextVersion(version),
  });
  return step(after, 'instance_update_available', there, { data });
}

export function step(
  after: number,
  type: string,
  needs: Need,
  more: Pick<Step, 'data' | 'change'> = {},
): Step {
  return { after, type, needs, ...more };
}

export function blueprintOf({ blueprint }: InstanceState): Readonly<Record<string, unknown>> {
  return { Blueprint: blueprint };
}

export function firstVersion({ version }: InstanceState): Readonly<Record<string, unknown>> {
  return { OldVersion: '0', NewVersion: version };
}

function backupOf({ name, version }: InstanceState, now: number): Readonly<Record<string, unknown>> {
  return {
    Source: `${name}-${version}-${new Date(now).toISOString().slice(0, 19)}.backup.tar.gz`,
    Version: version,
  };
}

/** `2.0.28` → `2.0.29` */
function nextVersion(version: string): string {
  return version.replace(/\d+$/, (last) => String(Number(last) + 1));
}
