import * as z from 'zod/mini';
import { issuesBy } from '../schemaIssues.ts';

/** The `Data` of an event, before anything is known of its fields. */
export type KgsmData = Readonly<Record<string, unknown>>;

const required = z.string();
/** KGSM 3 writes `null` for what is absent, KGSM 2 leaves it out. */
const optional = z.optional(z.nullable(z.string()));
const count = z.number();
const ports = z.array(z.looseObject({ start: z.number(), end: z.number(), protocol: z.string() }));
const flag = z.optional(z.nullable(z.boolean()));

const messageTypes: readonly (readonly [types: string, fields: Readonly<Record<string, z.ZodMiniType>>])[] = [
  [
    'instance_created instance_installation_started instance_installation_finished instance_installed',
    { Blueprint: optional },
  ],
  [
    'instance_directories_created instance_files_created instance_download_started instance_download_finished instance_downloaded ' +
      'instance_deploy_started instance_deploy_finished instance_deployed instance_download_failed instance_deploy_failed ' +
      'instance_ready instance_restarted instance_stop_started instance_stop_finished instance_restart_started ' +
      'instance_restart_stopped instance_restart_finished instance_update_started instance_update_finished instance_updated ' +
      'instance_update_failed instance_backup_started instance_backup_finished instance_restore_started instance_restore_finished ' +
      'instance_uninstall_started instance_files_removed instance_directories_removed instance_removed ' +
      'instance_uninstall_finished instance_uninstalled instance_uninstall_failed',
    {},
  ],
  ['instance_started instance_stopped', { LifecycleManager: optional, Blueprint: optional }],
  ['instance_crashed instance_failed', { ExitCode: optional, Restarts: optional }],
  ['instance_update_available', { CurrentVersion: optional, LatestVersion: optional }],
  ['instance_version_updated', { OldVersion: optional, NewVersion: required }],
  ['instance_backup_created instance_backup_restored', { Source: optional, Version: optional }],
  ['instance_backup_deleted', { Source: required }],
  ['instance_backups_pruned', { Deleted: count, Kept: count }],
  [
    'instance_player_joined instance_player_left',
    {
      PlayerId: optional,
      PlayerName: optional,
      PlayerAddr: optional,
      SessionKey: optional,
      Reason: optional,
    },
  ],
  [
    'instance_player_kicked instance_player_banned instance_player_unbanned',
    { Target: required, Command: optional },
  ],
  ['instance_config_changed', { Key: required }],
  ['instance_input_sent', { Command: required }],
  [
    'instance_ports_opened instance_ports_closed instance_upnp_opened instance_upnp_closed instance_upnp_reasserted',
    { Ports: ports },
  ],
  [
    'blueprint_created blueprint_updated',
    { BlueprintName: required, Tier: optional, OverridesSystem: flag, Runtime: optional },
  ],
  ['blueprint_removed', { BlueprintName: required, Tier: optional, RevertedToSystem: flag }],
  ['socket_test webhook_test', { InstanceName: optional, Message: optional }],
];

type IssueFinder = ReturnType<typeof issuesBy>;

const issueFinders = new Map<string, IssueFinder>();
const fieldsOf = new Map(
  messageTypes.flatMap(([types, fields]) => types.split(' ').map((type) => [type, fields] as const)),
);

/** Names of the types that have a schema. */
export const dataSchemas: ReadonlySet<string> = new Set(fieldsOf.keys());

/** Finds the issues in the payload of a type. Made on first use: most sessions meet a handful of the sixty. */
export function dataIssues(type: string): IssueFinder | undefined {
  const known = issueFinders.get(type);
  if (known) return known;
  const fields = fieldsOf.get(type);
  if (!fields) return undefined;
  const finder = issuesBy(z.looseObject(fields));
  issueFinders.set(type, finder);
  return finder;
}

/** Fields of the payload of a type; undefined for an unknown one. */
export function dataFields(type: string): Readonly<Record<string, z.ZodMiniType>> | undefined {
  return fieldsOf.get(type);
}

/** Finds the issues in the envelope of all generations round the payload; its other fields differ and are optional. */
export const envelopeIssues = issuesBy(
  z.looseObject({
    EventType: z.string().check(z.minLength(1)),
    Data: z.record(z.string(), z.unknown()),
    Timestamp: z.optional(z.nullable(z.string())),
    Hostname: z.optional(z.nullable(z.string())),
    Actor: z.optional(z.nullable(z.string())),
    Origin: z.optional(z.nullable(z.string())),
    V: z.optional(z.nullable(z.number())),
  }),
);
