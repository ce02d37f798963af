import { demoInstances, type DemoInstance } from './demo.ts';
import {
  backup,
  becomeReady,
  blueprintOf,
  crash,
  firstVersion,
  install,
  join,
  leave,
  player,
  restart,
  start,
  step,
  stop,
  uninstall,
  update,
  updateAvailable,
  visit,
  there,
  running,
  halted,
  lengthOf,
  type Scene,
  type Step,
} from './scenes.ts';
import type { InstanceState } from './state.ts';

/** A scene on the clock of its round, in seconds. */
export interface PlacedScene {
  readonly at: number;
  readonly scene: Scene;
}

/** The events that tell a new listener the state of an instance. */
export function introduction(instance: DemoInstance, state: InstanceState | undefined): Scene {
  return { instance, steps: state?.installed === true ? introductionSteps(instance, state) : [] };
}

function introductionSteps(
  { opening }: DemoInstance,
  { active, ready, run, players = [] }: InstanceState,
): Step[] {
  // Until somebody acts on it, nothing is known of it.
  if (opening === 'unknown' && active && run === undefined) return [updateAvailable(0)];
  const installed: Step[] = [
    step(0, 'instance_installed', there, { data: blueprintOf }),
    step(0, 'instance_version_updated', there, { data: firstVersion }),
  ];
  if (active) {
    const joined = players.map((name) =>
      step(0, 'instance_player_joined', running, { data: () => player(name) }),
    );
    return [
      ...installed,
      step(0, 'instance_started', running),
      ...(ready === true ? [step(0, 'instance_ready', running)] : []),
      ...joined,
    ];
  }
  if (opening === 'failed')
    return [
      ...installed,
      step(0, 'instance_failed', halted, { data: () => ({ ExitCode: '1', Restarts: '5' }) }),
    ];
  return installed;
}

/** The first minute shows everything once. */
export const firstRound: readonly PlacedScene[] = [
  { at: 0.2, scene: update(demoInstances.factorio) },
  { at: 2, scene: visit(demoInstances.survival, 'Notch', 14) },
  { at: 3, scene: install(demoInstances.zomboid) },
  { at: 6, scene: start(demoInstances.terraria) },
  { at: 12, scene: becomeReady(demoInstances.valheim) },
  { at: 17, scene: { instance: demoInstances.survival, steps: [leave(0, 'Steve')] } },
  { at: 24, scene: visit(demoInstances.creative, 'Jeb', 20) },
  { at: 27, scene: crash(demoInstances.creative) },
  { at: 30, scene: start(demoInstances.zomboid) },
  { at: 38, scene: backup(demoInstances.palworld) },
  { at: 42, scene: stop(demoInstances.zomboid) },
  { at: 45, scene: uninstall(demoInstances.zomboid) },
  { at: 53, scene: stop(demoInstances.terraria) },
  { at: 55, scene: { instance: demoInstances.survival, steps: [join(0, 'Steve')] } },
];

const visitors = ['Notch', 'Jeb', 'Dinnerbone', 'Grumm'];

/** The rounds after the first: the same things in another order and with more air between them. */
export function laterRound(random: () => number): readonly PlacedScene[] {
  const guest = demoInstances.zomboid;
  const visitor = visitors[Math.floor(random() * visitors.length)] ?? 'Notch';
  const acts: readonly (readonly Scene[])[] = [
    [
      start(demoInstances.terraria),
      { instance: demoInstances.terraria, steps: stop(demoInstances.terraria).steps },
    ],
    [install(guest), start(guest), stop(guest), uninstall(guest)],
    [{ instance: demoInstances.factorio, steps: [updateAvailable(0)] }, update(demoInstances.factorio)],
    [crash(demoInstances.creative)],
    [visit(demoInstances.survival, visitor, 25)],
    [backup(demoInstances.palworld)],
    [restart(demoInstances.survival)],
    [visit(demoInstances.creative, visitor, 15)],
  ];
  const placed: PlacedScene[] = [];
  let at = 0;
  for (const scenes of shuffled(acts, random)) {
    let begin = (at += 4 + 6 * random());
    for (const scene of scenes) {
      placed.push({ at: begin, scene });
      begin += lengthOf(scene) + 4 + 4 * random();
    }
  }
  return placed;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const rest = [...items];
  const result: T[] = [];
  while (rest.length > 0) result.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return result;
}
