import type { InstancePatch } from '../../../model/instance.ts';
import { lifecycle, type LifecycleState } from '../../../model/lifecycle.ts';
import type { DecodeStep, Signal } from '../../../model/signal.ts';
import { oneLine, text } from '../../../model/text.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import {
  newServer,
  stateOfWork,
  works,
  type BedrockContext,
  type ServerMemory,
  type Work,
} from './decoderState.ts';
import { failureIn, isSkipped } from '../messages.ts';
import type { RetiredStem, Stem } from '../stems.ts';

export const instanceKind = 'instance';
export const game = 'Minecraft Bedrock';

const states: Readonly<Record<string, LifecycleState>> = {
  STARTING: 'starting',
  RUNNING: 'running',
  STOPPING: 'stopping',
  STOPPED: 'stopped',
  INSTALLING: 'installing',
  INSTALLED: 'stopped',
  UPDATING: 'updating',
  UPDATED: 'stopped',
  ERROR: 'failed',
  UNKNOWN: 'unknown',
};

/** State by the server's word for it; undefined for another word. */
export function stateOf(status: unknown): LifecycleState | undefined {
  return typeof status === 'string' && Object.hasOwn(states, status) ? states[status] : undefined;
}

/** Shown state of a server: the work that is going on, else the state beneath it. */
export function shownState({ base, working }: ServerMemory): LifecycleState {
  const work = working.length === 0 ? undefined : works.find((each) => working.includes(each));
  return work === undefined ? base : stateOfWork[work];
}

export interface ServerFact {
  readonly stem: Stem | RetiredStem;
  readonly phase: 'before' | 'after';
  readonly server: string;
  readonly data: Fields;
}

interface ServerStep extends DecodeStep<BedrockContext> {
  /** The server ended by itself and is started again. */
  readonly crashed?: true;
}

/** Signals of an event for its server. Decided by its type and by what is remembered, never by its place in an expected order. */
export function applyServerFact(context: BedrockContext, fact: ServerFact): ServerStep {
  const { stem, phase, server, data } = fact;
  const old = context.servers.get(server) ?? newServer;
  const result = data['result'];
  const failure = phase === 'after' ? failureIn(result) : undefined;
  const isNews = stem === 'server_status_change' && !context.statusEvents;
  const known = isNews ? { ...context, statusEvents: true } : context;

  if (stem === 'delete_server_data' && phase === 'after' && failure === undefined) {
    return {
      context: { ...known, servers: known.servers.delete(server) },
      signals: [{ signal: 'gone', kind: instanceKind, key: server }],
    };
  }
  const step = stepOf({ ...fact, failure, old, statusEvents: known.statusEvents });
  const memory: ServerMemory = { ...step.memory, touched: context.tick };
  const patch: InstancePatch = {
    game,
    state: shownState(memory),
    // A refusal is no detail of a server that runs; the event says it.
    ...(failure === undefined || lifecycle[shownState(memory)].up
      ? {}
      : { detail: text('{0}', oneLine(failure, 300)) }),
    ...step.patch,
  };
  const signals: Signal[] = [{ signal: 'instance', kind: instanceKind, key: server, patch }];
  if (step.players !== undefined)
    signals.push({
      signal: 'metrics',
      kind: instanceKind,
      key: server,
      values: { players: step.players },
    });
  return {
    context: { ...known, servers: known.servers.set(server, memory) },
    signals,
    ...(step.crashed ? { crashed: true } : {}),
  };
}

interface Step {
  readonly memory: ServerMemory;
  readonly patch?: InstancePatch;
  readonly players?: number;
  readonly crashed?: true;
}

interface Situation extends ServerFact {
  readonly failure: string | undefined;
  readonly old: ServerMemory;
  readonly statusEvents: boolean;
}

function stepOf(situation: Situation): Step {
  const { stem, phase, old, failure } = situation;
  switch (stem) {
    case 'server_status_change':
      return phase === 'after' && failure === undefined ? statusChanged(situation) : { memory: old };
    case 'server_start':
    case 'server_stop':
      return commanded(situation);
    case 'server_statuses_updated':
      return phase === 'after' && failure === undefined ? playersChanged(situation) : { memory: old };
    case 'backup':
    case 'restore':
    case 'server_install':
    case 'server_update':
    case 'delete_server_data':
      return worked(stem, situation);
    default:
      // The event tells that the server is there, and no more.
      return { memory: old };
  }
}

function statusChanged({ data, old }: Situation): Step {
  const result = isFields(data['result']) ? data['result'] : {};
  const base = stateOf(result['new_status'] ?? data['status']);
  if (base === undefined) return { memory: old };
  const before = stateOf(result['previous_status']) ?? old.base;
  // The monitor starts a crashed server again without a word of a stop.
  if (base === 'starting' && before === 'running' && !old.stopAsked) {
    const crashes = old.crashes + 1;
    const detail = text('it ended by itself and is started again; crashes so far: {0}', crashes);
    return { memory: { ...old, base: 'crashed', crashes }, patch: { detail, players: null }, crashed: true };
  }
  if (base === 'running') {
    const crashed = old.crashes > 0 && old.base !== 'running';
    const detail = text('it crashed and was started again; crashes so far: {0}', old.crashes);
    return { memory: { ...old, base, stopAsked: false }, ...(crashed ? { patch: { detail } } : {}) };
  }
  if (base === 'failed') {
    const detail = text('the manager gave up after {0} crashes', old.crashes);
    return { memory: { ...old, base }, patch: { players: null, ...(old.crashes > 0 ? { detail } : {}) } };
  }
  if (base === 'stopped')
    return { memory: { ...old, base, stopAsked: false, crashes: 0 }, patch: { players: null } };
  return { memory: { ...old, base } };
}

