import { instancesOf, type Fleet } from '../model/fleet.ts';
import type { Instance } from '../model/instance.ts';
import { lifecycle, lifecycleStates } from '../model/lifecycle.ts';
import { oneLine, text, type Text } from '../model/text.ts';
import type { AnyInstanceOperation } from '../systems/operation.ts';
import { notOfferedBecause } from './notOffered.ts';
import type { Offering } from './offers.ts';

/** Why nothing offers an operation now, and what would help. */
export interface Unoffered {
  readonly message: Text;
  /** Connections to add, or to connect. */
  readonly remedy?: 'add' | 'connect';
}

export interface Sought {
  /** Title of the command, translated; dots at its end stand for questions to come. */
  readonly title: string;
  readonly operation: string;
  readonly connections: readonly Offering[];
  /** Instances that were chosen for it; none where any would do. */
  readonly chosen: readonly Instance[];
}

/** Why an operation is on offer nowhere. The first reason that holds: each of the later ones supposes those before. */
export function whyNotOffered(sought: Sought, fleet: Fleet): Unoffered {
  const { operation, connections, chosen } = sought;
  const title = sought.title.replace(/…$/, '');
  if (connections.length === 0)
    return {
      message: text('{0}: no game server manager is connected yet.', title),
      remedy: 'add',
    };
  const able = connections.filter(({ system }) => system.operations.some(({ id }) => id === operation));
  if (able.length === 0)
    return { message: text('{0}: no connection leads to a system that has this.', title), remedy: 'add' };
  // A system whose program is on this machine is operated without its events as well.
  const reached = able.filter(
    (each) => each.reach !== undefined || isEverOffered(each, operation, instancesAt(each, chosen, fleet)),
  );
  if (reached.length === 0)
    return {
      message: text('{0}: there is no connection to {1} now.', title, namesOf(able)),
      remedy: 'connect',
    };
  const [refusing] = reached.filter((connection) => refuses(connection, operation, chosen, fleet));
  if (refusing) {
    const asked = refusing.system.operations.find(({ id }) => id === operation);
    const [instance] = [...chosen, ...instancesOf(fleet, refusing.id)].filter(
      ({ connection }) => connection === refusing.id,
    );
    if (asked)
      return {
        message: text('{0}: {1}', namesOf([refusing]), notOfferedBecause(title, asked, refusing, instance)),
      };
  }
  const instances = chosen.length > 0 ? chosen : reached.flatMap(({ id }) => instancesOf(fleet, id));
  const [first] = instances;
  if (!first) return { message: text('{0}: there is no game server on {1} yet.', title, namesOf(reached)) };
  if (instances.length === 1) {
    const state = lifecycle[first.state].accessibility;
    return { message: text('{0} is not possible: {1} is {2}.', title, oneLine(first.name, 60), state) };
  }
  return { message: text('{0}: no game server can do this now: {1}.', title, countsOf(instances)) };
}

/** Whether an operation is not on offer whatever the state of the instances: by version, settings or rights. */
function refuses(
  connection: Offering,
  operation: string,
  chosen: readonly Instance[],
  fleet: Fleet,
): boolean {
  const operations = connection.system.operations.filter(({ id }) => id === operation);
  if (operations.some(({ target }) => target === 'connection')) return true;
  const instances = instancesAt(connection, chosen, fleet);
  return instances.length > 0 && !isEverOffered(connection, operation, instances);
}

/** Whether one of the instances would offer the operation in another state. */
function isEverOffered(
  { system, settings, reach }: Offering,
  operation: string,
  instances: readonly Instance[],
): boolean {
  const ofInstances = system.operations.filter(
    (each): each is AnyInstanceOperation => each.target === 'instance' && each.id === operation,
  );
  return instances.some((instance) =>
    ofInstances.some((each) =>
      lifecycleStates.some((state) => each.when({ ...instance, state }, settings, reach)),
    ),
  );
}

/** The chosen instances of a connection, or all where none was chosen. */
function instancesAt({ id }: Offering, chosen: readonly Instance[], fleet: Fleet): readonly Instance[] {
  return chosen.length > 0 ? chosen.filter(({ connection }) => connection === id) : instancesOf(fleet, id);
}

function namesOf(connections: readonly Offering[]): string {
  return connections.map(({ settings }) => oneLine(settings.name, 60)).join(', ');
}

/** How many instances are in each state, the most frequent first. */
function countsOf(instances: readonly Instance[]): Text {
  const counts = [...Map.groupBy(instances, ({ state }) => state)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([state, { length }]) => text('{0} {1}', length, lifecycle[state].accessibility));
  return counts.reduce((before, next) => text('{0}, {1}', before, next));
}
