import { text } from '../../model/text.ts';
import type { FieldTexts } from '../fieldTexts.ts';

const envelope: FieldTexts = {
  V: text('Version of the form of the event, since KGSM 3.13.'),
  Id: text('Id of the event, a UUID that begins with its time.'),
  EventType: text('Type of the event.'),
  Data: text('What the event says.'),
  Timestamp: text("KGSM's time, UTC. Without milliseconds up to KGSM 3.12: it does not order events."),
  Hostname: text('Machine on which KGSM runs.'),
  KGSMVersion: text('Version of KGSM; "unknown" up to the middle of 2026, because KGSM does not pass it on.'),
  ProducerVersion: text('Version of KGSM, since 3.13.'),
  Actor: text('Who asked for it, such as "discord:bob".'),
  Origin: text('Where it was asked for, such as a bot or the command line.'),
  OpId: text('Id of the operation that the event belongs to.'),
  RunId: text('Id of the run of the server that the event belongs to.'),
  During: text('Operation that goes on while it happens.'),
};

const data: FieldTexts = {
  InstanceName: text('Name of the instance.'),
  InstanceId: text('Name of the instance, as KGSM 1 calls it.'),
  Instance: text('Name of the instance, as the first documents call it.'),
  Blueprint: text('Blueprint that the instance is made from: its game.'),
  LifecycleManager: text('What keeps the server running: "standalone" (KGSM itself) or "systemd".'),
  OldVersion: text('Version before; "0" for an installation.'),
  NewVersion: text('Version that is installed now.'),
  CurrentVersion: text('Version that is installed.'),
  LatestVersion: text('Version that could be installed.'),
  Source: text('Name of the backup; KGSM 1 writes its whole path.'),
  Version: text('Version of the server in the backup.'),
  ExitCode: text('Exit code of the server process; above 128 it was ended by the signal that is 128 less.'),
  Restarts: text('How often KGSM has started it again after a crash.'),
  Ports: text('Ports that players come through.'),
  'Ports.*.start': text('First port of the range.'),
  'Ports.*.end': text('Last port of the range.'),
  'Ports.*.protocol': text('"tcp" or "udp".'),
  PlayerId: text("The game's id of the player; null where the game writes none."),
  PlayerName: text('Name of the player.'),
  PlayerAddr: text('Network address of the player: personal data.'),
  SessionKey: text('Links the coming and the going of a player.'),
  Reason: text('Why the player left.'),
  Target: text('Player that the command was about.'),
  Command: text('Text that was typed into the console of the server.'),
  Key: text('Name of the setting; its value is not told.'),
  Deleted: text('Backups that were deleted.'),
  Kept: text('Backups that are left.'),
  BlueprintName: text('Name of the blueprint.'),
  Tier: text('Where the blueprint lies: delivered with KGSM, or made by the user.'),
  OverridesSystem: text('Whether it stands in for a blueprint of KGSM with the same name.'),
  RevertedToSystem: text("Whether KGSM's own blueprint with the same name counts again."),
  Runtime: text('What servers of the blueprint run in: the machine itself or a container.'),
  Message: text('Text of the test.'),
};

/** How runs of KGSM's program are journalled. */
const command: FieldTexts = {
  cli: text("Arguments with which KGSM's program was called."),
  code: text('Its exit code; null where it was ended or did not start.'),
  output: text('What it printed.'),
  problem: text('Why it could not be run.'),
};

export const kgsmFieldTexts: FieldTexts = {
  ...envelope,
  ...command,
  ...Object.fromEntries(Object.entries(data).map(([path, words]) => [`Data.${path}`, words])),
};
