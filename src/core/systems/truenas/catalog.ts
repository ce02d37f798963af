import type { RetentionClass, Severity } from '../../model/event.ts';
import { text, type Text } from '../../model/text.ts';
import type { CatalogEntry } from '../emit.ts';
import eventTypes from './eventTypes.json' with { type: 'json' };

export interface TrueNasEntry extends CatalogEntry {
  /** Messages of clients alone can be emitted. */
  readonly sentBy: 'server' | 'client';
  /** `*` subscribes to it as well. Sources, which measure or follow something while they are asked for, are not. */
  readonly wildcard?: boolean;
  /** The event takes an argument behind a colon. */
  readonly argument?: boolean;
}

type Name = keyof typeof eventTypes;
type Level = readonly [RetentionClass, Severity];

const life: Level = ['lifecycle', 'info'];
const measured: Level = ['metric', 'debug'];
const control: Level = ['control', 'debug'];

function entry(
  type: Name,
  category: string,
  [retention, severity]: Level,
  description: Text,
  more: Pick<TrueNasEntry, 'sentBy' | 'wildcard' | 'argument'>,
): TrueNasEntry {
  return {
    type,
    category,
    retention,
    severity,
    description,
    ...more,
    get example() {
      return eventTypes[type];
    },
  };
}

function plain(type: Name, category: string, level: Level, description: Text): TrueNasEntry {
  return entry(type, category, level, description, { sentBy: 'server', wildcard: true });
}

function source(type: Name, category: string, level: Level, description: Text): TrueNasEntry {
  return entry(type, category, level, description, { sentBy: 'server', wildcard: false, argument: true });
}

function said(type: Name, sentBy: 'server' | 'client', description: Text): TrueNasEntry {
  return entry(type, 'Protocol', control, description, { sentBy });
}

/** Events of the NAS and messages of clients. A call and its answer have the name of the method as their type. */
export const trueNasEntries: readonly TrueNasEntry[] = [
  plain(
    'core.get_jobs',
    'Jobs',
    ['task', 'info'],
    text('A job was made, goes on or ended. Every event holds the whole job; its last one may come twice.'),
  ),
  plain(
    'app.query',
    'Instances',
    life,
    text('An app changes (24.10 and later). "changed" holds the whole entry.'),
  ),
  plain(
    'chart.release.query',
    'Instances',
    life,
    text('A chart release changes (SCALE 22.02 to 24.04). The entry may be a part of itself.'),
  ),
  plain(
    'vm.query',
    'Instances',
    life,
    text('A virtual machine changes. Up to 25.10 the state may be the raw word of the hypervisor.'),
  ),
  plain(
    'virt.instance.query',
    'Instances',
    life,
    text('An instance of Incus changes (25.04 to 25.10). "changed" holds the status only.'),
  ),
  plain('container.query', 'Instances', life, text('A container changes (26 and later).')),
  plain('alert.list', 'Host', life, text('An alert begins, changes or is over.')),
  plain('system.reboot', 'Host', life, text('The NAS is about to restart.')),
  plain('system.shutdown', 'Host', life, text('The NAS is about to shut down.')),
  plain('pool.query', 'Host', life, text('A pool changes.')),
  plain('service.query', 'Host', life, text('A service of the NAS is started or stopped.')),
  source(
    'reporting.realtime',
    'Measurements',
    measured,
    text('Processor, memory, network and pools of the NAS. Argument: the seconds between two, from 2 on.'),
  ),
  source(
    'app.stats',
    'Measurements',
    measured,
    text('Processor and memory of all running apps (24.10 and later). It ends when Docker stops.'),
  ),
  source(
    'chart.release.statistics',
    'Measurements',
    measured,
    text('Processor and memory of the chart releases (24.04).'),
  ),
  source(
    'virt.instance.metrics',
    'Measurements',
    measured,
    text('Processor and memory of one instance of Incus. Argument: its name.'),
  ),
  source(
    'app.container_log_follow',
    'Logs',
    ['log', 'debug'],
    text('New lines of the log of one container. Argument: app, container and how many lines to begin with.'),
  ),
  said('connected', 'server', text('The greeting of DDP was accepted.')),
  said(
    'failed',
    'server',
    text('The version of DDP was refused, or something was said before the greeting.'),
  ),
  said(
    'ready',
    'server',
    text('A subscription of DDP stands. Unknown events are accepted too, and never come.'),
  ),
  said(
    'nosub',
    'server',
    text(
      'A subscription ended: given up, refused, or its source failed. JSON-RPC says "notify_unsubscribed".',
    ),
  ),
  said('pong', 'server', text('The answer to "ping" (up to 24.10; later releases do not answer).')),
  said('sub', 'client', text('DDP: subscribes to an event. The id must be a text.')),
  said('unsub', 'client', text('DDP: gives a subscription up. Only sources answer, with "nosub".')),
  said('ping', 'client', text('DDP: asks for a sign of life. 25.04 and later do not answer.')),
  said('method', 'client', text('DDP: calls a method. The answer has the same id.')),
  said('call', 'client', text('JSON-RPC: calls a method. The answer has the same id.')),
];

const byType = new Map(trueNasEntries.map((each) => [each.type, each]));

export function catalogEntry(type: string): TrueNasEntry | undefined {
  return byType.get(type);
}

/** Whether it is an event source: measured or followed only while it is subscribed, and never part of `*`. */
export function isSource(name: string): boolean {
  return catalogEntry(name)?.argument === true;
}
