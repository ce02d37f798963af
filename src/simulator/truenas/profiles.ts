export type Profile = 'core-13' | '24.10' | '25.10' | '26.0';

/** Differences between the generations of the middleware. */
export interface Traits {
  readonly version: string;
  /** JSON-RPC at `/api/current` beside DDP at `/websocket`. */
  readonly jsonRpc: boolean;
  readonly pong: boolean;
  /** Errors name their number, traces hold a `repr`. */
  readonly errnames: boolean;
  readonly notAuthenticated: 'access' | 'bare' | 'callError';
  /** A removal is sent as `removed`, or as `changed` with `cleared`. */
  readonly removal: 'removed' | 'cleared';
  /** CORE knows a subscription by its id and says nothing when it ends. */
  readonly nosub: 'collection' | 'id';
  readonly roles: boolean;
  /** `always` limits logged-in peers too; undefined limits nobody. */
  readonly rateLimit: 'always' | 'beforeLogin' | undefined;
  /** Longest message of somebody who is logged in. */
  readonly maxMessage: number | undefined;
  /** A message that is no object ends the connection, with or without a close frame. */
  readonly nonObject: 'close' | 'drop';
  readonly pingBeforeLogin: boolean;
  readonly loginEx: boolean;
  /** API keys are of users, and lost where others could read along. */
  readonly userKeys: boolean;
  readonly sourcesEndAtLogout: boolean;
  readonly apps: boolean;
  readonly virt: boolean;
  /** Containers instead of Incus; events of machines hold the full entry. */
  readonly containers: boolean;
  /** Traces hold frames, with what the caller gave. */
  readonly traceFrames: boolean;
  /** API keys sign in by SCRAM; one that is sent as it is gets `DENIED`. */
  readonly scramKeys: boolean;
  readonly jails: boolean;
  /** Whole seconds only. */
  readonly wholeSeconds: boolean;
  readonly jobs: 'core' | 'scale' | 'withMessageIds';
  readonly realtime: 'core' | 'psutil' | 'netdata';
  readonly schema: 'old' | 'pydantic';
}

const scale = {
  errnames: true,
  removal: 'removed',
  nosub: 'collection',
  roles: true,
  maxMessage: 65_536,
  apps: true,
  jails: false,
  wholeSeconds: true,
  containers: false,
  traceFrames: true,
  scramKeys: false,
} as const;

const modern = {
  ...scale,
  version: 'TrueNAS-25.10.1',
  jsonRpc: true,
  pong: false,
  notAuthenticated: 'callError',
  rateLimit: 'beforeLogin',
  nonObject: 'close',
  pingBeforeLogin: true,
  loginEx: true,
  userKeys: true,
  sourcesEndAtLogout: true,
  virt: true,
  jobs: 'withMessageIds',
  realtime: 'netdata',
  schema: 'pydantic',
} as const;

export const traitsOf: Readonly<Record<Profile, Traits>> = {
  'core-13': {
    version: 'TrueNAS-13.0-U6.8',
    jsonRpc: false,
    pong: true,
    errnames: false,
    notAuthenticated: 'access',
    removal: 'cleared',
    nosub: 'id',
    roles: false,
    rateLimit: undefined,
    maxMessage: undefined,
    nonObject: 'drop',
    pingBeforeLogin: false,
    loginEx: false,
    userKeys: false,
    sourcesEndAtLogout: false,
    apps: false,
    virt: false,
    containers: false,
    traceFrames: true,
    scramKeys: false,
    jails: true,
    wholeSeconds: false,
    jobs: 'core',
    realtime: 'core',
    schema: 'old',
  },
  '24.10': {
    ...scale,
    version: 'TrueNAS-SCALE-24.10.2',
    jsonRpc: false,
    pong: true,
    notAuthenticated: 'bare',
    rateLimit: 'always',
    nonObject: 'drop',
    pingBeforeLogin: false,
    loginEx: false,
    userKeys: false,
    sourcesEndAtLogout: false,
    virt: false,
    jobs: 'scale',
    realtime: 'psutil',
    schema: 'old',
  },
  '25.10': modern,
  '26.0': {
    ...modern,
    version: 'TrueNAS-26.0.0-BETA.1',
    virt: false,
    containers: true,
    traceFrames: false,
    scramKeys: true,
  },
};
