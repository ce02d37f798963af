import { oneLine, text, type Text } from '../../../model/text.ts';
import type { Instance } from '../../../model/instance.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import {
  failed,
  type OperationInput,
  type OperationResult,
  type OperationRun,
  refused,
  succeeded,
} from '../../operation.ts';
import { isFields, named } from '../../reading.ts';
import type { TrueNasSession, JobEnd, JobReference, JobRun } from '../session/trueNasSession.ts';
import { collectionOf, stateIn, type Kind } from '../kinds.ts';
import { numbered } from '../messages.ts';
import type { TrueNasSettings } from '../settings.ts';

type Call = readonly [method: string, params: readonly unknown[]];

/** A guest that does not go by itself within this is reported, not waited for. */
const shutdownTimeoutSeconds = 60;

export const noConnection: OperationResult = refused(text('There is no open connection to the NAS.'));

/** The call that does it, per kind. Every generation has its own names and its own needs. */
const calls: Readonly<
  Record<string, Readonly<Record<string, (key: string, input: OperationInput) => Call>>>
> = {
  app: {
    start: (key) => ['app.start', [key]],
    stop: (key) => ['app.stop', [key]],
    redeploy: (key) => ['app.redeploy', [key]],
    update: (key) => ['app.upgrade', [key]],
    rollback: (key, { version = '' }) => ['app.rollback', [key, { app_version: version }]],
  },
  chart: {
    start: (key) => ['chart.release.scale', [key, { replica_count: 1 }]],
    stop: (key) => ['chart.release.scale', [key, { replica_count: 0 }]],
    redeploy: (key) => ['chart.release.redeploy', [key]],
    update: (key) => ['chart.release.upgrade', [key]],
    rollback: (key, { version = '' }) => ['chart.release.rollback', [key, { item_version: version }]],
    scale: (key, { replicas = '1' }) => ['chart.release.scale', [key, { replica_count: Number(replicas) }]],
  },
  vm: {
    start: (key) => ['vm.start', [numbered(key)]],
    resume: (key) => ['vm.resume', [numbered(key)]],
    stop: (key) => ['vm.stop', [numbered(key), { force_after_timeout: true }]],
    restart: (key) => ['vm.restart', [numbered(key)]],
  },
  virt: {
    start: (key) => ['virt.instance.start', [key]],
    // Without a time or force it is refused.
    stop: (key) => ['virt.instance.stop', [key, { timeout: shutdownTimeoutSeconds, force: false }]],
    restart: (key) => ['virt.instance.restart', [key, { timeout: shutdownTimeoutSeconds, force: false }]],
  },
  container: {
    start: (key) => ['container.start', [numbered(key)]],
    stop: (key) => ['container.stop', [numbered(key), { force_after_timeout: true }]],
  },
  jail: {
    start: (key) => ['jail.start', [key]],
    stop: (key) => ['jail.stop', [key]],
    restart: (key) => ['jail.restart', [key]],
  },
};

const done: Readonly<Record<string, (name: string) => Text>> = {
  start: (name) => text('{0} started', name),
  stop: (name) => text('{0} stopped', name),
  restart: (name) => text('{0} restarted', name),
  redeploy: (name) => text('{0} was redeployed', name),
  scale: (name) => text('{0} was scaled', name),
  update: (name) => text('{0} was upgraded', name),
  rollback: (name) => text('{0} was rolled back', name),
};

/** Does one thing with one instance and waits for the job that does it. */
export async function runInstanceCall(
  id: string,
  run: OperationRun<TrueNasSettings, TrueNasSession>,
): Promise<OperationResult> {
  const { session: first, instance, input, signal } = run;
  if (!first) return noConnection;
  const woken = id === 'start' && instance.state === 'paused';
  const call = calls[instance.kind]?.[woken ? 'resume' : id];
  if (!call) return refused(text('This cannot be done with it.'));
  if (id === 'rollback' && !input['version']) return refused(text('A version is needed.'));
  const [method, params] = call(instance.key, input);
  return explained(async () => {
    const { end, session } = await endOfJob(run, first, method, params);
    if (end.log !== undefined) run.output(`${end.log}\n`);
    if (end.state === 'succeeded' && id === 'stop') return await verifyStopped(session, instance, signal);
    // A machine is started by no job, and not every release tells of it.
    if (instance.kind === 'vm' || instance.kind === 'container') {
      const now = await look(session, instance, signal);
      const runs = now === 'running' || now === 'ready' || now === 'starting';
      if (end.state === 'succeeded' && id === 'start' && !runs)
        return failed(text('The NAS took the call, but {0} does not run', oneLine(instance.name, 60)));
    }
    return resultOf(end, done[id]?.(oneLine(instance.name, 60)) ?? text('Done'));
  });
}

