import { l10n, workspace } from 'vscode';
import type { Connection } from '../../core/connections/connection.ts';
import { instanceOffers } from '../../core/connections/offers.ts';
import { whyNotOffered } from '../../core/connections/whyNotOffered.ts';
import { connectionStateText } from '../../core/journal/control.ts';
import { liveTimeline } from '../../core/model/event.ts';
import { findInstance, isCurrent } from '../../core/model/fleet.ts';
import type { Instance, InstanceRef } from '../../core/model/instance.ts';
import { instanceDetails } from '../../core/model/instanceDetails.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import { bandOf } from '../../core/model/stateHistory.ts';
import { oneLine } from '../../core/model/text.ts';
import type { ServerOperation, ServerState } from '../../rpc/serverPage.ts';
import type { Runtime } from '../runtime.ts';
import { stateOf, taskTitle } from '../tasks/taskWords.ts';
import { momentWords } from '../travel/moment.ts';
import { translate } from '../translate.ts';
import { playersText } from '../tree/treeItems.ts';
import type { ShownMoment } from './shownMoment.ts';

/** Players that are named; more are only counted. */
const mostNames = 200;

/** The server as the page shows it: at the moment and on the timeline that the tree shows. */
export function serverState(
  runtime: Runtime,
  ref: InstanceRef,
  shown: ShownMoment,
  { name, titles }: { readonly name: string; readonly titles: ReadonlyMap<string, string> },
): Omit<ServerState, 'revision'> {
  const connection = runtime.connections.get(ref.connection);
  const instance = findInstance(shown.fleet, ref);
  const isOperated = workspace.isTrusted && !shown.place && shown.replay === undefined && !shown.isBeside;
  return {
    ref,
    name: oneLine(instance?.name ?? name, 200),
    connection: oneLine(connection?.settings.name ?? ref.connection, 100),
    state: instance
      ? {
          label: translate(lifecycle[instance.state].label),
          band: bandOf(instance.state),
          since: instance.since,
          detail: instance.detail === undefined ? '' : oneLine(translate(instance.detail), 300),
        }
      : null,
    facts: instance ? factsOf(runtime, instance) : [],
    players: playersOf(instance),
    notes: notesOf(runtime, ref, shown, [connection, instance]),
    operations:
      isOperated && connection && instance ? operationsOf(runtime, connection, instance, titles) : [],
    tasks: instance && shown.replay === undefined ? tasksOf(instance, shown) : [],
    hasLog:
      isOperated &&
      instance !== undefined &&
      connection?.system.console?.when(instance, connection.settings) === true,
    hasCharts: shown.replay === undefined,
  };
}

function factsOf(runtime: Runtime, instance: Instance): ServerState['facts'] {
  const connection = runtime.connections.get(instance.connection);
  const host = connection && (connection.system.hostOf?.(connection.settings) ?? runtime.host);
  const details = instanceDetails(instance, { host, tasks: [], events: [] });
  const game: ServerState['facts'] =
    instance.game === undefined ? [] : [[l10n.t('Game'), oneLine(instance.game, 100)]];
  return [
    ...game,
    ...details.flatMap((detail): ServerState['facts'] => {
      switch (detail.detail) {
        case 'version': {
          const { version, latest } = detail;
          const newer = latest === undefined ? [] : [l10n.t('update to {0}', oneLine(latest, 40))];
          return [[l10n.t('Version'), [oneLine(version, 100), ...newer].join(' · ')]];
        }
        case 'address':
          return [[l10n.t('Address'), oneLine(detail.address, 200)]];
        case 'ports':
          return [[l10n.t('Ports'), oneLine(detail.ports.join(', '), 200)]];
        default:
          return [];
      }
    }),
  ];
}

/** Tasks of the server that run, as far as they are. */
function tasksOf(instance: Instance, { fleet }: ShownMoment): ServerState['tasks'] {
  return instanceDetails(instance, { tasks: fleet.tasks.values(), events: [] }).flatMap((detail) => {
    if (detail.detail !== 'task') return [];
    const { task } = detail;
    const message = task.message === undefined ? [] : [oneLine(translate(task.message), 200)];
    return [{ id: task.id, title: taskTitle(task), progress: [stateOf(task), ...message].join(' · ') }];
  });
}

function playersOf(instance: Instance | undefined): ServerState['players'] {
  if (instance?.players === undefined || !lifecycle[instance.state].up) return null;
  const { players, playerNames = [] } = instance;
  return {
    words: playersText(players),
    names: playerNames.slice(0, mostNames).map((name) => oneLine(name, 100)),
  };
}

function notesOf(
  { history }: Runtime,
  ref: InstanceRef,
  shown: ShownMoment,
  [connection, instance]: readonly [Connection | undefined, Instance | undefined],
): readonly string[] {
  const notes: string[] = [];
  if (!workspace.isTrusted) notes.push(l10n.t('Game servers are operated only in a trusted workspace.'));
  const { place, replay, isBeside, fleet, timeline } = shown;
  if (isBeside) notes.push(l10n.t('Other servers are on screen now. This one is operated again after that.'));
  const status = fleet.connections.get(ref.connection);
  if (place)
    notes.push(
      l10n.t('As of {0}, not now. Operations are off until you go back to now.', momentWords(place.at)),
    );
  else if (replay !== undefined)
    notes.push(
      l10n.t('This is a replay: {0}. Operations are off until you go back to live.', oneLine(replay, 100)),
    );
  else if (connection === undefined)
    notes.push(l10n.t('The connection was removed. This is what its history tells.'));
  else if (!status || !isCurrent(status))
    notes.push(
      l10n.t(
        'There is no connection to {0} now ({1}). This is what was last seen.',
        oneLine(connection.settings.name, 100),
        translate(connectionStateText(connection.state)),
      ),
    );
  else if (!instance) notes.push(l10n.t('The server is gone. This is what its history tells.'));
  if (timeline === liveTimeline && history.settings.off.has(ref.connection))
    notes.push(l10n.t('The history is off for this connection: its events are not kept.'));
  return notes;
}

/** Operations of the server, those on offer first, each of the others with the reason. */
function operationsOf(
  { pipeline, timelines }: Runtime,
  connection: Connection,
  instance: Instance,
  titles: ReadonlyMap<string, string>,
): readonly ServerOperation[] {
  const { system, settings, reach } = connection;
  const fleet = pipeline.fleet(timelines.base);
  const offered = new Set(instanceOffers(system, settings, instance, reach).map(({ id }) => id));
  const ofInstances = system.operations.filter(({ target }) => target === 'instance');
  const all = [...Map.groupBy(ofInstances, ({ id }) => id)].map(([id, same]): ServerOperation => {
    const title = titles.get(id) ?? id;
    const destroys = same.some(({ effect }) => effect === 'destroys');
    if (offered.has(id)) return { id, title, destroys, why: '' };
    const sought = { title, operation: id, connections: [connection], chosen: [instance] };
    return { id, title, destroys, why: translate(whyNotOffered(sought, fleet).message) };
  });
  // Operations that destroy stand last among those on offer.
  const place = ({ why, destroys }: ServerOperation): number => (why === '' ? (destroys ? 1 : 0) : 2);
  return all.sort((a, b) => place(a) - place(b));
}
