import {
  retiredStems,
  stemNames,
  stemsSince310,
  stemsSince39,
  type RetiredStem,
  type Stem,
} from './stems.ts';

/** Abilities of a release of the server. An unknown release is taken for the newest. */
export interface ReleaseTraits {
  /** As the server tells it; empty where it does not. */
  readonly version: string;
  /** How the WebSocket wants to know who we are; the first that works. */
  readonly socketSignIns: readonly SocketSignIn[];
  /** The login takes JSON instead of a form. */
  readonly jsonLogin: boolean;
  /** `*` is a topic for all events. */
  readonly wildcard: boolean;
  /** Every change of a state is an event of its own. */
  readonly statusEvents: boolean;
  /** All tasks can be asked for at once. */
  readonly taskList: boolean;
  /** A token can be renewed without the password. */
  readonly reauth: boolean;
  /** Some calls changed their method with 3.10. */
  readonly methods: { readonly prune: string; readonly scan: string; readonly setPermissions: string };
  /** All topics of events that this release may send. */
  readonly topics: readonly string[];
}

/** A first message, a token in the address, or the cookie of the login. */
export type SocketSignIn = 'message' | 'query' | 'cookie';

/** `major.minor.patch`, then the number of the beta; a release is behind all its betas. */
type Release = readonly [number, number, number, number];

const released = Number.MAX_SAFE_INTEGER;

/** Reads a version such as `3.10.0b3`. */
export function releaseTraitsOf(version: string | undefined): ReleaseTraits {
  const release = releaseOf(version ?? '');
  const from = (...at: Release): boolean => !release || compare(release, at) >= 0;
  const before310 = !from(3, 10, 0, 0);
  return {
    version: version ?? '',
    socketSignIns: socketSignInsOf(release),
    jsonLogin: from(3, 9, 0, 1) && !from(3, 10, 0, 2),
    wildcard: from(3, 8, 0, 0),
    statusEvents: !before310,
    taskList: from(3, 8, 0, 1),
    reauth: from(3, 10, 0, 4),
    methods: before310
      ? { prune: 'POST', scan: 'POST', setPermissions: 'PUT' }
      : { prune: 'PUT', scan: 'PUT', setPermissions: 'POST' },
    topics: topicsOf(from),
  };
}

function socketSignInsOf(release: Release | undefined): readonly SocketSignIn[] {
  if (!release) return ['message', 'query', 'cookie'];
  if (compare(release, [3, 10, 0, 4]) >= 0) return ['message', 'cookie'];
  if (compare(release, [3, 10, 0, 3]) >= 0) return ['message'];
  return compare(release, [3, 9, 0, 1]) >= 0 ? ['query', 'cookie'] : ['query'];
}

function topicsOf(from: (...at: Release) => boolean): string[] {
  const stems = stemNames.filter((stem) => {
    if (stemsSince310.includes(stem)) return from(3, 10, 0, 0);
    return !stemsSince39.includes(stem) || from(3, 9, 0, 0);
  });
  const topics = topicsOfStems(stems).filter(
    (topic) => topic !== 'event:before_server_statuses_updated' || from(3, 10, 0, 0),
  );
  // A topic that only the documents list costs a subscription and nothing else.
  return from(3, 10, 0, 0) ? topics : [...topics, ...topicsOfStems(retiredStems)];
}

function topicsOfStems(stems: readonly (Stem | RetiredStem)[]): string[] {
  return stems.flatMap((stem) => [`event:before_${stem}`, `event:after_${stem}`]);
}

function releaseOf(version: string): Release | undefined {
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:(a|b|rc)(\d+))?/.exec(version.trim());
  if (!found) return undefined;
  const [, major, minor, patch = '0', kind, number = '0'] = found;
  // Alphas come before the first beta, candidates behind all betas.
  const stage = kind === undefined ? released : kind === 'a' ? 0 : kind === 'b' ? Number(number) : 1000;
  return [Number(major), Number(minor), Number(patch), stage];
}

function compare(a: Release, b: Release): number {
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
