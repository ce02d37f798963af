import type { Instance } from '../../../model/instance.ts';
import { lifecycle } from '../../../model/lifecycle.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { elsewhere, type InstanceOperation, type Operation, type Reach } from '../../operation.ts';
import { connectionOperations } from './connectionOperations.ts';
import type { TrueNasSession } from '../session/trueNasSession.ts';
import { collectionOf } from '../kinds.ts';
import type { TrueNasSettings } from '../settings.ts';

type InstanceOp = InstanceOperation<TrueNasSettings, TrueNasSession>;
type Id = 'start' | 'stop' | 'restart' | 'redeploy' | 'scale' | 'update' | 'rollback';

/** Which kinds can do what; nothing else is offered for them. */
const able: Readonly<Record<Id, readonly string[]>> = {
  start: ['app', 'chart', 'vm', 'virt', 'container', 'jail'],
  stop: ['app', 'chart', 'vm', 'virt', 'container', 'jail'],
  restart: ['vm', 'virt', 'jail'],
  redeploy: ['app', 'chart'],
  scale: ['chart'],
  update: ['app', 'chart'],
  rollback: ['app', 'chart'],
};

function nameOf(instance: Instance): string {
  return oneLine(instance.name, 60);
}

function isUp({ state }: Instance): boolean {
  return state === 'running' || state === 'ready' || state === 'paused';
}

function rests({ state }: Instance): boolean {
  return state !== 'removed' && !lifecycle[state].transitional;
}

/** On offer while the connection is open and the NAS has such a thing at all. */
function offered(id: Id, fits: (instance: Instance) => boolean): InstanceOp['when'] {
  return (instance, _settings, reach) =>
    able[id].includes(instance.kind) && has(reach, instance.kind) && fits(instance);
}

/** Why no state would put it on offer: the kind of the instance, or a list that the user may not read. */
function barrier(id: Id): NonNullable<InstanceOp['barrier']> {
  return (_settings, reach, instance) => {
    if (!instance) return undefined;
    const { kind } = instance;
    if (!able[id].includes(kind))
      return text('TrueNAS cannot do it with what {0} is ({1})', nameOf(instance), kind);
    if (has(reach, kind)) return undefined;
    return text('this TrueNAS does not list what {0} is ({1}) to this user', nameOf(instance), kind);
  };
}

function has(reach: Reach<TrueNasSession>, kind: string): boolean {
  const collection = collectionOf(kind);
  if (collection === undefined || reach === undefined) return false;
  return reach === elsewhere || reach.collections.has(collection);
}

type More = Pick<InstanceOp, 'inputs' | 'command' | 'barrier'>;

interface Asked {
  readonly effect: 'interrupts' | 'destroys';
  readonly confirm: NonNullable<InstanceOp['confirm']>;
}

function operation(
  id: Id,
  progress: (name: string) => Text,
  fits: (instance: Instance) => boolean,
  more: ({ readonly effect: 'changes' } | Asked) & More,
): InstanceOp {
  return {
    id,
    target: 'instance',
    progressTitle: (instance) => progress(nameOf(instance)),
    when: offered(id, fits),
    barrier: barrier(id),
    ...more,
    async run(run) {
      const { runInstanceCall } = await import('./runInstanceCall.ts');
      return runInstanceCall(id, run);
    },
  };
}

function asks(
  effect: Asked['effect'],
  message: (name: string, connection: string) => Text,
  detail: Text,
  action: Text,
): Asked {
  return {
    effect,
    confirm: (instance, connection) => ({ message: message(nameOf(instance), connection), detail, action }),
  };
}

const playersLeave = text('Players are disconnected.');

/** Operations on apps, machines, containers and jails, and on the NAS. */
export const trueNasOperations: readonly Operation<TrueNasSettings, TrueNasSession>[] = [
  operation(
    'start',
    (name) => text('Starting {0}', name),
    // A suspended machine is woken by it.
    (i) => rests(i) && (!isUp(i) || (i.kind === 'vm' && i.state === 'paused')),
    { effect: 'changes' },
  ),
  operation(
    'stop',
    (name) => text('Stopping {0}', name),
    (i) => isUp(i) || i.state === 'starting' || i.state === 'crashed' || i.state === 'failed',
    asks(
      'interrupts',
      (name, connection) => text('Stop {0} on {1}?', name, connection),
      playersLeave,
      text('Stop'),
    ),
  ),
  operation(
    'restart',
    (name) => text('Restarting {0}', name),
    isUp,
    asks(
      'interrupts',
      (name, connection) => text('Restart {0} on {1}?', name, connection),
      playersLeave,
      text('Restart'),
    ),
  ),
  operation('redeploy', (name) => text('Redeploying {0}', name), rests, {
    command: { title: 'Redeploy', icon: '$(sync)' },
    ...asks(
      'interrupts',
      (name, connection) => text('Redeploy {0} on {1}?', name, connection),
      text(
        'Its containers are made anew and started, also where it is stopped now. Players are disconnected.',
      ),
      text('Redeploy'),
    ),
  }),
  operation('scale', (name) => text('Scaling {0}', name), rests, {
    command: { title: 'Scale…', icon: '$(layers)' },
    ...asks(
      'interrupts',
      (name, connection) => text('Scale {0} on {1}?', name, connection),
      text('Players on replicas that go are disconnected; without any it is stopped.'),
      text('Scale'),
    ),
    inputs: [
      {
        field: 'replicas',
        prompt: text('How many replicas shall run?'),
        placeholder: text('{0}', '1'),
        check: (value) => (/^(?:1?\d|20)$/.test(value) ? undefined : text('A whole number from 0 to 20')),
      },
    ],
  }),
  operation(
    'update',
    (name) => text('Upgrading {0}', name),
    (i) => rests(i) && i.latestVersion !== undefined,
    {
      effect: 'interrupts',
      barrier: (settings, reach, instance) =>
        barrier('update')(settings, reach, instance) ??
        (instance?.latestVersion === undefined ? text('no newer version is known') : undefined),
      confirm: (instance, connection) => ({
        message: text(
          'Upgrade {0} on {1} to {2}?',
          nameOf(instance),
          connection,
          oneLine(instance.latestVersion ?? '–', 60),
        ),
        detail: text('Its containers are made anew. Players are disconnected.'),
        action: text('Upgrade'),
      }),
    },
  ),
  operation('rollback', (name) => text('Rolling {0} back', name), rests, {
    command: { title: 'Roll Back…', icon: '$(discard)' },
    ...asks(
      'destroys',
      (name, connection) => text('Roll {0} on {1} back?', name, connection),
      text('An older version takes its place; what was changed since may be lost. Players are disconnected.'),
      text('Roll Back'),
    ),
    inputs: [
      {
        field: 'version',
        prompt: text('Back to which version?'),
        none: text('There is no older version to go back to.'),
        async options({ instance, session, signal }) {
          const { olderVersions } = await import('./runInstanceCall.ts');
          return olderVersions(session, instance, signal);
        },
      },
    ],
  }),
  ...connectionOperations,
];
