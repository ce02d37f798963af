import * as z from 'zod/mini';
import {
  defaultDays,
  defaultMaxSize,
  maxSizeRange,
  retentionRange,
} from '../../core/journal/historySettings.ts';
import { alertKinds, type AlertKind } from '../../core/alerts/alert.ts';
import { ruleCountRange, ruleMinutesRange } from '../../core/alerts/rules.ts';
import { limits } from '../../core/journal/query/reader.ts';
import type { RetentionClass } from '../../core/model/event.ts';
import type { AnySystem } from '../../core/systems/system.ts';
import {
  defaults,
  recordingDurationRange,
  recordingSizeRange,
  taskProgressModes,
  taskTimeoutRange,
} from './defaults.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON schema of one kind of connection, as VS Code's settings editor wants it, and the entry that it offers. */
async function kindOf(
  system: AnySystem,
): Promise<{ readonly schema: JsonSchema; readonly snippet: unknown }> {
  const { schema, snippet, fields } = await system.contributes();
  const { $schema, ...shape } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  const properties = described((shape.properties ?? {}) as Record<string, JsonSchema>, fields, '');
  return {
    schema: { ...shape, title: system.label, properties, additionalProperties: true },
    snippet: { label: system.label, body: snippet },
  };
}

/** Every field has its description, also those inside another. */
function described(
  properties: Readonly<Record<string, JsonSchema>>,
  texts: Readonly<Record<string, string>>,
  place: string,
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const description = texts[place + name];
      if (description === undefined)
        throw new Error(`the connection field ${place}${name} has no description`);
      const inner = property['properties'] as Record<string, JsonSchema> | undefined;
      return [
        name,
        {
          ...property,
          description,
          ...(inner ? { properties: described(inner, texts, `${place}${name}.`) } : {}),
        },
      ];
    }),
  );
}

/** Meaning of each class of events, in the order of the settings editor. */
const classDescriptions: Readonly<Record<RetentionClass, string>> = {
  lifecycle: 'Days for events about servers: started, stopped, crashed, updated, players.',
  task: 'Days for events about tasks: installations, backups, updates.',
  control: 'Days for what Game Server Ops did itself: connections, requests and their answers.',
  log: 'Days for lines of server logs.',
  metric:
    'Days for measurements. Their values stay for charts: by the minute for 30 days, by the hour for a year.',
};

const historySettings: Readonly<Record<string, JsonSchema>> = {
  'gameServerOps.history.retention': {
    type: 'object',
    scope: 'machine',
    properties: Object.fromEntries(
      Object.entries(classDescriptions).map(([cls, description]) => [
        cls,
        {
          type: 'number',
          ...retentionRange,
          default: defaultDays[cls as RetentionClass],
          description,
        },
      ]),
    ),
    additionalProperties: false,
    default: defaultDays,
    order: 5,
    markdownDescription:
      'Days for which events are kept, by their class. A change holds from the next look at the history on, at most ten minutes later. See the command **Game Servers: History…**.',
  },
  'gameServerOps.history.maxSize': {
    type: 'number',
    scope: 'machine',
    ...maxSizeRange,
    default: defaultMaxSize,
    order: 6,
    description:
      'Gigabytes that the history may take in all. Over it, the oldest logs go first, then measurements, control, task and lifecycle events.',
  },
  'gameServerOps.history.folder': {
    type: 'string',
    scope: 'machine',
    default: '',
    order: 7,
    markdownDescription:
      'Folder for the history (an absolute path on a local disk). Empty: the storage of the extension. What was kept elsewhere before stays there. Needs a reload of the window.',
  },
  'gameServerOps.history.off': {
    type: 'array',
    scope: 'machine',
    items: { type: 'string' },
    uniqueItems: true,
    default: [],
    order: 8,
    markdownDescription:
      'Ids of connections whose events are not written. Instances, tasks, charts and log go on for them; the event inspector shows none of their events.',
  },
};