/** A start or stop. Since 3.10 the states tell it themselves, and earlier; before, it is all there is. */
function commanded({ stem, phase, failure, old, statusEvents }: Situation): Step {
  const stop = stem === 'server_stop';
  const asked = stop ? { ...old, stopAsked: phase === 'before' } : old;
  if (statusEvents) return { memory: asked };
  const { prior, ...rest } = asked;
  if (phase === 'before')
    return { memory: { ...rest, prior: prior ?? old.base, base: stop ? 'stopping' : 'starting' } };
  if (failure === undefined) {
    return stop
      ? { memory: { ...rest, base: 'stopped', crashes: 0 }, patch: { players: null } }
      : { memory: { ...rest, base: 'running' } };
  }
  return { memory: { ...rest, base: factIn(failure) ?? prior ?? old.base } };
}

/** A refusal may say what is the case. */
function factIn(failure: string): LifecycleState | undefined {
  if (/already running/i.test(failure)) return 'running';
  return /already stopped|not running/i.test(failure) ? 'stopped' : undefined;
}

/** Names of players that are kept of one server. */
const mostNames = 100;

/** Names of a list of players; not every release sends one. */
export function playerNames(list: unknown): Pick<InstancePatch, 'playerNames'> {
  if (!Array.isArray(list)) return {};
  const names = (list as readonly unknown[])
    .slice(0, mostNames)
    .flatMap((player) => (isFields(player) ? (named(player['name']) ?? []) : []))
    .map((name) => oneLine(name, 60));
  return { playerNames: names.length === 0 ? null : names };
}

function playersChanged({ data, old }: Situation): Step {
  const count = data['player_count'];
  const list = data['players'];
  const players =
    typeof count === 'number' && count >= 0 ? count : Array.isArray(list) ? list.length : undefined;
  if (players === undefined) return { memory: old };
  return { memory: { ...old, players }, patch: { players, ...playerNames(list) }, players };
}

function worked(work: Work, { phase, failure, data, old, statusEvents }: Situation): Step {
  if (phase === 'before') return { memory: { ...old, working: [...old.working, work] } };
  // Skipped is the second of two, and the first goes on.
  if (isSkipped(data['result'])) {
    const at = old.working.lastIndexOf(work);
    return { memory: { ...old, working: old.working.filter((_, i) => i !== at) } };
  }
  const others = old.working.filter((each) => each !== work);
  const result = isFields(data['result']) ? data['result'] : {};
  const version = named(result['new_version']) ?? named(result['version']);
  const installed = work === 'server_install' || work === 'server_update';
  const base =
    installed && old.base === 'unknown' && !statusEvents
      ? failure === undefined
        ? 'stopped'
        : 'failed'
      : old.base;
  return {
    memory: { ...old, base, working: others },
    ...(failure === undefined && installed && version !== undefined ? { patch: { version } } : {}),
  };
}

/** A process ended without a stop; `isBack` where another took its place already, `isNew` where that is first told of. */
export function applyCrash(
  context: BedrockContext,
  server: string,
  { isNew, isBack }: { readonly isNew: boolean; readonly isBack: boolean },
): DecodeStep<BedrockContext> {
  const old = context.servers.get(server) ?? newServer;
  const crashes = old.crashes + (isNew ? 1 : 0);
  const memory: ServerMemory = {
    ...old,
    base: isBack ? 'running' : 'crashed',
    crashes,
    touched: context.tick,
  };
  const detail = isBack
    ? text('it crashed and was started again; crashes so far: {0}', crashes)
    : text('it ended by itself; crashes so far: {0}', crashes);
  const patch = { game, state: shownState(memory), detail, ...(isBack ? {} : { players: null }) };
  return {
    context: { ...context, servers: context.servers.set(server, memory) },
    signals: [{ signal: 'instance', kind: instanceKind, key: server, patch, onlyIfKnown: true }],
  };
}

const workOfOperation: Readonly<Record<string, Work>> = {
  remove: 'delete_server_data',
  install: 'server_install',
  update: 'server_update',
  restore: 'restore',
  backup: 'backup',
};

/** Work whose end was never told, because it raised, is over with the task that it belonged to. */
export function endWork(
  context: BedrockContext,
  { server, operation = '' }: { readonly server?: string; readonly operation?: string },
): ServerStep {
  const memory = server === undefined ? undefined : context.servers.get(server);
  const work = workOfOperation[operation];
  if (server === undefined || !memory || work === undefined || !memory.working.includes(work))
    return { context, signals: [] };
  const ended: ServerMemory = { ...memory, working: memory.working.filter((each) => each !== work) };
  const patch = { state: shownState(ended) };
  return {
    context: { ...context, servers: context.servers.set(server, ended) },
    signals: [{ signal: 'instance', kind: instanceKind, key: server, patch, onlyIfKnown: true }],
  };
}
