import type { RetentionClass, Severity } from '../../model/event.ts';
import { text, type Text } from '../../model/text.ts';
import type { CatalogEntry } from '../emit.ts';
import eventTypes from './eventTypes.json' with { type: 'json' };
import { eventTexts, retiredEventTexts, type EventText } from './eventTexts.ts';
import { crashTopic } from './messages.ts';
import { globalStems, retiredStems, stemNames, type RetiredStem, type Stem } from './stems.ts';

export interface BedrockEntry extends CatalogEntry {
  /** Messages of clients alone can be emitted. */
  readonly sentBy: 'server' | 'client';
  readonly stem?: Stem | RetiredStem;
  readonly texts?: EventText;
  readonly phase?: 'before' | 'after';
  /** The data names the server that the event is about. */
  readonly scoped?: boolean;
}

interface Level {
  readonly severity: Severity;
  readonly retention: RetentionClass;
}

function eventPair(
  stem: Stem | RetiredStem,
  texts: EventText,
  scoped: boolean,
  data: unknown,
  result: unknown,
): BedrockEntry[] {
  return (['before', 'after'] as const).map((phase) => {
    const type = `event:${phase}_${stem}`;
    return {
      type,
      category: texts.category,
      severity: phase === 'before' || texts.quiet ? 'debug' : 'info',
      retention: 'lifecycle',
      description:
        phase === 'before'
          ? text('{0} Sent before it is done.', texts.description)
          : text('{0} Sent when it was done or has failed: "result" tells which.', texts.description),
      sentBy: 'server',
      stem,
      texts,
      phase,
      scoped,
      get example() {
        const all = phase === 'after' && result !== undefined ? { ...(data as object), result } : data;
        return { type: 'event', topic: type, data: all };
      },
    };
  });
}

function single(
  type:
    'derived' | 'resource_update' | 'log_update' | 'task_update' | 'subscribe' | 'unsubscribe' | 'request',
  category: string,
  sentBy: BedrockEntry['sentBy'],
  level: Level,
  description: Text,
): BedrockEntry {
  return {
    type,
    category,
    sentBy,
    ...level,
    description,
    get example() {
      return eventTypes[type];
    },
  };
}

const control: Level = { severity: 'debug', retention: 'control' };

/** Every message of every release: 64 events and 6 that only documents and old releases know. */
export const bedrockEntries: readonly BedrockEntry[] = [
  ...stemNames.flatMap((stem) => {
    const { data, result } = eventTypes.stems[stem];
    return eventPair(stem, eventTexts[stem], !globalStems.includes(stem), data, result);
  }),
  ...retiredStems.flatMap((stem) =>
    eventPair(
      stem,
      retiredEventTexts[stem],
      stem === 'autostart_change',
      eventTypes.retired[stem],
      undefined,
    ),
  ),
  {
    ...single(
      'derived',
      'Lifecycle',
      'server',
      { severity: 'error', retention: 'lifecycle' },
      text(
        'A server ended by itself. Releases before 3.10 do not say so; its process, which is another one or none, does.',
      ),
    ),
    type: crashTopic,
  },
  single(
    'resource_update',
    'Measurements',
    'server',
    { severity: 'debug', retention: 'metric' },
    text(
      'Processor, memory and uptime of one server, every 2 seconds while its topic is subscribed by name.',
    ),
  ),
  single(
    'log_update',
    'Logs',
    'server',
    { severity: 'debug', retention: 'log' },
    text(
      'New text of the log of a server, or of the manager itself. A chunk may begin and end inside a line.',
    ),
  ),
  single(
    'task_update',
    'Tasks',
    'server',
    { severity: 'info', retention: 'task' },
    text(
      'A task of this user began or ended. It comes without a subscription; "success" only means that nothing was raised.',
    ),
  ),
  single('subscribe', 'Subscriptions', 'client', control, text('Asks for the messages of a topic.')),
  single('unsubscribe', 'Subscriptions', 'client', control, text('Asks for no more messages of a topic.')),
  {
    ...single(
      'request',
      'Calls',
      'client',
      control,
      text('Reads something through the web API; its answer comes beside it.'),
    ),
    type: 'GET /api/servers',
  },
];

const byType = new Map(bedrockEntries.map((entry) => [entry.type, entry]));

export function catalogEntry(type: string): BedrockEntry | undefined {
  return byType.get(type);
}