const alertDescriptions: Readonly<Record<AlertKind, string>> = {
  crash: 'A server crashed.',
  failedStart: 'A server failed, such as while it started.',
  connectionLost: 'A connection is away for more than a minute.',
  failedTask: 'A task failed.',
  serverAlert: 'The system raised an alert of its own, as TrueNAS does.',
  rule: 'More events match a query than a rule allows.',
  updateAvailable: 'A newer version of a server is available.',
};

const alertSettings: Readonly<Record<string, JsonSchema>> = {
  'gameServerOps.alerts.kinds': {
    type: 'array',
    scope: 'machine',
    items: {
      type: 'string',
      enum: alertKinds,
      enumDescriptions: alertKinds.map((kind) => alertDescriptions[kind]),
    },
    uniqueItems: true,
    default: defaults.alertKinds,
    order: 13,
    markdownDescription:
      'What you are alerted of: by a message in the window that has the focus, a number at the view, and in the status bar. **Mute Alerts…** makes a server silent for a time.',
  },
  'gameServerOps.alerts.rules': {
    type: 'array',
    scope: 'machine',
    items: {
      type: 'object',
      required: ['name', 'query'],
      properties: {
        name: {
          type: 'string',
          minLength: 1,
          maxLength: 100,
          description: 'Name of the rule; its alerts begin with it.',
        },
        query: {
          type: 'string',
          minLength: 1,
          maxLength: limits.length,
          description: 'A query, as in the event inspector.',
        },
        moreThan: {
          type: 'number',
          minimum: 0,
          maximum: ruleCountRange.maximum,
          default: 0,
          description: 'So many events are still no alert.',
        },
        minutes: {
          type: 'number',
          ...ruleMinutesRange,
          default: 10,
          description: 'Minutes in which they are counted.',
        },
      },
      additionalProperties: false,
      defaultSnippets: [
        {
          label: 'Rule',
          body: { name: '${1:Failures}', query: '${2:is:failed}', moreThan: 3, minutes: 10 },
        },
      ],
    },
    default: [],
    order: 14,
    markdownDescription:
      'Alerts when more events than so many match a query within so many minutes, e.g. `{ "name": "Production fails", "query": "type:instance_failed instance:prod-*", "moreThan": 3, "minutes": 10 }`.',
  },
  'gameServerOps.alerts.command': {
    type: 'string',
    scope: 'machine',
    default: '',
    order: 15,
    markdownDescription:
      'Id of a VS Code command that every alert runs, once in all windows. It gets an object with `kind`, `title`, `detail`, `connection`, `server`, `host` and `time`. Empty: none.',
  },
  'gameServerOps.alerts.webhook': {
    type: 'object',
    scope: 'machine',
    properties: {
      url: { type: 'string', description: 'Address; https, unless it is on this machine. Empty: none.' },
      body: {
        type: 'string',
        maxLength: 20_000,
        markdownDescription:
          'JSON that is sent, e.g. `{"content": "${title} at ${time}"}`. Places: `${kind}`, `${title}`, `${detail}`, `${connection}`, `${server}`, `${host}`, `${time}`, each inside a string. Without it, all of them as an object.',
      },
      header: {
        type: 'string',
        default: 'Authorization',
        markdownDescription:
          'Header whose value is the secret that **Set Secret of the Webhook for Alerts…** keeps.',
      },
    },
    additionalProperties: false,
    default: {},
    order: 16,
    markdownDescription:
      'Address that every alert is sent to as JSON by POST, once in all windows. **Send a Test Alert** tries it.',
  },
};

