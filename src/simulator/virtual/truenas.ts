import type { InstanceKey } from '../../core/model/instance.ts';
import type { ServedEvent, ServedInstance } from '../../core/playback/serving/servedEvents.ts';
import { isObject } from '../host.ts';
import type { TrueNasServerOptions } from '../truenas/options.ts';
import { traitsOf, type Profile } from '../truenas/profiles.ts';
import { RecordedEvent } from '../truenas/recordedEvent.ts';
import { TrueNasServer } from '../truenas/server.ts';
import { beginningOf, profileOf, profileOfVersion, type Beginning } from './trueNasBeginning.ts';
import { appStateIn, machineStateIn, nativeOf, statesOfJobs, virtStatusIn } from './trueNasStates.ts';
import { newPassword } from './newPassword.ts';
import type { VirtualOptions, VirtualSystem } from './virtualSystem.ts';

const username = 'root';
/** Distance of the ids of jobs that clients begin from the recorded ones: later events of the recording bring new jobs. */
const jobIdStep = 100_000;

/** A TrueNAS whose events come from a recording. Tests bring a `wait` that does not wait. */
export async function openVirtualTrueNas(
  options: VirtualOptions & Pick<TrueNasServerOptions, 'wait'>,
): Promise<VirtualSystem> {
  const { host, port, clients, first, base, now, wait } = options;
  const beginning = beginningOf(first);
  const profile = profileOf(options, beginning);
  const password = newPassword();
  const server = await TrueNasServer.listen({
    profile,
    clients,
    users: [{ name: username, password }],
    silentSources: true,
    // Many clients come from one address.
    unlimitedRate: true,
    jobsAfter: jobIdStep * (1 + Math.floor(beginning.lastJob / jobIdStep)),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(now ? { now } : {}),
    ...(wait ? { wait } : {}),
  });
  const system = new VirtualTrueNas(server, profile, { password, beginning });
  for (const instance of base) system.put(instance);
  return system;
}

interface VirtualTrueNasParts {
  readonly password: string;
  readonly beginning: Beginning;
}

class VirtualTrueNas implements VirtualSystem {
  readonly settings: VirtualSystem['settings'];
  readonly password: string;
  readonly #server: TrueNasServer;
  readonly #profile: Profile;

  constructor(server: TrueNasServer, profile: Profile, { password, beginning }: VirtualTrueNasParts) {
    const { protocol, apps, jobs, subscriptions } = beginning;
    this.#server = server;
    this.#profile = profile;
    this.password = password;
    this.settings = {
      kind: 'truenas',
      url: server.url,
      username,
      // Events come exactly as they were recorded.
      ...(protocol === 'ddp' && traitsOf[profile].jsonRpc ? { protocol } : {}),
      ...(apps.length > 0 ? { apps } : {}),
      ...(subscriptions.length > 0 ? { subscriptions } : {}),
    };
    for (const [id, row] of jobs) server.keepJob(id, row);
  }

