import { isAllowed, mayEverything, type Login } from './accounts.ts';
import type { Hearer, Update } from './hub.ts';
import type { SourceRun } from './sources.ts';

export interface RpcOptions {
  legacy_jobs: boolean;
  private_methods: boolean;
  py_exceptions: boolean;
}

export interface PeerParts {
  readonly session: string;
  readonly protocol: 'ddp' | 'jsonrpc';
  /** Not encrypted, and not from this machine. */
  readonly insecure: boolean;
  /** Remote address; calls that need no login are counted by it. */
  readonly address: string;
  /** Passes on the inner object of an event. */
  readonly tell: (body: object) => void;
  /** Called for each subscription that was accepted. */
  readonly subscribed?: () => void;
  /** Whether somebody who is not in charge hears only of what is theirs. */
  readonly roles: boolean;
}

/** A connection as the methods see it: its login and its subscriptions. */
export class Peer implements Hearer {
  readonly parts: PeerParts;
  login: Login | undefined;
  /** Username that still has to give its second factor. */
  waitsForOtp: string | undefined;
  /** Wrong codes for that second factor so far. */
  wrongCodes = 0;
  readonly options: RpcOptions = { legacy_jobs: true, private_methods: false, py_exceptions: false };
  /** Plain events: the name by the id of the subscription. */
  readonly plain = new Map<string | number, string>();
  readonly sources = new Map<string, SourceRun>();
  /** Calls that came and are not answered. */
  inFlight = 0;

  constructor(parts: PeerParts) {
    this.parts = parts;
  }

  /** Names of all that it subscribed to, each as often as it did. */
  get names(): readonly string[] {
    return [...this.plain.values(), ...[...this.sources.values()].map(({ name }) => name)];
  }

  hears({ collection, owner }: Update): boolean {
    for (const name of this.plain.values())
      if (name === collection || name === '*') return this.#mayHear(collection, owner);
    return false;
  }

  tell(body: object): void {
    this.parts.tell(body);
  }

  #mayHear(collection: string, owner: string | undefined): boolean {
    if (collection !== 'core.get_jobs' || !this.parts.roles) return true;
    // Jobs stop with the login; other subscriptions do not.
    return this.login !== undefined && (mayEverything(this.login) || this.login.username === owner);
  }
}

/** The role that hearing of something needs. Names that nobody knows are open to all. */
export function maySubscribe(login: Login, name: string): boolean {
  return isAllowed(login, roleOf[name.split(':')[0] ?? '']);
}

const roleOf: Readonly<Record<string, string>> = {
  '*': 'FULL_ADMIN',
  'app.query': 'APPS_READ',
  'app.stats': 'APPS_READ',
  'vm.query': 'VM_READ',
  'container.query': 'CONTAINER_READ',
  'virt.instance.query': 'VIRT_INSTANCE_READ',
  'reporting.realtime': 'REPORTING_READ',
  'alert.list': 'ALERT_LIST_READ',
};
