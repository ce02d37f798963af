import * as z from 'zod/mini';
import { bedrockSettingsSchema } from '../../core/systems/bedrock/settings.ts';
import { kgsmSettingsSchema } from '../../core/systems/kgsm/settings.ts';
import { trueNasSettingsSchema } from '../../core/systems/truenas/settings.ts';
import { notifierSettingsSchema } from '../../core/systems/notifier/settings.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Descriptions of connection fields for people; the shape itself comes from each system's own schema. */
const fieldTexts: Readonly<Record<string, string>> = {
  kind: 'The system that the connection speaks to.',
  id: 'Stays the same when the name changes: lower-case letters, digits and dashes.',
  name: 'How the connection is shown.',
  root: "KGSM's folder, the one with kgsm.sh. Without it, events are received but nothing can be started or stopped.",
  events:
    'How events arrive. "auto" looks which version of KGSM is in the root: up to 3.6 it has a socket, later a journal. "webhook" listens for what KGSM 2.2 and later posts.',
  journalDir:
    "Folder of KGSM's journal, an absolute path. By default the one that KGSM names (its event_journal_dir), else /var/lib/kgsm/events.",
  backfillHours:
    'How many hours the first look into a journal goes back; 0 shows only what comes from now on.',
  socket: "Name of the socket file below the root (KGSM's event_socket_filename), or an absolute path.",
  maxMessageBytes: 'Longest event in bytes; what is longer is cut off, and said to be.',
  webhook: 'Where events are listened for that KGSM posts. Its secret is asked for and stands in no setting.',
  'webhook.host': 'Address to listen on. 127.0.0.1 is reached from this machine only.',
  'webhook.port': 'Port to listen on.',
  'webhook.path': 'Path that events are posted to; any path where it is left out.',
  url: 'Web address of the server, with the path of a reverse proxy where there is one.',
  username: 'Who signs in. The password is asked for and stands in no setting.',
  subscriptions: 'Topics or events that are subscribed from the beginning; "*" is all.',
  protocol: 'How TrueNAS is spoken to. "auto" tries JSON-RPC (25.04 and later), else the older protocol.',
  apps: 'Which apps are game servers: names, with * for any part of one, or tag: with a category, keyword or train of the catalog, such as tag:games.',
  host: 'Name or address of the server.',
  port: 'Port of the server.',
  serverName: "The name in the server's certificate, where it is not the host.",
  ca: 'PEM file that the certificate of the server is checked against, an absolute path; the certificates of the system without it.',
  cert: 'PEM file with the certificate of this client, an absolute path.',
  key: 'PEM file with the key of this client, an absolute path. Its passphrase is asked for and stands in no setting.',
  rejectUnauthorized:
    'Refuse a server whose certificate cannot be checked. Without it anybody in between can read and change what is sent.',
  legacyServer:
    'The server is of the revision that ends with all its connections at every message that it does not know; such messages are then not sent.',
  socketMode: 'Permissions of the socket file. KGSM under another user needs "0660" (same group) or "0666".',
};

const kinds = [
  {
    schema: kgsmSettingsSchema,
    label: 'KGSM',
    required: ['kind'],
    snippet: { kind: 'kgsm', id: 'home', name: 'Home', root: '/opt/kgsm' },
  },
  {
    schema: bedrockSettingsSchema,
    label: 'Bedrock Server Manager',
    required: ['kind'],
    snippet: {
      kind: 'bedrock',
      id: 'mc',
      name: 'Minecraft',
      url: 'http://127.0.0.1:11325',
      username: 'admin',
    },
  },
  {
    schema: trueNasSettingsSchema,
    label: 'TrueNAS',
    required: ['kind', 'url'],
    snippet: { kind: 'truenas', id: 'nas', name: 'NAS', url: 'wss://nas.local', username: 'root' },
  },
  {
    schema: notifierSettingsSchema,
    label: 'TLS notification server',
    required: ['kind'],
    snippet: {
      kind: 'notifier',
      id: 'bell',
      name: 'Bell',
      host: '127.0.0.1',
      port: 3000,
      ca: '/etc/bell/ca.crt',
      cert: '/etc/bell/client.crt',
      key: '/etc/bell/client.key',
    },
  },
] as const;

/** The JSON schema of one connection kind, as VS Code's settings editor wants it. */
function schemaOf(kind: (typeof kinds)[number]): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(kind.schema, { target: 'draft-7', io: 'input' }) as Record<
    string,
    unknown
  >;
  const properties = described(schema['properties'] as Record<string, JsonSchema>, '');
  return { ...schema, title: kind.label, required: kind.required, properties, additionalProperties: true };
}

/** Every field has its description, also those inside another. */
function described(
  properties: Readonly<Record<string, JsonSchema>>,
  place: string,
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const description = fieldTexts[place + name];
      if (description === undefined)
        throw new Error(`the connection field ${place}${name} has no description`);
      const inner = property['properties'] as Record<string, JsonSchema> | undefined;
      return [
        name,
        { ...property, description, ...(inner ? { properties: described(inner, `${place}${name}.`) } : {}) },
      ];
    }),
  );
}

export const settings: Readonly<Record<string, JsonSchema>> = {
  'gameServerOps.connections': {
    type: 'array',
    scope: 'machine',
    default: [],
    order: 1,
    markdownDescription:
      'The game server managers to connect to. Use the command **Game Servers: Add Connection…** for a guided start. Secrets never stand here.',
    items: {
      oneOf: kinds.map(schemaOf),
      defaultSnippets: kinds.map((kind) => ({ label: kind.label, body: kind.snippet })),
    },
  },
  'gameServerOps.connectOnStartup': {
    type: 'boolean',
    scope: 'machine',
    default: true,
    order: 2,
    description: 'Connect when VS Code starts.',
  },
  'gameServerOps.taskProgress': {
    type: 'string',
    scope: 'window',
    enum: ['mine', 'all', 'never'],
    enumDescriptions: [
      'What was started in this window shows as a notification, everything else in the status bar.',
      'Every task shows as a notification.',
      'Tasks show in the status bar only.',
    ],
    default: 'mine',
    order: 3,
    description: 'Where the progress of installations, updates and other tasks is shown.',
  },
  'gameServerOps.taskTimeout': {
    type: 'number',
    scope: 'machine',
    minimum: 1,
    maximum: 1440,
    default: 60,
    order: 4,
    description: 'Minutes without news after which a task whose end was not reported counts as lost.',
  },
};