  put(instance: ServedInstance): void {
    if (Object.hasOwn(kinds, instance.kind)) kinds[instance.kind as Kind].put(this.#server, instance);
    else if (instance.kind === 'host') this.#putHost(instance);
  }

  remove({ kind, key }: InstanceKey): void {
    if (Object.hasOwn(kinds, kind)) kinds[kind as Kind].forget(this.#server, key);
  }

  isPushed({ bytes, direction, truncated }: ServedEvent): boolean {
    return direction === 'in' && truncated !== true && RecordedEvent.read(bytes) !== undefined;
  }

  push({ bytes }: ServedEvent): void {
    const event = RecordedEvent.read(bytes);
    if (!event) return;
    this.#keep(event);
    this.#server.sendRecorded(event);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** The name always; the version where it is of the generation that is served: clients go by it. */
  #putHost({ name, version }: ServedInstance): void {
    const { machine } = this.#server;
    machine.hostname = name;
    if (version !== undefined && profileOfVersion(version) === this.#profile) machine.version = version;
  }

  /** Remembers jobs, and states that a job hides at the moment: clients that come later ask for them. */
  #keep({ collection, body }: RecordedEvent): void {
    const { id, fields } = body;
    if (!isObject(fields)) return;
    if (collection === 'core.get_jobs') {
      const number = fields['id'] ?? id;
      if (typeof number === 'number') this.#server.keepJob(number, { ...fields, id: number });
      return;
    }
    const key = typeof id === 'number' ? String(id) : (id ?? fields['id']);
    const kind = Object.values(kinds).find((each) => each.collection === collection);
    if (kind && typeof key === 'string') kind.putState(this.#server, key, fields);
  }
}

type Fields = Readonly<Record<string, unknown>>;

interface Served {
  readonly collection: string;
  put(server: TrueNasServer, instance: ServedInstance): void;
  /** Sets the state that an entry of this kind tells, where it is known. */
  putState(server: TrueNasServer, key: string, fields: Fields): void;
  forget(server: TrueNasServer, key: string): void;
}

type Kind = 'app' | 'vm' | 'virt' | 'container' | 'jail';

const kinds: Readonly<Record<Kind, Served>> = {
  app: {
    collection: 'app.query',
    put: ({ apps }, { key, state, version = '', latestVersion, game = '' }) => {
      // `human_version` is both, as in 1.21_1.0.3.
      const [, appVersion = '', own = version] = /^(.+)_([^_]*)$/s.exec(version) ?? [];
      apps.put({
        name: key,
        version: own,
        appVersion,
        catalogName: game,
        title: game,
        image: `${key}:latest`,
        ...(latestVersion === undefined ? {} : { latestVersion }),
        ...(statesOfJobs.app.has(state) && apps.all.has(key) ? {} : { state: nativeOf(state).app }),
      });
    },
    putState: ({ apps }, key, { state: word }) => {
      const state = appStateIn(word);
      if (state) apps.putState(key, state);
    },
    forget: ({ apps }, key) => apps.forget(key),
  },
  vm: machines('vm.query', ({ vms }) => vms),
  container: machines('container.query', ({ containers }) => containers),
  virt: {
    collection: 'virt.instance.query',
    put: ({ virt }, { key, state }) => {
      const isHidden = statesOfJobs.virt.has(state) && virt.has(key);
      virt.put({ name: key, ...(isHidden ? {} : { status: nativeOf(state).virt }) });
    },
    putState: ({ virt }, key, { status: word }) => {
      const status = virtStatusIn(word);
      if (status) virt.putStatus(key, status);
    },
    forget: ({ virt }, key) => virt.forget(key),
  },
  jail: {
    collection: 'jail.query',
    put: ({ jails }, { key, state, version = '', game }) => {
      const isHidden = statesOfJobs.jail.has(state) && jails.has(key);
      jails.put({
        name: key,
        release: version,
        ...(game === undefined ? {} : { plugin: game }),
        ...(isHidden ? {} : { state: nativeOf(state).jail }),
      });
    },
    // CORE sends no events of them.
    putState: () => undefined,
    forget: ({ jails }, key) => jails.forget(key),
  },
};

function machines(
  collection: string,
  of: (server: TrueNasServer) => TrueNasServer['vms'] | TrueNasServer['containers'],
): Served {
  return {
    collection,
    put: (server, { key, name, state }) => {
      const [list, id] = [of(server), idOf(key)];
      const isHidden = statesOfJobs.machine.has(state) && list.has(id);
      list.put(id, { name, ...(isHidden ? {} : { state: nativeOf(state).machine }) });
    },
    putState: (server, key, { status }) => {
      const state = machineStateIn(isObject(status) ? status['state'] : status);
      if (state) of(server).putState(idOf(key), state);
    },
    forget: (server, key) => of(server).forget(idOf(key)),
  };
}

/** Ids of machines are numbers; a key that is none stays a text. */
function idOf(key: string): number | string {
  const number = Number(key);
  return Number.isSafeInteger(number) && String(number) === key ? number : key;
}
