import { bedrockCommand } from './bedrock/command.ts';
import type { SimulatorCommand } from './command.ts';
import { fleetCommand } from './fleet.ts';
import { serveCommand } from './virtual/serveCommand.ts';
import { kgsmCommand, playCommand, watcherCommand } from './kgsm/commands.ts';
import { notifierCommand } from './notifier/command.ts';
import { trueNasCommand } from './truenas/command.ts';

/** Commands of the simulator by their names. */
export const simulatorCommands: Readonly<Record<string, SimulatorCommand>> = {
  fleet: fleetCommand,
  serve: serveCommand,
  play: playCommand,
  notifier: notifierCommand,
  bedrock: bedrockCommand,
  truenas: trueNasCommand,
  kgsm: kgsmCommand,
  'kgsm-watcher': watcherCommand,
};
