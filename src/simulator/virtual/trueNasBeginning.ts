import type { ServedEvent } from '../../core/playback/serving/servedEvents.ts';
import { isObject } from '../host.ts';
import { parsed } from '../truenas/line.ts';
import { traitsOf, type Profile } from '../truenas/profiles.ts';
import { RecordedEvent } from '../truenas/recordedEvent.ts';
import { namedGeneration, unlikeAny } from './generations.ts';
import type { VirtualOptions } from './virtualSystem.ts';

/** Names that the settings of a connection may hold, and the characters of one. */
const maxNames = 1000;
const maxName = 300;

/** A log is followed as long as somebody reads it; jobs, alerts and what servers run in are subscribed to anyway. */
const usual =
  /^(?:core\.get_jobs|alert\.list|app\.container_log_follow.*|(?:app|chart\.release|vm|virt\.instance|container|jail)\.query)$/s;

/** Facts that the beginning of a recording shows of the NAS. */
export interface Beginning {
  /** Protocol of the first message that tells it. */
  readonly protocol: 'ddp' | 'jsonrpc' | undefined;
  /** Version as the NAS said it. */
  readonly version: string | undefined;
  /** Events and methods by their names. */
  readonly names: ReadonlySet<string>;
  /** Jobs that were listed before the first event was pushed, by id. */
  readonly jobs: ReadonlyMap<number, object>;
  /** Greatest id of a job. */
  readonly lastJob: number;
  /** Fields of the first job that was told. */
  readonly job: object | undefined;
  /** Apps that the recorded connection looked at; empty for all. */
  readonly apps: readonly string[];
  /** Events that it subscribed to and that our connections do not ask for by themselves. */
  readonly subscriptions: readonly string[];
}

/** Reads the first events of a recording. Total: a message that says nothing is passed over. */
export function beginningOf(first: readonly ServedEvent[]): Beginning {
  let protocol: Beginning['protocol'];
  let version: string | undefined;
  let apps: readonly string[] = [];
  let job: object | undefined;
  let isPushing = false;
  let lastJob = 0;
  const names = new Set<string>();
  const methods = new Map<unknown, string>();
  const jobs = new Map<number, object>();
  const subscriptions = new Set<string>();
  const took = (row: unknown): number | undefined => {
    if (!isObject(row)) return undefined;
    job ??= row;
    const id = row['id'];
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
    lastJob = Math.max(lastJob, id);
    return id;
  };
  for (const { bytes, direction } of first) {
    const message = parsed(Buffer.from(bytes).toString('utf8'))?.value;
    if (!isObject(message)) continue;
    if (direction === 'none') {
      apps = appsIn(message['gameServerOpsApps']) ?? apps;
      continue;
    }
    protocol ??=
      message['jsonrpc'] !== undefined ? 'jsonrpc' : message['msg'] !== undefined ? 'ddp' : undefined;
    const { id, method, result } = message;
    if (direction === 'out') {
      if (typeof method === 'string') {
        methods.set(id, method);
        names.add(method);
      }
      const wanted = subscriptionIn(message);
      if (wanted !== undefined) subscriptions.add(wanted);
      continue;
    }
    const event = RecordedEvent.read(bytes);
    if (event) {
      isPushing = true;
      names.add(event.collection);
      if (event.collection === 'core.get_jobs') took(event.body['fields']);
      continue;
    }
    const asked = methods.get(id);
    if (asked === 'system.info' && isObject(result)) version ??= textIn(result['version']);
    if (asked === 'system.version') version ??= textIn(result);
    if (asked !== 'core.get_jobs' || !Array.isArray(result)) continue;
    for (const row of result as readonly unknown[]) {
      const number = took(row);
      if (number !== undefined && isObject(row) && !isPushing) jobs.set(number, row);
    }
  }
  return {
    protocol,
    version,
    names,
    jobs,
    lastJob,
    job,
    apps,
    subscriptions: [...subscriptions].slice(0, maxNames),
  };
}

/** The generation that a version belongs to; undefined where nothing here is like it. */
export function profileOfVersion(version: string): Profile | undefined {
  const found = /(\d+)\.(\d+)/.exec(version);
  if (!found) return undefined;
  const release = Number(found[1]) * 100 + Number(found[2]);
  if (release < 2000) return 'core-13';
  // Apps of the releases before were Kubernetes charts.
  if (release < 2410) return undefined;
  if (release < 2504) return '24.10';
  return release < 2600 ? '25.10' : '26.0';
}

/** The generation that is asked for, else the one that was recorded. Throws words for people where there is none like it. */
export function profileOf(
  { protocolVersion, base }: Pick<VirtualOptions, 'protocolVersion' | 'base'>,
  beginning: Beginning,
): Profile {
  const known = Object.keys(traitsOf) as Profile[];
  const asked = namedGeneration('TrueNAS', known, protocolVersion);
  if (asked) return asked;
  const version = beginning.version ?? base.find(({ kind }) => kind === 'host')?.version;
  const told = version === undefined ? undefined : profileOfVersion(version);
  if (told) return told;
  if (version !== undefined && /\d\.\d/.test(version)) throw unlikeAny(version, known);
  return guessed(beginning, new Set(base.map(({ kind }) => kind)));
}

/** Signs of the generations in a recording that does not name the version. */
function guessed({ protocol, names, job }: Beginning, kinds: ReadonlySet<string>): Profile {
  const has = (kind: string, collection: string): boolean => kinds.has(kind) || names.has(collection);
  if (kinds.has('container')) return '26.0';
  if (kinds.has('jail')) return 'core-13';
  if (protocol === 'jsonrpc') return has('container', 'container.query') ? '26.0' : '25.10';
  if (kinds.has('virt') || names.has('auth.login_ex') || (job && 'message_ids' in job)) return '25.10';
  if (protocol === 'ddp' && (has('app', 'app.query') || names.has('app.stats'))) return '24.10';
  if (names.has('jail.query') || (job && !('transient' in job))) return 'core-13';
  return '25.10';
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The chosen apps. Those that were chosen by a tag cannot be chosen here: the served apps have none. */
function appsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = value.filter(
    (each): each is string => textIn(each) !== undefined && String(each).length <= maxName,
  );
  return names.some((each) => each === '*' || each.startsWith('tag:')) ? [] : names.slice(0, maxNames);
}

function subscriptionIn({
  msg,
  method,
  name,
  params,
}: Readonly<Record<string, unknown>>): string | undefined {
  const first: unknown = method === 'core.subscribe' && Array.isArray(params) ? params[0] : undefined;
  const wanted = textIn(msg === 'sub' ? name : first);
  return wanted === undefined || wanted.length > maxName || usual.test(wanted) ? undefined : wanted;
}
