import * as z from 'zod/mini';
import type { OpsEvent } from '../model/event.ts';
import type { Signal } from '../model/signal.ts';
import { isText, text, type Text } from '../model/text.ts';

/** The instance that a fact is about; absent where it is the connection. */
const instanceFields = z.object({
  host: z.optional(z.string()),
  kind: z.optional(z.string()),
  key: z.optional(z.string()),
  name: z.optional(z.string()),
});

/** Schema of the control facts, for recordings, where they stand as JSON. */
const controlFacts = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('connection.state'),
    state: z.enum(['connecting', 'authenticating', 'ready', 'waiting', 'failed', 'closed', 'elsewhere']),
    detail: z.optional(z.custom<Text>(isText)),
    retryAt: z.optional(z.number()),
    /** When the server was last heard of, while it is not. */
    heardAt: z.optional(z.number()),
  }),
  z.object({
    type: z.literal('operation.asked'),
    id: z.string(),
    operation: z.string(),
    title: z.custom<Text>(isText),
    /** The id of the window in which it was asked for. */
    window: z.optional(z.string()),
    /** The id of the window that runs it, where that is another. */
    runner: z.optional(z.string()),
    ...instanceFields.shape,
  }),
  z.object({ type: z.literal('operation.progress'), id: z.string(), message: z.custom<Text>(isText) }),
  z.object({ type: z.literal('operation.cancelling'), id: z.string() }),
  z.object({ type: z.literal('operation.output'), id: z.string(), text: z.string() }),
  z.object({
    type: z.literal('operation.finished'),
    id: z.string(),
    operation: z.string(),
    ...instanceFields.shape,
    outcome: z.enum(['succeeded', 'failed', 'refused', 'cancelled']),
    message: z.custom<Text>(isText),
  }),
  z.object({
    type: z.literal('task.lost'),
    task: z.string(),
    /** The system's own id of the task. */
    systemId: z.optional(z.string()),
    title: z.custom<Text>(isText),
  }),
  z.object({ type: z.literal('connection.gap'), message: z.custom<Text>(isText) }),
  z.object({
    type: z.literal('alert.raised'),
    alert: z.string(),
    title: z.custom<Text>(isText),
    ...instanceFields.shape,
  }),
  /** The journal took over what an earlier version had kept of the connection. */
  z.object({ type: z.literal('journal.begun'), instances: z.number() }),
  z.object({ type: z.literal('emit.failed'), address: z.string(), message: z.custom<Text>(isText) }),
]);

/** A fact that we ourselves put into the journal: about connections, operations, time-outs and what was lost. */
export type ControlFact = z.infer<typeof controlFacts>;

type ControlEvent = Pick<OpsEvent, 'type' | 'severity' | 'retention' | 'summary'> & {
  readonly subject?: NonNullable<OpsEvent['subject']>;
  readonly correlation?: string;
};

export interface ControlMeaning {
  readonly event: ControlEvent;
  readonly signals: readonly Signal[];
}

