import { oneLine, text, type Text } from '../../../model/text.ts';
import type { ConnectionOperation, Question, Reach, Suggestion } from '../../operation.ts';
import { subscriptionOperation } from '../../conversation/subscriptionOperation.ts';
import { isSource, trueNasEntries } from '../catalog.ts';
import { baseOf } from '../messages.ts';
import type { TrueNasSession } from '../session/trueNasSession.ts';
import { isSecretMethod } from '../redact.ts';
import { parsedJson } from '../../reading.ts';
import type { TrueNasSettings } from '../settings.ts';

type ConnectionOp = ConnectionOperation<TrueNasSettings, TrueNasSession>;

/** Events that can be subscribed to; the detail says whether `*` has them too. */
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

const isOpen = (reach: Reach<TrueNasSession>): boolean => reach !== undefined;

const eventInput = {
  field: 'name',
  placeholder: text('{0}', 'reporting.realtime:{"interval": 5}'),
  check: checkName,
};

const readers = ['core.get_events', 'core.get_methods', 'pool.query', 'service.query', 'system.info'];

/** Methods that are called most: lists, jobs and other queries. */
function methods(session: TrueNasSession | undefined): readonly string[] {
  const lists = session ? [...session.collections] : [];
  return [...lists, 'core.get_jobs', 'alert.list', ...readers];
}

export const connectionOperations: readonly ConnectionOp[] = [
  {
    id: 'abortJob',
    effect: 'interrupts',
    command: { title: 'Abort Job…', icon: '$(stop-circle)' },
    target: 'connection',
    answers: true,
    progressTitle: ({ job = '' }) => text('Aborting job {0}', oneLine(job, 40)),
    when: (_settings, reach) => reach !== undefined,
    inputs: [
      {
        field: 'job',
        prompt: text('Which job? What it has begun may go on all the same.'),
        none: text('No job runs that can be aborted.'),
        options: ({ session }) =>
          session
            ? session.openJobs
                .filter(({ abortable }) => abortable)
                .map(({ id, method, description }) => ({
                  value: id,
                  label: text('{0}', oneLine(description, 100)),
                  detail: text('{0}, job {1}', oneLine(method, 80), id),
                }))
            : [],
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
  subscriptionOperation(
    'subscribe',
    {
      ...eventInput,
      prompt: text('Which event? With its argument behind a colon, as JSON.'),
      suggestions: () => events,
    },
    isOpen,
    subscribedWords,
  ),
  subscriptionOperation(
    'unsubscribe',
    {
      ...eventInput,
      prompt: text('Which event shall not come any more?'),
      suggestions: ({ session }) => session?.subscribed ?? [],
    },
    isOpen,
  ),
  {
    id: 'request',
    effect: 'destroys',
    target: 'connection',
    answers: true,
    progressTitle: ({ method = '' }) => text('Calling {0}', oneLine(method, 100)),
    when: (_settings, reach) => reach !== undefined,
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

/** Warns of names that the NAS may not know: it confirms a subscription to any name but that of a source. */
function subscribedWords(name: string): Text {
  const shown = oneLine(name, 100);
  return isSource(baseOf(name))
    ? text('{0} is subscribed until the connection ends', shown)
    : text(
        '{0} is subscribed until the connection ends. The NAS accepts names that it does not know too.',
        shown,
      );
}

export function callQuestion(method: string, params: string, connection: string): Question {
  return {
    message: text('Call {0} on {1}?', oneLine(method, 100), connection),
    detail: params === '[]' ? text('Without parameters.') : text('With {0}.', oneLine(params, 300)),
    action: text('Call'),
  };
}

const harmless = new Set(['core.ping', 'alert.list', 'system.info', 'system.version', 'auth.me']);

/** Methods that change nothing. */
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
  const value = parsedJson(params);
  if (value === undefined) return text('This is no JSON.');
  return Array.isArray(value) ? undefined : text('The parameters are a list.');
}

/** The NAS reads the argument behind the colon as JSON. */
function checkName(name: string): Text | undefined {
  if (name.trim() === '') return text('An event is needed.');
  if (name.length > 1000) return text('At most 1000 characters.');
  const colon = name.indexOf(':');
  const isJson = colon < 0 || parsedJson(name.slice(colon + 1)) !== undefined;
  return isJson ? undefined : text('What stands behind the colon must be JSON.');
}
