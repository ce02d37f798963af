import type { ServedEvent } from '../../core/playback/serving/servedEvents.ts';
import { traitsOf, type Release } from '../bedrock/releases.ts';
import { fieldsIn, fieldsOf, processIn, type Fields, type Measured } from './bedrockMessage.ts';
import { namedGeneration, unlikeAny } from './generations.ts';
import type { VirtualOptions } from './virtualSystem.ts';

/** Facts that the beginning of a recording shows of the manager. */
export interface Beginning {
  /** Version as the manager said it. */
  readonly version: string | undefined;
  /** Release of the first message that only one release has. */
  readonly sign: Release | undefined;
  /** Tasks that were listed before the first message was pushed, by id. */
  readonly tasks: ReadonlyMap<string, Fields>;
  /** Processes of the servers whose measurements are pushed, as they were told first. */
  readonly processes: ReadonlyMap<string, Measured>;
}

/** Reads the first events of a recording. Total: a message that says nothing is passed over. */
export function beginningOf(first: readonly ServedEvent[]): Beginning {
  let version: string | undefined;
  let sign: Release | undefined;
  let isPushing = false;
  const tasks = new Map<string, Fields>();
  const processes = new Map<string, Measured>();
  const pushed = new Set<string>();
  const measured = (server: string | undefined, answer: unknown): void => {
    const process = processIn(answer);
    if (server !== undefined && process && !processes.has(server)) processes.set(server, process);
  };
  for (const { bytes, channel, direction } of first) {
    const message = fieldsIn(bytes);
    if (!message) continue;
    const { path, topic, body } = message;
    sign ??= signOf(message);
    if (direction !== 'in') continue;
    if (channel !== 'reply') {
      isPushing = true;
      if (typeof topic !== 'string' || !topic.startsWith(measureTopic)) continue;
      const server = topic.slice(measureTopic.length);
      pushed.add(server);
      measured(server, message['data']);
      continue;
    }
    if (path === '/api/info') {
      const said = fieldsOf(fieldsOf(body)['info'])['app_version'];
      if (typeof said === 'string' && said !== '') version ??= said;
    }
    if (typeof path === 'string') measured(serverOf(path), body);
    if (path !== '/api/tasks/list' || isPushing || !Array.isArray(body)) continue;
    for (const task of body as readonly unknown[]) {
      const { id, ...fields } = fieldsOf(task);
      if (typeof id === 'string') tasks.set(id, fields);
    }
  }
  for (const server of [...processes.keys()]) if (!pushed.has(server)) processes.delete(server);
  return { version, sign, tasks, processes };
}

export const measureTopic = 'resource-monitor:';

function serverOf(path: string): string | undefined {
  const [, name] = /^\/api\/server\/([^/]+)\/process_info$/.exec(path) ?? [];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return name;
  }
}

const statusTopic = /^event:(?:before|after)_server_status_change$/;

/** The release that alone sends, gets or answers such a message. */
function signOf({ action, type, topic, path, status, body }: Fields): Release | undefined {
  if (action === 'authenticate' || path === '/auth/reauth') return '3.10';
  if (path === '/auth/refresh-token') return '3.8';
  if (type === 'event' && typeof topic === 'string' && statusTopic.test(topic)) return '3.10';
  const { servers } = fieldsOf(body);
  if (path !== '/api/servers' || status !== 200 || !Array.isArray(servers)) return undefined;
  if ('properties' in fieldsOf(body)) return '3.8';
  if ('files_deleted' in fieldsOf(body)) return '3.7';
  if (servers.length === 0) return undefined;
  return 'players' in fieldsOf(servers[0]) ? '3.10' : '3.9';
}

const known = Object.keys(traitsOf) as Release[];

/** The release that is asked for, else the one that was recorded. Throws words for people where there is none like it. */
export function releaseOf(
  { protocolVersion }: Pick<VirtualOptions, 'protocolVersion'>,
  { version, sign }: Beginning,
): Release {
  const asked = namedGeneration('Bedrock Server Manager', known, protocolVersion);
  if (asked) return asked;
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (version === undefined || major === undefined) return sign ?? '3.10';
  const number = Number(major) * 100 + Number(minor);
  if (number > 310) return '3.10';
  const told = known.find((each) => each === `${String(Number(major))}.${String(Number(minor))}`);
  if (told) return told;
  throw unlikeAny(version, known);
}
