import { describe, expect, it } from 'vitest';
import { offeredIds, type Offering } from '../../../../src/core/connections/offers.ts';
import { whyNotOffered, type Unoffered } from '../../../../src/core/connections/whyNotOffered.ts';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../../../src/core/model/fleet.ts';
import type { LifecycleState } from '../../../../src/core/model/lifecycle.ts';
import type { Signal } from '../../../../src/core/model/signal.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import type { AnyOperation } from '../../../../src/core/systems/operation.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import type { Session } from '../../../../src/core/systems/session.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';

const session: Session = { closed: new Promise(() => undefined), dispose: () => Promise.resolve() };
const system: AnySystem = { ...(kgsm as unknown as AnySystem), operations: [] };

const start: AnyOperation = {
  id: 'start',
  target: 'instance',
  effect: 'changes',
  progressTitle: () => text('Starting'),
  when: ({ state }, settings, reach) =>
    state === 'stopped' && settings.name !== 'Guest' && reach !== undefined,
  run: () => Promise.reject(new Error('is not run')),
};
const install: AnyOperation = {
  id: 'install',
  target: 'connection',
  effect: 'changes',
  progressTitle: () => text('Installing'),
  when: ({ name }, reach) => name !== 'Guest' && reach !== undefined,
  barrier: ({ name }) => (name === 'Guest' ? text('a guest installs nothing') : undefined),
  run: () => Promise.reject(new Error('is not run')),
};

function connection(name: string, given: Partial<Offering> = {}): Offering {
  const id = name.toLowerCase();
  return {
    id,
    settings: { kind: 'test', id, name },
    system: { ...system, operations: [start, install] },
    reach: session,
    ...given,
  };
}
/** A fleet with instances `0`, `1` and so on of a connection, in these states. */
function fleetOf(id: string, ...states: readonly LifecycleState[]): Fleet {
  const signals = states.map((state, n): Signal => {
    return { signal: 'instance', kind: 'server', key: String(n), patch: { state } };
  });
  return fold(emptyFleet, { connection: id, system: 'test', receivedAt: 1 }, signals);
}
const words = ({ message }: Unoffered): string => english(message);
const sought = (operation: string, connections: readonly Offering[]) => ({
  title: operation === 'start' ? 'Start' : 'Install',
  operation,
  connections,
  chosen: [],
});

describe('why nothing offers an operation', () => {
  it('is that there is no connection, and one can be added', () => {
    const why = whyNotOffered(sought('start', []), emptyFleet);
    expect(words(why)).toBe('Start: no game server manager is connected yet.');
    expect(why.remedy).toBe('add');
  });

  it('is that no system that is connected has it', () => {
    const why = whyNotOffered(sought('abort', [connection('Home')]), fleetOf('home', 'running'));
    expect(words(why)).toMatch(/no connection leads to a system that has this/);
    expect(why.remedy).toBe('add');
  });

  it('is that the connections which have it are not connected, and they can be', () => {
    const gone = { reach: undefined };
    const both = [connection('Home', gone), connection('Away', gone)];
    const why = whyNotOffered(sought('start', both), fleetOf('home', 'stopped'));
    expect(words(why)).toBe('Start: there is no connection to Home, Away now.');
    expect(why.remedy).toBe('connect');
  });

  it('is that there is no game server yet', () => {
    const why = whyNotOffered(sought('start', [connection('Home')]), emptyFleet);
    expect(words(why)).toBe('Start: there is no game server on Home yet.');
  });

  it('is the state of the game servers, of one by its name', () => {
    const of = (...states: readonly LifecycleState[]): string =>
      words(whyNotOffered(sought('start', [connection('Home')]), fleetOf('home', ...states)));
    expect(of('running')).toBe('Start is not possible: 0 is running.');
    expect(of('stopping', 'running', 'running')).toBe(
      'Start: no game server can do this now: 2 running, 1 stopping.',
    );
  });

  it('is about the chosen ones where some were chosen', () => {
    const fleet = fleetOf('home', 'running', 'stopped');
    const chosen = instancesOf(fleet, 'home').find(({ key }) => key === '0');
    if (!chosen) throw new Error('it is there');
    const why = whyNotOffered({ ...sought('start', [connection('Home')]), chosen: [chosen] }, fleet);
    expect(words(why)).toBe('Start is not possible: 0 is running.');
  });

  it('is what the connection may not do, whatever the state', () => {
    const guest = [connection('Guest')];
    expect(words(whyNotOffered(sought('start', guest), fleetOf('guest', 'stopped')))).toMatch(
      /^Guest: Start is not on offer for /,
    );
    expect(words(whyNotOffered(sought('install', guest), emptyFleet))).toBe(
      'Guest: Install is not on offer: a guest installs nothing',
    );
  });
});

describe('what is on offer anywhere', () => {
  it('is what the connection and any of its instances offer', () => {
    const home = connection('Home');
    expect(offeredIds(home, emptyFleet)).toEqual(new Set(['install']));
    expect(offeredIds(home, fleetOf('home', 'running', 'stopped'))).toEqual(new Set(['install', 'start']));
    expect(offeredIds(home, fleetOf('home', 'running'))).toEqual(new Set(['install']));
    expect(offeredIds({ ...home, reach: undefined }, fleetOf('home', 'stopped'))).toEqual(new Set());
  });

  it('is not looked for among a great many instances: one of them will do', () => {
    const many = Array.from({ length: 1001 }, (): LifecycleState => 'running');
    expect(offeredIds(connection('Home'), fleetOf('home', ...many))).toContain('start');
  });
});
