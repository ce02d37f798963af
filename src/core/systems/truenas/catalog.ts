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

type Sort = Pick<TrueNasEntry, 'sentBy' | 'wildcard' | 'argument'>;
const event: Sort = { sentBy: 'server', wildcard: true };
const source: Sort = { sentBy: 'server', wildcard: false, argument: true };
const fromServer: Sort = { sentBy: 'server' };
const fromClient: Sort = { sentBy: 'client' };

function entries(
  sort: Sort,
  category: string,
  [retention, severity]: Level,
  descriptions: Readonly<Partial<Record<Name, Text>>>,
): readonly TrueNasEntry[] {
  return Object.entries(descriptions).map(([type, description]) => ({
    type,
    category,
    retention,
    severity,
    description,
    ...sort,
    get example() {
      return eventTypes[type as Name];
    },
  }));
}

/** Events of the NAS and messages of clients. A call and its answer have the name of the method as their type. */
export const trueNasEntries: readonly TrueNasEntry[] = [
  ...entries(event, 'Jobs', ['task', 'info'], {
    'core.get_jobs': text(
      'A job was made, goes on or ended. Every event holds the whole job; its last one may come twice.',
    ),
  }),
  ...entries(event, 'Instances', life, {
    'app.query': text('An app changes (24.10 and later). "changed" holds the whole entry.'),
    'chart.release.query': text(
      'A chart release changes (SCALE 22.02 to 24.04). The entry may be a part of itself.',
    ),
    'vm.query': text(
      'A virtual machine changes. Up to 25.10 the state may be the raw word of the hypervisor.',
    ),
    'virt.instance.query': text(
      'An instance of Incus changes (25.04 to 25.10). "changed" holds the status only.',
    ),
    'container.query': text('A container changes (26 and later).'),
  }),
  ...entries(event, 'Host', life, {
    'alert.list': text('An alert begins, changes or is over.'),
    'system.reboot': text('The NAS is about to restart.'),
    'system.shutdown': text('The NAS is about to shut down.'),
    'pool.query': text('A pool changes.'),
    'service.query': text('A service of the NAS is started or stopped.'),
  }),
  ...entries(source, 'Measurements', measured, {
    'reporting.realtime': text(
      'Processor, memory, network and pools of the NAS. Argument: the seconds between two, from 2 on.',
    ),
    'app.stats': text(
      'Processor and memory of all running apps (24.10 and later). It ends when Docker stops.',
    ),
    'chart.release.statistics': text('Processor and memory of the chart releases (24.04).'),
    'virt.instance.metrics': text('Processor and memory of one instance of Incus. Argument: its name.'),
  }),
  ...entries(source, 'Logs', ['log', 'debug'], {
    'app.container_log_follow': text(
      'New lines of the log of one container. Argument: app, container and how many lines to begin with.',
    ),
  }),
  ...entries(fromServer, 'Protocol', control, {
    connected: text('The greeting of DDP was accepted.'),
    failed: text('The version of DDP was refused, or something was said before the greeting.'),
    ready: text('A subscription of DDP stands. Unknown events are accepted too, and never come.'),
    nosub: text(
      'A subscription ended: given up, refused, or its source failed. JSON-RPC says "notify_unsubscribed".',
    ),
    pong: text('The answer to "ping" (up to 24.10; later releases do not answer).'),
  }),
  ...entries(fromClient, 'Protocol', control, {
    sub: text('DDP: subscribes to an event. The id must be a text.'),
    unsub: text('DDP: gives a subscription up. Only sources answer, with "nosub".'),
    ping: text('DDP: asks for a sign of life. 25.04 and later do not answer.'),
    method: text('DDP: calls a method. The answer has the same id.'),
    call: text('JSON-RPC: calls a method. The answer has the same id.'),
  }),
];

const byType = new Map(trueNasEntries.map((each) => [each.type, each]));

export function catalogEntry(type: string): TrueNasEntry | undefined {
  return byType.get(type);
}

/** Whether it is an event source: measured or followed only while it is subscribed, and never part of `*`. */
export function isSource(name: string): boolean {
  return catalogEntry(name)?.argument === true;
}