export async function settingsOf(
  systems: readonly AnySystem[],
): Promise<Readonly<Record<string, JsonSchema>>> {
  const kinds = await Promise.all(systems.map(kindOf));
  return {
    'gameServerOps.connections': {
      type: 'array',
      scope: 'machine',
      default: [],
      order: 1,
      markdownDescription:
        'The game server managers to connect to. Use the command **Game Servers: Add Connection…** for a guided start. Secrets never stand here.',
      items: {
        oneOf: kinds.map(({ schema }) => schema),
        defaultSnippets: kinds.map(({ snippet }) => snippet),
      },
    },
    'gameServerOps.connectOnStartup': {
      type: 'boolean',
      scope: 'machine',
      default: defaults.connectOnStartup,
      order: 2,
      description: 'Connect when VS Code starts.',
    },
    'gameServerOps.taskProgress': {
      type: 'string',
      scope: 'window',
      enum: taskProgressModes,
      enumDescriptions: [
        'What was started in this window shows as a notification, everything else in the status bar.',
        'Every task shows as a notification.',
        'Tasks show in the status bar only.',
      ],
      default: defaults.taskProgress,
      order: 3,
      description: 'Where the progress of installations, updates and other tasks is shown.',
    },
    'gameServerOps.taskTimeout': {
      type: 'number',
      scope: 'machine',
      ...taskTimeoutRange,
      default: defaults.taskTimeout,
      order: 4,
      description: 'Minutes without news after which a task whose end was not reported counts as lost.',
    },
    ...historySettings,
    ...alertSettings,
    'gameServerOps.recording.maxSize': {
      type: 'number',
      scope: 'machine',
      ...recordingSizeRange,
      default: defaults.recordingMaxSize,
      order: 10,
      description:
        'Megabytes after which a recording ends by itself. What it takes from the past does not count. Holds for recordings that begin after the change.',
    },
    'gameServerOps.recording.maxDuration': {
      type: 'number',
      scope: 'machine',
      ...recordingDurationRange,
      default: defaults.recordingMaxDuration,
      order: 11,
      description:
        'Hours after which a recording ends by itself. Holds for recordings that begin after the change.',
    },
    'gameServerOps.agents.operations': {
      type: 'boolean',
      scope: 'machine',
      default: false,
      order: 12,
      description:
        'Lets agents (language models with tools) ask to start, stop, restart and otherwise operate game servers, and to send made-up events to those who listen. Each time a dialog names the server, its host and the effect, and nothing is done without your yes. What destroys data is never done.',
    },
    'gameServerOps.savedQueries': {
      type: 'object',
      scope: 'window',
      additionalProperties: { type: 'string', maxLength: limits.length },
      default: {},
      order: 9,
      markdownDescription:
        'Queries of the event inspector by their names, e.g. `"Crashes": "is:failed -is:noise"`. Those of user and workspace settings stand beside each other under its query.',
    },
    // Tags name nothing to reach: a repository may bring them, so that everybody who opens it has the same ones.
    'gameServerOps.tags': {
      type: 'object',
      scope: 'window',
      additionalProperties: {
        type: 'object',
        additionalProperties: { type: 'array', items: { type: 'string' } },
      },
      default: {},
      order: 12,
      markdownDescription:
        'Tags of servers, by the id of their connection and their key there, e.g. `"home": { "mc-1": ["production", "eu"] }`. The tree groups servers by their first tag, and its filter finds all of them. **Set Tags…** in the menu of a server writes them here; those of user and workspace settings stand together.',
    },
    'gameServerOps.emit.templates': {
      type: 'object',
      scope: 'window',
      additionalProperties: {
        type: 'object',
        required: ['message'],
        properties: {
          system: { type: 'string', description: 'System of the message, e.g. kgsm.' },
          type: { type: 'string', description: 'Type of the message in the emit form.' },
          message: { type: ['object', 'string'], description: 'The message, or its exact text.' },
        },
        additionalProperties: false,
      },
      default: {},
      order: 10,
      markdownDescription:
        'Messages that the emit form of the event inspector offers by their names, e.g. `"Crash": { "system": "kgsm", "type": "instance_crashed", "message": { … } }`. **Save as Template…** there writes them here.',
    },
  };
}
