import { describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { changedRows, drawingOf } from '../../../../src/ui/virtualServers/drawnRows.ts';
import {
  copiedOf,
  partRows,
  serverFacts,
  serverRow,
  type VirtualFacts,
} from '../../../../src/ui/virtualServers/virtualRows.ts';

type Client = VirtualFacts['clients'][number];

const client = (id: number, more: Partial<Client> = {}): Client => ({
  ...{ id, name: `127.0.0.1:${50_000 + id}`, state: 'ready', since: 0, sent: 2 },
  ...more,
});

const facts: VirtualFacts = {
  label: 'Bedrock Server Manager',
  reach: 'machine',
  hosts: [],
  settings: { kind: 'bedrock', url: 'http://127.0.0.1:4011', username: 'admin' },
  password: 'p4ss',
  clients: [],
  sent: [],
  place: { state: 'waiting', position: 0, length: 10, speed: 1, failed: 0 },
  problems: [],
};

const linesOf = (given: VirtualFacts): string[] =>
  partRows(given).map(({ label, description }) =>
    [english(label), ...(description ? [english(description)] : [])].join(' | '),
  );
const partNames = (given: VirtualFacts): string[] => partRows(given).map(({ part }) => part);
const describeServer = (given: Partial<VirtualFacts>): string => {
  const { description } = serverRow({ ...facts, ...given });
  return description ? english(description) : '';
};
const place = (more: Partial<VirtualFacts['place']>): Pick<VirtualFacts, 'place'> => ({
  place: { ...facts.place, ...more },
});

describe('the row of a virtual server', () => {
  it('tells address, clients and how far it is', () => {
    expect(english(serverRow(facts).label)).toBe('Virtual Bedrock Server Manager');
    expect(describeServer({})).toBe('no client · waits for a client · http://127.0.0.1:4011');
    const two = { clients: [client(1), client(2)], ...place({ state: 'playing', position: 4 }) };
    expect(describeServer(two)).toBe('2 clients · 40 % · http://127.0.0.1:4011');
    expect(describeServer({ clients: [client(1)], ...place({ state: 'paused', position: 9 }) })).toMatch(
      /^1 client · paused at 90 % · /,
    );
    expect(describeServer(place({ state: 'done', position: 10 }))).toMatch(/ · played to its end · /);
    expect(describeServer(place({ state: 'playing', length: 0 }))).toMatch(/ · playing · /);
  });

  it('offers to pause what plays, and to play what does not', () => {
    const contextOf = (state: VirtualFacts['place']['state']): string =>
      serverRow({ ...facts, ...place({ state }) }).context;
    expect(contextOf('waiting')).toBe('virtual.pausable');
    expect(contextOf('playing')).toBe('virtual.pausable');
    for (const state of ['paused', 'done', 'failed'] as const)
      expect(contextOf(state)).toBe('virtual.playable');
  });
});

describe('the rows below it', () => {
  it('lead there, and show the password nowhere: a press copies it', () => {
    expect(linesOf(facts)).toEqual([
      'Address | http://127.0.0.1:4011',
      'User | admin',
      'Password | a press copies it',
      'Sent by Clients | nothing yet',
    ]);
    const all = JSON.stringify([serverRow(facts), partRows(facts), serverFacts(facts)]);
    expect(all).not.toContain('p4ss');
    expect(copiedOf(facts, 'password')).toBe('p4ss');
    expect(copiedOf(facts, 'address')).toBe('http://127.0.0.1:4011');
    expect(copiedOf(facts, 'user')).toBe('admin');
    expect(copiedOf(facts, 'sent')).toBeUndefined();
  });

  it('name the folder of KGSM, and the certificates of a notification server', () => {
    const { password: _, ...others } = facts;
    expect(
      linesOf({ ...others, password: undefined, settings: { kind: 'kgsm', root: '/tmp/x/kgsm' } }),
    ).toEqual(['Folder of KGSM | /tmp/x/kgsm', 'Sent by Clients | nothing yet']);
    const notifier = { kind: 'notifier', host: '127.0.0.1', port: 4012, ca: '/tmp/x/certs/ca.crt' };
    expect(linesOf({ ...others, password: undefined, settings: notifier })).toEqual([
      'Address | 127.0.0.1:4012',
      'Certificates | /tmp/x/certs',
      'Sent by Clients | nothing yet',
    ]);
  });

  it('tell how other machines get there where they may', () => {
    const open: VirtualFacts = { ...facts, reach: 'network', hosts: ['192.0.2.1', '192.0.2.2'] };
    expect(linesOf(open).slice(1, 3)).toEqual([
      'From Other Machines | http://192.0.2.1:4011',
      'From Other Machines | http://192.0.2.2:4011',
    ]);
    expect(copiedOf(open, 'address:192.0.2.2')).toBe('http://192.0.2.2:4011');
    expect(serverFacts(open).map(english)).toContain('Every machine in the network reaches it.');
    const notifier = { ...open, settings: { kind: 'notifier', host: '127.0.0.1', port: 4012 } };
    expect(copiedOf(notifier, 'address:192.0.2.2')).toBe('192.0.2.2:4012');
  });

  it('show twenty clients and count the others', () => {
    const clients = Array.from({ length: 200 }, (_, n) => client(n));
    const shown = linesOf({ ...facts, clients }).filter(
      (line) => line.includes('127.0.0.1:5') || line.endsWith(' more'),
    );
    expect(shown).toHaveLength(21);
    expect(shown[0]).toBe('127.0.0.1:50000 | hears events, sent 2 messages');
    expect(shown[20]).toBe('180 more');
    expect(
      linesOf({ ...facts, clients: [client(1, { state: 'connected', sent: 1, name: 'a\nb' })] }),
    ).toContain('a\\nb | connected, sent 1 message');
  });

  it('count what clients sent, up to what is remembered', () => {
    const sent = (count: number): VirtualFacts['sent'] =>
      Array.from({ length: count }, () => ({ at: 0, client: 'a', text: 'x' }));
    expect(linesOf({ ...facts, sent: sent(1) }).at(-1)).toBe('Sent by Clients | 1 message');
    expect(linesOf({ ...facts, sent: sent(1000) }).at(-1)).toBe('Sent by Clients | the newest 1000 messages');
  });

  it('say what the recording does not give', () => {
    const problems = [{ template: '{0} are cut off', args: [12] }];
    expect(linesOf({ ...facts, problems, ...place({ failed: 3 }) }).slice(3, 5)).toEqual([
      '12 are cut off',
      '3 events could not be sent by the simulator.',
    ]);
  });
});

describe('drawing the rows anew', () => {
  const changed = (now: VirtualFacts, before = facts): 'server' | readonly string[] =>
    changedRows(drawingOf(before), drawingOf(now));

  it('tells of nothing where nothing reads differently', () => {
    expect(changed({ ...facts })).toEqual([]);
    // Less than a percent.
    const long = { ...facts, ...place({ state: 'playing', length: 1000, position: 10 }) };
    expect(changed({ ...long, place: { ...long.place, position: 11 } }, long)).toEqual([]);
  });

  it('tells of the rows alone whose texts changed', () => {
    const one = { ...facts, clients: [client(1), client(2)] };
    expect(changed({ ...one, clients: [client(1), client(2, { sent: 3 })] }, one)).toEqual(['client:2']);
  });

  it('tells of the server where clients came or went, or it moved on', () => {
    const one = { ...facts, clients: [client(1)] };
    expect(changed(one)).toBe('server');
    expect(changed({ ...facts, clients: [client(2)] }, one)).toBe('server');
    expect(changed({ ...facts, ...place({ state: 'playing' }) })).toBe('server');
    expect(partNames(one)).toContain('client:1');
  });
});
