import * as z from 'zod/mini';
import type { AnySystem } from '../../core/systems/system.ts';
import { defaults, taskProgressModes, taskTimeoutRange } from './defaults.ts';

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
  };
}
