import {
  connectionOffers,
  instanceOffers,
  offeredIds,
  type Offering,
} from '../../../../src/core/connections/offers.ts';
import { whyNotOffered } from '../../../../src/core/connections/whyNotOffered.ts';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../../../src/core/model/fleet.ts';
import { clientKind, type Instance } from '../../../../src/core/model/instance.ts';
import { lifecycle, lifecycleStates, type LifecycleState } from '../../../../src/core/model/lifecycle.ts';
import { english } from '../../../../src/core/model/text.ts';
import { releaseTraitsOf } from '../../../../src/core/systems/bedrock/release.ts';
import { roles } from '../../../../src/core/systems/bedrock/session/bedrockSession.ts';
import { elsewhere, type Reach } from '../../../../src/core/systems/operation.ts';
import type { Session } from '../../../../src/core/systems/session.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import { collectionOf } from '../../../../src/core/systems/truenas/kinds.ts';
import { liveTimeline } from '../../../../src/core/model/event.ts';
import type { Connection } from '../../../../src/core/connections/connection.ts';
import { connectionCommandsFor } from '../../../../src/ui/connections/connectionCommandTable.ts';
import type { Runtime } from '../../../../src/ui/runtime.ts';
import { operationCommands } from '../../../../src/ui/contributions/operationCommands.ts';
import { allSystems } from '../helpers.ts';
import { settingsOf } from '../opened.ts';

/** A connection that somebody may have: its settings, its conversation, and the kind of its instances. */
interface Situation {
  readonly name: string;
  readonly settings?: object;
  readonly reach: Reach<Session>;
  readonly kind: string;
  readonly latestVersion?: string;
}

function session(fields: object): Session {
  return { closed: new Promise(() => undefined), dispose: () => Promise.resolve(), ...fields };
}

const unreached = (kind: string): readonly Situation[] => [
  { name: 'not connected', reach: undefined, kind },
  { name: 'connected in another window', reach: elsewhere, kind },
];

const root = { root: '/opt/kgsm' };
const kgsm = [1, 2, 3].map((generation): Situation => ({
  name: `KGSM ${String(generation)}`,
  settings: root,
  reach: session({ generation: () => generation }),
  kind: 'instance',
}));

const releases = ['3.7.0', '3.8.0', '3.9.0', '3.10.0'];
const bedrock = releases.flatMap((version) =>
  [...roles, undefined].map((role): Situation => ({
    name: `release ${version}, role ${role ?? 'not told'}`,
    reach: session({ role, release: releaseTraitsOf(version) }),
    kind: 'instance',
  })),
);

/** Kinds of things that servers run in, by the release of TrueNAS that lists them. */
const trueNasReleases = {
  'CORE 13': ['jail', 'vm'],
  'SCALE 24.04': ['chart', 'vm'],
  '24.10': ['app', 'vm'],
  '25.04': ['app', 'virt'],
  '25.10': ['app', 'vm', 'container'],
};
const trueNas = Object.entries(trueNasReleases).flatMap(([release, kinds]) => {
  const collections = new Set(kinds.map(collectionOf));
  return [...kinds, 'host'].map((kind): Situation => ({
    name: `${release}, ${kind}`,
    reach: session({ collections, openJobs: [], subscribed: [] }),
    kind,
    ...(kind === 'app' || kind === 'chart' ? { latestVersion: '2' } : {}),
  }));
});

/** All situations of each system, by its id. */
export const situations: ReadonlyMap<string, readonly Situation[]> = new Map([
  [
    'kgsm',
    [
      ...kgsm,
      ...unreached('instance').map((each) => ({ ...each, settings: root })),
      { name: 'without "root"', settings: { socket: '/run/k.sock' }, reach: session({}), kind: 'instance' },
    ],
  ],
  ['bedrock', [...bedrock, ...unreached('instance')]],
  [
    'truenas',
    [
      ...trueNas,
      { name: '25.10, app without a newer version', ...withCollections('app'), kind: 'app' },
      { name: '25.10, app to a user who may read no list', ...withCollections(), kind: 'app' },
      ...unreached('app'),
    ],
  ],
  [
    'notifier',
    [
      { name: 'connected', reach: session({ knowsMessages: true }), kind: clientKind },
      {
        name: 'not known yet whether it knows messages',
        reach: session({ knowsMessages: false }),
        kind: clientKind,
      },
      { name: 'first revision', settings: { legacyServer: true }, reach: session({}), kind: clientKind },
      ...unreached(clientKind),
    ],
  ],
]);

function withCollections(...kinds: readonly string[]): Pick<Situation, 'reach'> {
  const collections = new Set(kinds.map(collectionOf));
  return { reach: session({ collections, openJobs: [], subscribed: [] }) };
}

const ordinary: Readonly<Record<string, Pick<Situation, 'settings'>>> = { kgsm: { settings: root } };

const addresses: Readonly<Record<string, object>> = {
  kgsm: {},
  bedrock: { url: 'http://host', username: 'alex' },
  truenas: { url: 'wss://nas' },
  notifier: { host: 'bell' },
};

const commands = new Map(operationCommands(allSystems).map((command) => [command.id, command]));

