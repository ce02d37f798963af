import type { Wait } from '../host.ts';
import type { Clients } from '../virtual/clients.ts';
import type { Profile } from './profiles.ts';

export interface GivenUser {
  readonly name: string;
  readonly password: string;
  /** Asks for this second factor. */
  readonly otp?: string;
  /** `FULL_ADMIN` by default; others are such as `APPS_READ`. */
  readonly roles?: readonly string[];
}

export interface GivenApiKey {
  /** With its number in front, as `1-abc`. */
  readonly key: string;
  readonly name: string;
  /** Owner, `root` by default. Keys of 24.10 and before have none. */
  readonly username?: string;
}

/** `UNKNOWN` is a word that no release says: recordings may hold apps of which the state is not known. */
export type AppState = 'CRASHED' | 'DEPLOYING' | 'RUNNING' | 'STOPPED' | 'STOPPING' | 'UNKNOWN';

export interface AppUsage {
  readonly cpuPercent: number;
  readonly memory: number;
  readonly received: number;
  readonly sent: number;
}

export interface GivenApp {
  readonly name: string;
  /** `RUNNING` by default. */
  readonly state?: AppState;
  /** Name in the catalog; the name of the app by default. */
  readonly catalogName?: string;
  readonly title?: string;
  readonly version?: string;
  readonly appVersion?: string;
  /** An upgrade is available if this differs from `version`. */
  readonly latestVersion?: string;
  readonly latestAppVersion?: string;
  readonly imageUpdates?: boolean;
  readonly custom?: boolean;
  readonly image?: string;
  readonly port?: number;
  readonly usage?: () => AppUsage;
}

/** State of a virtual machine, and of a container of 26 and later. */
export type VmState = 'RUNNING' | 'STOPPED' | 'SUSPENDED' | 'ERROR' | 'UNKNOWN';

export interface GivenVm {
  readonly name: string;
  /** `STOPPED` by default. */
  readonly state?: VmState;
  readonly memoryMb?: number;
}

export type VirtStatus =
  'RUNNING' | 'STOPPED' | 'STARTING' | 'STOPPING' | 'FREEZING' | 'FROZEN' | 'ERROR' | 'UNKNOWN';

export interface GivenVirtInstance {
  readonly name: string;
  /** `STOPPED` by default. */
  readonly status?: VirtStatus;
  readonly type?: 'CONTAINER' | 'VM';
}

/** Of 26 and later. */
export interface GivenContainer {
  readonly name: string;
  /** `STOPPED` by default. */
  readonly state?: VmState;
}

export type JailState = 'up' | 'down' | 'unknown';

/** Of CORE. */
export interface GivenJail {
  readonly name: string;
  /** `down` by default. */
  readonly state?: JailState;
  /** Plugin that the jail was made from. */
  readonly plugin?: string;
  readonly release?: string;
}

export interface GivenAlert {
  readonly klass: string;
  readonly level: 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR' | 'CRITICAL' | 'ALERT' | 'EMERGENCY';
  readonly formatted: string;
}

/** Durations in milliseconds. */
export interface Timing {
  /** Between two steps of a job. */
  readonly jobStepMs: number;
  /** Delay after a wrong password, key or token. */
  readonly refusalMs: number;
  /** Delay before a call over the rate limit is refused. */
  readonly rateLimitMs: number;
  /** One second of the intervals of event sources. */
  readonly sourceSecondMs: number;
}

export const realTiming: Timing = {
  jobStepMs: 400,
  refusalMs: 3000,
  rateLimitMs: 5000,
  sourceSecondMs: 1000,
};

export interface TrueNasServerOptions {
  readonly profile: Profile;
  /** Any that is free by default. */
  readonly port?: number;
  /** Address to listen at; by default this machine alone reaches it. */
  readonly host?: string;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** By default there is `root` with the password `secret`, who may do everything. */
  readonly users?: readonly GivenUser[];
  readonly apiKeys?: readonly GivenApiKey[];
  readonly apps?: readonly GivenApp[];
  readonly vms?: readonly GivenVm[];
  readonly virtInstances?: readonly GivenVirtInstance[];
  readonly containers?: readonly GivenContainer[];
  readonly jails?: readonly GivenJail[];
  readonly alerts?: readonly GivenAlert[];
  readonly timing?: Partial<Timing>;
  readonly now?: () => number;
  /** Tests pass that of a `HandClock`, or one that does not wait. */
  readonly wait?: Wait;
  /** Everybody is taken to come from afar without encryption: 25.10 then revokes API keys that are shown to it. */
  readonly insecure?: boolean;
  /** "HTTP to HTTPS redirect" is on: whatever comes over http is answered with 307. */
  readonly redirectToHttps?: boolean;
  /** Keys that no client has heard of, in jobs, entries and measurements. */
  readonly extraKeys?: Readonly<Record<string, unknown>>;
  /** The last event of a job comes twice, as it does now and then. */
  readonly duplicateTerminal?: boolean;
  /** Told who comes and goes and what they send. */
  readonly clients?: Clients;
  /** Event sources can be subscribed to and say nothing by themselves. */
  readonly silentSources?: boolean;
  /** Any number of sign-ins in a minute is served. */
  readonly unlimitedRate?: boolean;
  /** Ids of jobs are greater than this. */
  readonly jobsAfter?: number;
}
