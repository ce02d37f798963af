import type { Problem, Severity, Subject } from '../../../model/event.ts';
import type { InstancePatch } from '../../../model/instance.ts';
import type { Decoded, Message, Signal } from '../../../model/signal.ts';
import { PersistentMap } from '../../../model/persistentMap.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { isFields, missing, named, wrongType } from '../../reading.ts';
import { releaseTraitsOf } from '../release.ts';
import { game, instanceKind, playerNames, shownState, stateOf } from './lifecycle.ts';
import { newServer, type BedrockContext, type PendingCall, type ServerMemory } from './decoderState.ts';
import { callType, detailOf, serverOf, taskOfCall, type RestReply, type RestRequest } from '../messages.ts';
import { release, taskGone, tasksListed, taskNamed, applyTask } from './tasks.ts';

type Step = Decoded<BedrockContext>;
type Meaning = Pick<Step, 'context' | 'signals'>;

/** A request of ours. Only that it was asked matters for what its answer means. */
export function decodeRequest(context: BedrockContext, message: Message, request: RestRequest): Step {
  const event = eventOf(
    request,
    'debug',
    text('{0} {1}', oneLine(request.method, 10), oneLine(request.path, 200)),
  );
  const asked = { ...context, ...askedBy(request, context.tick) };
  const beginsTask = request.method !== 'GET' && message.correlation !== undefined;
  if (!beginsTask || request.path.startsWith('/auth/'))
    return { context: asked, event, signals: [], problems: [] };
  const { title, operation, server } = taskOfCall(request);
  const call: PendingCall = {
    title,
    ...(operation === undefined ? {} : { operation }),
    ...(server === undefined ? {} : { server }),
  };
  const { correlation = '' } = message;
  return {
    context: { ...asked, calls: asked.calls.set(correlation, call) },
    event,
    signals: [],
    problems: [],
  };
}

/** Signals of an answer. */
export function decodeReply(context: BedrockContext, message: Message, reply: RestReply): Step {
  const { status, error, body } = reply;
  const refused = status === undefined || status >= 400;
  const words = error ?? detailOf(body);
  const summary: Text =
    status === undefined
      ? words === undefined
        ? text('No answer')
        : text('No answer: {0}', oneLine(words, 200))
      : words === undefined
        ? text('Answered {0}', status)
        : text('Answered {0}: {1}', status, oneLine(words, 200));
  const event = eventOf(reply, refused ? 'warning' : 'debug', summary);
  const problems: Problem[] = [];
  const meaning = meaningOf(context, message, reply, problems);
  const { correlation = '' } = message;
  const answered = { ...meaning.context, calls: meaning.context.calls.delete(correlation) };
  const released = release(answered);
  return { context: released.context, event, signals: [...meaning.signals, ...released.signals], problems };
}

function askedBy({ method, path }: RestRequest, tick: number): Partial<BedrockContext> {
  if (method !== 'GET') return {};
  if (path === '/api/servers') return { serversAsked: tick };
  return path === '/api/tasks/list' ? { tasksAsked: tick } : {};
}

function meaningOf(
  context: BedrockContext,
  message: Message,
  reply: RestReply,
  problems: Problem[],
): Meaning {
  const { method, path, status = 0, body } = reply;
  const good = status >= 200 && status < 300;
  const nothing: Meaning = { context, signals: [] };
  if (method === 'GET' && path === '/api/info') return good ? informed(context, body) : nothing;
  if (method === 'GET' && path === '/api/servers')
    return good ? serversListed(context, body, problems) : nothing;
  if (method === 'GET' && path === '/api/tasks/list')
    return good && Array.isArray(body) ? tasksListed(context, body as readonly unknown[]) : nothing;
  const asked = /^\/api\/tasks\/status\/([^/?]+)$/.exec(path)?.[1];
  if (method === 'GET' && asked !== undefined) {
    if (status === 404) return taskGone(context, asked);
    return good && isFields(body) && context.tasks.has(asked) ? applyTask(context, asked, body) : nothing;
  }
  const id = good && isFields(body) ? named(body['task_id']) : undefined;
  const call = context.calls.get(message.correlation ?? '');
  return id === undefined || !call ? nothing : taskNamed(context, id, call, message.correlation);
}

/** The first question of a conversation: what was on its way in an earlier one is answered by nobody. */
function informed(context: BedrockContext, body: unknown): Meaning {
  const info = isFields(body) && isFields(body['info']) ? body['info'] : {};
  const version = named(info['app_version']);
  const { statusEvents } = releaseTraitsOf(version);
  return release({
    ...context,
    calls: PersistentMap.empty(),
    emitted: PersistentMap.empty(),
    begun: [],
    servers: PersistentMap.from(
      [...context.servers].map(([name, server]) => [name, unheard(server)] as const),
    ),
    statusEvents: version === undefined ? context.statusEvents : statusEvents,
  });
}

/** After a time without events: work may be over, and a stop that was asked for done. */
function unheard({ prior: _prior, ...server }: ServerMemory): ServerMemory {
  return { ...server, working: [], stopAsked: false };
}

/** The full list. Of a server that an event told of after the question, the event knows better. */
function serversListed(context: BedrockContext, body: unknown, problems: Problem[]): Meaning {
  const list = isFields(body) ? body['servers'] : undefined;
  if (!Array.isArray(list)) {
    problems.push(wrongType('body.servers', 'array'));
    return { context, signals: [] };
  }
  const instances: { kind: string; key: string; patch: InstancePatch }[] = [];
  const signals: Signal[] = [];
  let { servers } = context;
  const there = new Set<string>();
  for (const [index, entry] of (list as readonly unknown[]).entries()) {
    const name = isFields(entry) ? named(entry['name']) : undefined;
    if (!isFields(entry) || name === undefined) {
      problems.push(missing(`body.servers.${String(index)}.name`));
      continue;
    }
    if (there.has(name)) continue;
    there.add(name);
    const old = servers.get(name);
    const newer = old !== undefined && old.touched > context.serversAsked;
    const base = stateOf(entry['status']);
    if (base === undefined) problems.push(wrongType(`body.servers.${String(index)}.status`, 'status'));
    const count = entry['player_count'];
    const players = typeof count === 'number' && count >= 0 ? count : undefined;
    const memory: ServerMemory = newer
      ? old
      : {
          ...(old ?? newServer),
          base: base ?? 'unknown',
          ...(players === undefined ? {} : { players }),
        };
    servers = servers.set(name, memory);
    const version = named(entry['version']);
    const patch: InstancePatch = {
      name,
      game,
      state: shownState(memory),
      version: version === undefined || version === 'UNKNOWN' ? null : oneLine(version, 60),
      ...(newer || players === undefined
        ? {}
        : {
            players: base === 'running' || players > 0 ? players : null,
            ...(players > 0 ? playerNames(entry['players']) : {}),
          }),
    };
    instances.push({ kind: instanceKind, key: name, patch });
  }
  for (const [name, memory] of context.servers) {
    if (there.has(name)) continue;
    if (memory.touched > context.serversAsked)
      instances.push({ kind: instanceKind, key: name, patch: { state: shownState(memory) } });
    else servers = servers.delete(name);
  }
  return { context: { ...context, servers }, signals: [{ signal: 'snapshot', instances }, ...signals] };
}

function eventOf(call: RestRequest | RestReply, severity: Severity, summary: Text): Step['event'] {
  const server = serverOf(call.path);
  const subject: Subject | undefined = server === undefined ? undefined : { kind: instanceKind, key: server };
  return { type: callType(call), severity, retention: 'control', summary, ...(subject ? { subject } : {}) };
}
