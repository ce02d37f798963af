import { oneLine, text, type Text } from '../../../model/text.ts';
import type { ConnectionOperation, Question, Suggestion } from '../../operation.ts';
import { trueNasEntries } from '../catalog.ts';
import type { TrueNasSession } from '../session/trueNasSession.ts';
import { isSecretMethod } from '../redact.ts';
import type { TrueNasSettings } from '../settings.ts';

type ConnectionOp = ConnectionOperation<TrueNasSettings, TrueNasSession>;

/** All that can be subscribed to, and whether `*` has it too. */
const events: readonly Suggestion[] = [
  {
    value: '*',
    detail: text('Everything that the NAS tells of by itself. It measures and follows nothing.'),
  },
  ...trueNasEntries.flatMap(({ wildcard, description, example }): readonly Suggestion[] => {
    if (wildcard === undefined) return [];
    const { collection } = example as { readonly collection: string };
    const detail = wildcard ? text('{0} In * as well.', description) : text('{0} Not in *.', description);
    return [{ value: collection, detail }];
  }),
];

const readers = ['core.get_events', 'core.get_methods', 'pool.query', 'service.query', 'system.info'];

/** What is mostly asked: what the NAS lists, its jobs and what else it can be asked. */
function methods(session: TrueNasSession | undefined): readonly string[] {
  const lists = session ? [...session.collections] : [];
  return [...lists, 'core.get_jobs', 'alert.list', ...readers];
}

export const connectionOperations: readonly ConnectionOp[] = [
  {
    id: 'abortJob',
    title: text('Abort Job…'),
    target: 'connection',
    answers: true,
    progressTitle: ({ job = '' }) => text('Aborting job {0}', oneLine(job, 40)),
    when: (_settings, session) => session !== undefined,
    inputs: [
      {
        field: 'job',
        prompt: text('Which job? What it has begun may go on all the same.'),
        none: text('No job runs that can be aborted.'),
        options: ({ session }) =>
          Promise.resolve(
            session
              ? session.openJobs
                  .filter(({ abortable }) => abortable)
                  .map(({ id, method, description }) => ({
                    value: id,
                    label: text('{0}', oneLine(description, 100)),
                    detail: text('{0}, job {1}', oneLine(method, 80), id),
                  }))
              : [],
          ),
      },
    ],
    confirm: ({ job = '' }, connection, session) => ({
      message: text('Abort {0} on {1}?', jobName(session, job), connection),
      detail: text('The NAS forgets the job at once. What it had begun may go on and is not undone.'),
      action: text('Abort'),
    }),
    async run(run) {
      const { abortJob } = await import('./connectionCalls.ts');
      return abortJob(run);
    },
  },
  subscription('subscribe', {
    title: text('Subscribe to Event…'),
    progress: (name) => text('Subscribing to {0}', name),
    prompt: text('Which event? With its argument behind a colon, as JSON.'),
    suggestions: () => events,
  }),
  subscription('unsubscribe', {
    title: text('Unsubscribe from Event…'),
    progress: (name) => text('Unsubscribing from {0}', name),
    prompt: text('Which event shall not come any more?'),
    suggestions: (session) => session?.subscribed ?? [],
  }),
  {
    id: 'request',
    title: text('Call a Method…'),
    target: 'connection',
    answers: true,
    progressTitle: ({ method = '' }) => text('Calling {0}', oneLine(method, 100)),
    when: (_settings, session) => session !== undefined,
    inputs: [
      {
        field: 'method',
        prompt: text('Which method?'),
        placeholder: text('app.query'),
        suggestions: ({ session }) => methods(session),
        check: checkMethod,
      },
      {
        field: 'params',
        prompt: text('Its parameters as a JSON list; empty for none'),
        placeholder: text('{0}', '[]'),
        check: checkParams,
      },
    ],
    confirm({ method = '', params = '' }, connection) {
      return onlyReads(method) ? undefined : callQuestion(method, params.trim() || '[]', connection);
    },
    async run(run) {
      const { method = '', params = '' } = run.input;
      const { request } = await import('./connectionCalls.ts');
      return request(run, method, params.trim() === '' ? [] : (JSON.parse(params) as unknown[]));
    },
  },
];

function jobName(session: TrueNasSession | undefined, job: string): Text {
  const known = session?.openJobs.find(({ id }) => id === job);
  return known ? text('{0}', oneLine(known.description, 100)) : text('job {0}', oneLine(job, 40));
}

function subscription(
  id: 'subscribe' | 'unsubscribe',
  {
    title,
    progress,
    prompt,
    suggestions,
  }: {
    readonly title: Text;
    readonly progress: (name: string) => Text;
    readonly prompt: Text;
    readonly suggestions: (session: TrueNasSession | undefined) => readonly Suggestion[];
  },
): ConnectionOp {
  return {
    id,
    title,
    target: 'connection',
    answers: true,
    progressTitle: ({ name = '' }) => progress(oneLine(name, 100)),
    when: (_settings, session) => session !== undefined,
    inputs: [
      {
        field: 'name',
        prompt,
        suggestions: ({ session }) => suggestions(session),
        placeholder: text('{0}', 'reporting.realtime:{"interval": 5}'),
        check: checkName,
      },
    ],
    async run(run) {
      const { name = '' } = run.input;
      const { subscription: change } = await import('./connectionCalls.ts');
      return change(run, id, name);
    },
  };
}

export function callQuestion(method: string, params: string, connection: string): Question {
  return {
    message: text('Call {0} on {1}?', oneLine(method, 100), connection),
    detail: params === '[]' ? text('Without parameters.') : text('With {0}.', oneLine(params, 300)),
    action: text('Call'),
  };
}

const harmless = new Set(['core.ping', 'alert.list', 'system.info', 'system.version', 'auth.me']);

/** What looks and changes nothing. */
export function onlyReads(method: string): boolean {
  return harmless.has(method) || /\.query$|\.get_[a-z_]+$/.test(method);
}

function checkMethod(method: string): Text | undefined {
  if (!/^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)+$/.test(method) || method.length > 200)
    return text('A method such as app.query.');
  return isSecretMethod(method)
    ? text('{0} is about secrets, which belong to the connection.', oneLine(method, 80))
    : undefined;
}

function checkParams(params: string): Text | undefined {
  if (params.trim() === '') return undefined;
  try {
    return Array.isArray(JSON.parse(params)) ? undefined : text('The parameters are a list.');
  } catch {
    return text('This is no JSON.');
  }
}

/** What stands behind the colon is read as JSON by the NAS. */
function checkName(name: string): Text | undefined {
  if (name.trim() === '') return text('An event is needed.');
  if (name.length > 1000) return text('At most 1000 characters.');
  const colon = name.indexOf(':');
  if (colon < 0) return undefined;
  try {
    JSON.parse(name.slice(colon + 1));
    return undefined;
  } catch {
    return text('What stands behind the colon must be JSON.');
  }
}