/** The fact that the text of a recorded control event holds; nothing where it holds none of this version. */
export function readControlFact(recorded: string): ControlFact | undefined {
  let value: unknown;
  try {
    value = JSON.parse(recorded);
  } catch {
    return undefined;
  }
  const result = controlFacts.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Cuts secrets out of whatever a system, a program or a user put into the texts of a fact. */
export function redactFact(fact: ControlFact, redact: (text: string) => string): ControlFact {
  const entries = Object.entries(fact).map(([field, value]): [string, unknown] => [
    field,
    isText(value) ? redactArguments(value, redact) : value,
  ]);
  return Object.fromEntries(entries) as ControlFact;
}

function redactArguments({ template, args }: Text, redact: (text: string) => string): Text {
  const kept = args.map((arg) => {
    if (typeof arg === 'string') return redact(arg);
    return typeof arg === 'number' ? arg : redactArguments(arg, redact);
  });
  return { template, args: kept };
}

const stateTexts: Readonly<Record<Extract<ControlFact, { type: 'connection.state' }>['state'], Text>> = {
  connecting: text('Connecting'),
  authenticating: text('Signing in'),
  ready: text('Connected'),
  waiting: text('Waiting to try again'),
  failed: text('Failed'),
  closed: text('Disconnected'),
  elsewhere: text('Connected in another window'),
};

export function connectionStateText(state: keyof typeof stateTexts): Text {
  return stateTexts[state];
}

export function meaningOf(fact: ControlFact): ControlMeaning {
  switch (fact.type) {
    case 'connection.state': {
      const { state, detail, retryAt, heardAt } = fact;
      const summary = detail ? text('{0}: {1}', stateTexts[state], detail) : stateTexts[state];
      const severity = state === 'failed' ? 'error' : state === 'waiting' ? 'warning' : 'info';
      return {
        event: { type: fact.type, severity, retention: 'control', summary },
        signals: [
          {
            signal: 'connection',
            state,
            ...(detail ? { detail } : {}),
            ...(retryAt === undefined ? {} : { retryAt }),
            ...(heardAt === undefined ? {} : { heardAt }),
          },
        ],
      };
    }
    case 'operation.asked': {
      const subject = subjectOfFact(fact);
      return {
        event: { ...base(fact, 'info', fact.title), ...subject },
        signals: [
          {
            signal: 'task',
            own: true,
            id: fact.id,
            patch: {
              title: fact.title,
              ...subject,
              state: 'running',
              operation: fact.operation,
              startedBy: {
                window: fact.window ?? '',
                ...(fact.runner === undefined ? {} : { runner: fact.runner }),
              },
              cancellable: true,
            },
          },
        ],
      };
    }
    case 'operation.progress':
      return {
        event: base(fact, 'debug', fact.message),
        signals: [{ signal: 'task', own: true, id: fact.id, patch: { message: fact.message } }],
      };
    case 'operation.cancelling':
      return {
        event: base(fact, 'info', text('Cancel was asked for')),
        signals: [
          { signal: 'task', own: true, id: fact.id, patch: { state: 'cancelling', cancellable: false } },
        ],
      };
    case 'operation.output':
      return {
        event: { ...base(fact, 'debug', text('Output')), retention: 'log' },
        signals: [{ signal: 'task', own: true, id: fact.id, patch: { output: fact.text } }],
      };
    case 'operation.finished': {
      const state =
        fact.outcome === 'succeeded' ? 'succeeded' : fact.outcome === 'failed' ? 'failed' : 'aborted';
      const severity = fact.outcome === 'failed' ? 'error' : 'info';
      return {
        event: {
          ...base(fact, severity, fact.message),
          ...subjectOfFact(fact),
        },
        signals: [{ signal: 'task', own: true, id: fact.id, patch: { state, message: fact.message } }],
      };
    }
    case 'task.lost':
      return {
        event: {
          type: fact.type,
          severity: 'warning',
          retention: 'task',
          summary: text('{0}: no end was reported', fact.title),
        },
        signals: [
          {
            signal: 'task',
            own: true,
            id: fact.task,
            patch: { state: 'lost', message: text('No end was reported') },
          },
        ],
      };
    case 'connection.gap':
      return {
        event: { type: fact.type, severity: 'warning', retention: 'lifecycle', summary: fact.message },
        signals: [],
      };
    case 'journal.begun':
      return {
        event: {
          type: fact.type,
          severity: 'info',
          retention: 'control',
          summary: text(
            'The history begins with the state of an earlier version: {0} instances',
            fact.instances,
          ),
        },
        signals: [],
      };
    case 'alert.raised':
      return {
        event: {
          type: fact.type,
          severity: 'warning',
          retention: 'control',
          summary: text('Alert: {0}', fact.title),
          ...subjectOfFact(fact),
        },
        signals: [],
      };
    case 'emit.failed':
      return {
        event: { type: fact.type, severity: 'error', retention: 'control', summary: fact.message },
        signals: [],
      };
  }
}

/** Subject of the operation; absent where it is the connection as a whole. */
function subjectOfFact({ host, kind, key, name }: z.infer<typeof instanceFields>): {
  readonly subject?: NonNullable<OpsEvent['subject']>;
} {
  if (kind === undefined || key === undefined) return {};
  return {
    subject: { ...(host === undefined ? {} : { host }), kind, key, ...(name === undefined ? {} : { name }) },
  };
}

function base(
  message: { readonly type: string; readonly id: string },
  severity: OpsEvent['severity'],
  summary: Text,
): ControlEvent {
  return { type: message.type, severity, retention: 'task', summary, correlation: message.id };
}
