import { dirname } from 'node:path';
import { oneLine, text, type Text } from '../../core/model/text.ts';
import type { VirtualServer } from '../../core/playback/serving/virtualServer.ts';

/** Machines that may connect to a virtual server. */
export type Reach = 'machine' | 'network';

/** Everything about a virtual server that its rows tell. */
export interface VirtualFacts extends Pick<
  VirtualServer,
  'settings' | 'password' | 'clients' | 'sent' | 'place' | 'problems'
> {
  /** The system, for people. */
  readonly label: string;
  readonly reach: Reach;
  /** Addresses of this machine in its networks. */
  readonly hosts: readonly string[];
}

/** A row as it is drawn. */
export interface RowTexts {
  readonly icon: string;
  readonly color?: string;
  readonly label: Text;
  readonly description?: Text;
  /** Flags for menus. */
  readonly context: string;
}

/** A row below that of a virtual server. */
export interface PartTexts extends RowTexts {
  /** Tells the row apart from the others of its server. */
  readonly part: string;
  readonly press?: 'copy' | 'showSent';
}

/** Rows of clients; more are counted. */
const maxClients = 20;
/** Rows of addresses by which other machines reach it. */
const maxAddresses = 3;
/** `VirtualServer` remembers no more messages. */
const maxSent = 1000;

const looks: Readonly<
  Record<VirtualFacts['place']['state'], { readonly color?: string; readonly flag: string }>
> = {
  waiting: { flag: 'pausable', color: 'charts.blue' },
  playing: { flag: 'pausable', color: 'charts.green' },
  paused: { flag: 'playable', color: 'charts.yellow' },
  done: { flag: 'playable' },
  failed: { flag: 'playable', color: 'list.errorForeground' },
};

/** The row of the server itself. */
export function serverRow(facts: VirtualFacts): RowTexts {
  const { flag, ...look } = looks[facts.place.state];
  return {
    icon: 'server-process',
    ...look,
    label: text('Virtual {0}', facts.label),
    description: text(
      '{0} · {1} · {2}',
      clientsText(facts),
      placeText(facts.place),
      addressOf(facts.settings),
    ),
    context: `virtual.${flag}`,
  };
}

/** The rows below it: how one gets there, then who came and what they sent. */
export function partRows(facts: VirtualFacts): readonly PartTexts[] {
  const { clients, problems, place } = facts;
  const problem = (part: string, label: Text): PartTexts => ({
    ...{ part, label, icon: 'warning', color: 'list.warningForeground', context: 'virtualPart' },
  });
  return [
    ...accessRows(facts),
    ...problems.map((words, n) => problem(`problem:${n}`, words)),
    ...(place.failed > 0
      ? [problem('failed', text('{0} events could not be sent by the simulator.', place.failed))]
      : []),
    ...clients.slice(0, maxClients).map((client): PartTexts => ({
      part: `client:${client.id}`,
      ...(client.state === 'ready' ? { icon: 'plug', color: 'testing.iconPassed' } : { icon: 'plug' }),
      label: text('{0}', oneLine(client.name, 80)),
      description: clientText(client),
      context: 'virtualPart',
    })),
    ...(clients.length > maxClients
      ? [
          {
            part: 'clients',
            icon: 'ellipsis',
            label: text('{0} more', clients.length - maxClients),
            context: 'virtualPart',
          },
        ]
      : []),
    {
      ...{
        part: 'sent',
        icon: 'output',
        label: text('Sent by Clients'),
        press: 'showSent',
        context: 'virtualPart',
      },
      description: sentCount(facts.sent.length),
    },
  ];
}

/** The text that a press on a row copies. */
export function copiedOf(facts: VirtualFacts, part: string): string | undefined {
  if (part === 'password') return facts.password;
  return accesses(facts).find((access) => access.part === part)?.value;
}