/**
 * The table of one system in words: situations in which all is the same share one part of it. Below an operation stands what is
 * told where it is not on offer, unless that names the state: "Start is not possible: mc-1 is running."
 */
export function offersTable(id: string): string {
  const system = allSystems.find((each) => each.id === id);
  if (!system) throw new Error(`there is a system ${id}`);
  const parts = Map.groupBy(situations.get(id) ?? [], (situation) => partOf(system, situation));
  return [...parts]
    .map(([part, same]) => `${same.map(({ name }) => name).join('\n')}\n\n${part}\n`)
    .join('\n');
}

function partOf(system: AnySystem, situation: Situation): string {
  const ids = [...new Set(system.operations.map((operation) => operation.id))];
  return ids.map((operation) => linesOf(system, situation, operation)).join('\n');
}

function linesOf(system: AnySystem, situation: Situation, operation: string): string {
  const { title = '', target } = commands.get(operation) ?? {};
  const states: readonly LifecycleState[] = target === 'connection' ? ['running'] : lifecycleStates;
  const answers = states.map((state) => [state, answerIn(system, situation, operation, state)] as const);
  const offered = answers.flatMap(([state, why]) => (why === undefined ? [state] : []));
  const refused = answers.filter(([, why]) => why !== undefined);
  const usual = `${title.replace('…', '')} is not possible: mc-1 is <state>.`;
  const unusual = refused.filter(([, why]) => why !== usual);
  const told = [...Map.groupBy(unusual, ([, why]) => why)].map(([why, same]) => {
    const when = same.length === refused.length ? '' : `${same.map(([state]) => state).join(' ')}: `;
    return `      ${when}${why ?? ''}`;
  });
  return [`  ${title.padEnd(26)}${statesIn(offered, states)}`, ...told].join('\n');
}

function statesIn(offered: readonly LifecycleState[], all: readonly LifecycleState[]): string {
  if (offered.length === 0) return 'no';
  if (offered.length === all.length) return 'yes';
  const others = all.filter((state) => !offered.includes(state));
  return others.length < offered.length ? `but not ${others.join(' ')}` : offered.join(' ');
}

/** Nothing where it is on offer; else what is told to somebody who calls it all the same. */
function answerIn(
  system: AnySystem,
  situation: Situation,
  operation: string,
  state: LifecycleState,
): string | undefined {
  const offering = offeringOf(system, situation);
  const fleet = fleetOf(offering, situation, state);
  const [instance] = instancesOf(fleet, offering.id);
  const isOffered = offeredIds(offering, fleet).has(operation);
  if (isOffered !== inMenu(offering, instance).includes(operation))
    throw new Error(`the palette and the menu do not agree about ${operation}`);
  if (isOffered) return undefined;
  const { title = '', target } = commands.get(operation) ?? {};
  const chosen: readonly Instance[] = target === 'instance' && instance ? [instance] : [];
  const { message } = whyNotOffered({ title, operation, connections: [offering], chosen }, fleet);
  const word = english(lifecycle[state].accessibility);
  return english(message).replace(new RegExp(`\\b${word}\\.$`), '<state>.');
}

/** Operations in the menus of a connection and of its instance. */
function inMenu({ system, settings, reach }: Offering, instance: Instance | undefined): readonly string[] {
  const ofInstance = instance ? instanceOffers(system, settings, instance, reach) : [];
  return [...ofInstance, ...connectionOffers(system, settings, reach)].map(({ id }) => id);
}

function offeringOf(system: AnySystem, { settings, reach }: Situation): Offering {
  const entry = { kind: system.id, id: 'home', name: 'Home', ...addresses[system.id], ...settings };
  return { id: 'home', system, settings: settingsOf(system, entry), reach };
}

function fleetOf({ id, system }: Offering, { kind, latestVersion }: Situation, state: LifecycleState): Fleet {
  const patch = { state, ...(latestVersion === undefined ? {} : { latestVersion }) };
  return fold(emptyFleet, { connection: id, system: system.id, receivedAt: 1 }, [
    { signal: 'instance', kind, key: 'mc-1', patch },
  ]);
}

/** The table of commands on a connection, by what the connection is. */
export function connectionsTable(): string {
  const lines = ['connected', 'not connected'].flatMap((how) =>
    ['of the settings', 'simulated'].flatMap((whose) =>
      allSystems.flatMap((system) =>
        [true, false].map((signedIn): [string, string] => {
          const name = `${system.label}, ${whose}, ${how}, ${signedIn ? 'with' : 'without'} a stored secret`;
          const connection = {
            ...offeringOf(system, { name, reach: undefined, kind: '', ...ordinary[system.id] }),
            active: how === 'connected',
            refreshable: how === 'connected' && system.id !== 'notifier',
            timeline: whose === 'simulated' ? 'simulated-1' : liveTimeline,
          };
          const runtime = { secrets: { has: () => signedIn } };
          const suiting = connectionCommandsFor(
            connection as unknown as Connection,
            runtime as unknown as Runtime,
          );
          return [suiting.join(' '), name];
        }),
      ),
    ),
  );
  const parts = Map.groupBy(lines, ([suiting]) => suiting);
  return [...parts]
    .map(([suiting, same]) => `${same.map(([, name]) => name).join('\n')}\n\n  ${suiting}\n`)
    .join('\n');
}