type Waiting = Pick<OperationRun<TrueNasSettings, TrueNasSession>, 'signal' | 'progress' | 'nextSession'>;

/** The end of a job, and the session that told of it. */
interface Told {
  readonly end: JobEnd;
  readonly session: TrueNasSession;
}

/** Makes the call and waits for the end of the job that does it. */
async function endOfJob(
  run: Waiting,
  session: TrueNasSession,
  method: string,
  params: readonly unknown[],
): Promise<Told> {
  return overInterruptions(run, session, await session.job(method, params, jobRun(run)));
}

/** Waits for the end of a job that is there. */
export async function waitForJob(run: Waiting, session: TrueNasSession, job: JobReference): Promise<Told> {
  return overInterruptions(run, session, await session.resume(job, jobRun(run)));
}

async function overInterruptions(run: Waiting, first: TrueNasSession, last: JobEnd): Promise<Told> {
  let session = first;
  let end = last;
  while (end.unsettled) {
    run.progress(text('The connection broke; the NAS is asked when it is back'));
    const next = await run.nextSession(session);
    if (!next) break;
    session = next;
    end = await session.resume(end.unsettled, jobRun(run));
  }
  return { end, session };
}

function jobRun({ signal, progress }: Waiting): JobRun {
  return { signal, progress: (words) => progress(text('{0}', oneLine(words, 200))) };
}

/** Outcome of a job in words for people. */
export function resultOf({ state, message }: JobEnd, good: Text): OperationResult {
  if (state === 'succeeded') return succeeded(good);
  return failed(state === 'lost' ? text('How it ended is not known: {0}', message) : message);
}

/** Turns a refusal into an outcome; what is none is passed on. */
export async function explained(work: () => Promise<OperationResult>): Promise<OperationResult> {
  try {
    return await work();
  } catch (error) {
    if (!ConversationError.is(error)) throw error;
    return { outcome: error.reason === 'unsuitable' ? 'refused' : 'failed', message: error.text };
  }
}

/** The NAS tells that an app is stopped also where it is not; what it lists counts. */
async function verifyStopped(
  session: TrueNasSession,
  instance: Instance,
  signal: AbortSignal,
): Promise<OperationResult> {
  const name = oneLine(instance.name, 60);
  const now = await look(session, instance, signal);
  if (now === 'running' || now === 'crashed')
    return failed(text('The NAS says that it was stopped, but {0} is not', name));
  return succeeded(text('{0} stopped', name));
}

async function look(
  session: TrueNasSession,
  { kind, key }: Instance,
  signal: AbortSignal,
): Promise<string | undefined> {
  const collection = collectionOf(kind);
  if (collection === undefined) return undefined;
  const entry = await session.entry(collection, key, signal);
  return entry && stateIn(kind as Kind, entry).state;
}

/** The versions that one can go back to. Rejects with words for people. */
export async function olderVersions(
  session: TrueNasSession | undefined,
  instance: Instance | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!session) throw new ConversationError('noSession', noConnection.message);
  if (!instance) return [];
  if (instance.kind === 'app') {
    const list = await session.call('app.rollback_versions', [instance.key], signal);
    return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : [];
  }
  const options = { extra: { history: true } };
  const list = await session.call('chart.release.query', [[['id', '=', instance.key]], options], signal);
  const entry: unknown = Array.isArray(list) ? list[0] : undefined;
  const history = isFields(entry) ? entry['history'] : undefined;
  if (!isFields(history)) return [];
  return Object.entries(history).map(([key, each]) =>
    isFields(each) ? (named(each['version']) ?? key) : key,
  );
}