/** Lines of the tooltip of the server's row, in words. */
export function serverFacts(facts: VirtualFacts): readonly Text[] {
  const { reach, place, problems } = facts;
  return [
    ...accesses(facts).map(({ label, value }) => text('{0}: {1}', label, oneLine(value, 200))),
    reach === 'machine'
      ? text('Only programs of this machine reach it.')
      : text('Every machine in the network reaches it.'),
    clientsText(facts),
    ...(place.length === 0
      ? [placeText(place)]
      : [text('{0} of {1} events, {2}', place.position, place.length, placeText(place))]),
    speedText(place.speed),
    ...problems,
  ];
}

export function speedText(speed: VirtualFacts['place']['speed']): Text {
  return speed === 'max' ? text('As fast as clients read') : text('{0}×', speed);
}

/** The address that programs connect to. */
export function addressOf(settings: VirtualFacts['settings']): string {
  return oneLine(access(settings, 'address').value, 100);
}

interface Access {
  readonly part: string;
  readonly icon: string;
  readonly label: Text;
  readonly value: string;
}

function accessRows(facts: VirtualFacts): readonly PartTexts[] {
  const rows = accesses(facts).map(({ part, icon, label, value }): PartTexts => ({
    ...{ part, icon, label, press: 'copy', context: 'virtualPart.copy' },
    description: text('{0}', oneLine(value, 200)),
  }));
  if (facts.password === undefined) return rows;
  const password: PartTexts = {
    ...{ part: 'password', icon: 'key', label: text('Password'), press: 'copy', context: 'virtualPart.copy' },
    description: text('a press copies it'),
  };
  return [...rows, password];
}

/** Address, user and files that lead to it; no secrets. */
function accesses({ settings, reach, hosts }: VirtualFacts): readonly Access[] {
  const { username, ca } = settings;
  const from = reach === 'machine' ? [] : hosts.slice(0, maxAddresses);
  return [
    access(settings, 'address'),
    ...from.map((host) => ({
      ...access(elsewhere(settings, host), `address:${host}`),
      label: text('From Other Machines'),
    })),
    ...(typeof username === 'string'
      ? [{ part: 'user', icon: 'account', label: text('User'), value: username }]
      : []),
    ...(typeof ca === 'string'
      ? [{ part: 'certificates', icon: 'verified', label: text('Certificates'), value: dirname(ca) }]
      : []),
  ];
}

function access({ url, host, port, root, socket }: VirtualFacts['settings'], part: string): Access {
  if (typeof root === 'string') return { part, icon: 'folder', label: text('Folder of KGSM'), value: root };
  const values = [
    url,
    ...(typeof host === 'string' && typeof port === 'number' ? [`${host}:${port}`] : []),
    socket,
  ];
  const value = values.find((each) => typeof each === 'string') ?? '';
  return { part, icon: 'link', label: text('Address'), value };
}

/** The settings as another machine needs them, with an address that it can reach. */
function elsewhere(settings: VirtualFacts['settings'], host: string): VirtualFacts['settings'] {
  const { url } = settings;
  if (typeof url !== 'string') return { ...settings, host };
  const moved = new URL(url);
  moved.hostname = host;
  return { ...settings, url: moved.href.replace(/\/$/, '') };
}

function clientsText({ clients }: Pick<VirtualFacts, 'clients'>): Text {
  if (clients.length === 0) return text('no client');
  return clients.length === 1 ? text('1 client') : text('{0} clients', clients.length);
}

function clientText({ state, sent }: VirtualFacts['clients'][number]): Text {
  const messages = sent === 1 ? text('1 message') : text('{0} messages', sent);
  return state === 'ready' ? text('hears events, sent {0}', messages) : text('connected, sent {0}', messages);
}

function sentCount(count: number): Text {
  if (count === 0) return text('nothing yet');
  if (count >= maxSent) return text('the newest {0} messages', count);
  return count === 1 ? text('1 message') : text('{0} messages', count);
}

function placeText({ state, position, length }: VirtualFacts['place']): Text {
  const percent = length === 0 ? 0 : Math.floor((100 * position) / length);
  switch (state) {
    case 'waiting':
      return text('waits for a client');
    case 'playing':
      return length === 0 ? text('playing') : text('{0} %', percent);
    case 'paused':
      return text('paused at {0} %', percent);
    case 'done':
      return text('played to its end');
    case 'failed':
      return text('failed at {0} %', percent);
  }
}
