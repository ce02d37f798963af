import * as z from 'zod/mini';
import type { OpsEvent, Problem } from '../model/event.ts';
import type { Message, Signal } from '../model/signal.ts';
import { isText, text, type Text } from '../model/text.ts';

/**
 * What we ourselves write into the journal about connections, operations and time-outs. It is JSON like everything
 * else, so that the fold can be repeated from the journal alone.
 */
const controlMessages = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('connection.state'),
    state: z.enum(['connecting', 'authenticating', 'ready', 'waiting', 'failed', 'closed', 'elsewhere']),
    detail: z.optional(z.custom<Text>(isText)),
    retryAt: z.optional(z.number()),
  }),
  z.object({
    type: z.literal('operation.asked'),
    id: z.string(),
    operation: z.string(),
    title: z.custom<Text>(isText),
    kind: z.optional(z.string()),
    key: z.optional(z.string()),
    name: z.optional(z.string()),
  }),
  z.object({ type: z.literal('operation.progress'), id: z.string(), message: z.custom<Text>(isText) }),
  z.object({ type: z.literal('operation.cancelling'), id: z.string() }),
  z.object({ type: z.literal('operation.output'), id: z.string(), text: z.string() }),
  z.object({
    type: z.literal('operation.finished'),
    id: z.string(),
    operation: z.string(),
    kind: z.optional(z.string()),
    key: z.optional(z.string()),
    name: z.optional(z.string()),
    outcome: z.enum(['succeeded', 'failed', 'refused', 'cancelled']),
    message: z.custom<Text>(isText),
  }),
  z.object({ type: z.literal('task.lost'), task: z.string() }),
  z.object({ type: z.literal('connection.gap'), message: z.custom<Text>(isText) }),
  z.object({ type: z.literal('emit.failed'), address: z.string(), message: z.custom<Text>(isText) }),
]);

export type ControlMessage = z.infer<typeof controlMessages>;

type ControlEvent = Pick<OpsEvent, 'type' | 'severity' | 'retention' | 'summary'> & {
  readonly subject?: NonNullable<OpsEvent['subject']>;
  readonly correlation?: string;
};

export interface DecodedControl {
  readonly event: ControlEvent;
  readonly signals: readonly Signal[];
  readonly problems: readonly Problem[];
  /** A task that only its system knows how to end. */
  readonly lostTask?: string;
}

/** The meaning of our own messages. Total, because recordings from elsewhere hold them too. */
export function decodeControl(message: Message): DecodedControl {
  let value: unknown;
  try {
    value = JSON.parse(message.text);
  } catch {
    value = undefined;
  }
  const result = controlMessages.safeParse(value);
  if (!result.success) {
    return {
      event: {
        type: 'unreadable',
        severity: 'warning',
        retention: 'control',
        summary: text('A control message that cannot be read'),
      },
      signals: [],
      problems: [{ path: '', message: text('is no control message of this version') }],
    };
  }
  return { problems: [], ...meaningOf(result.data) };
}

const stateTexts: Readonly<Record<Extract<ControlMessage, { type: 'connection.state' }>['state'], Text>> = {
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

function meaningOf(message: ControlMessage): Omit<DecodedControl, 'problems'> {
  switch (message.type) {
    case 'connection.state': {
      const { state, detail, retryAt } = message;
      const summary = detail ? text('{0}: {1}', stateTexts[state], detail) : stateTexts[state];
      const severity = state === 'failed' ? 'error' : state === 'waiting' ? 'warning' : 'info';
      return {
        event: { type: message.type, severity, retention: 'control', summary },
        signals: [
          {
            signal: 'connection',
            state,
            ...(detail ? { detail } : {}),
            ...(retryAt === undefined ? {} : { retryAt }),
          },
        ],
      };
    }
    case 'operation.asked': {
      const subject = subjectOf(message);
      return {
        event: { ...base(message, 'info', message.title), ...subject },
        signals: [
          {
            signal: 'task',
            id: message.id,
            patch: {
              title: message.title,
              ...subject,
              state: 'running',
              operation: message.operation,
              startedBy: 'here',
              cancellable: true,
            },
          },
        ],
      };
    }
    case 'operation.progress':
      return {
        event: base(message, 'debug', message.message),
        signals: [{ signal: 'task', id: message.id, patch: { message: message.message } }],
      };
    case 'operation.cancelling':
      return {
        event: base(message, 'info', text('Cancel was asked for')),
        signals: [{ signal: 'task', id: message.id, patch: { state: 'cancelling', cancellable: false } }],
      };
    case 'operation.output':
      return {
        event: { ...base(message, 'debug', text('Output')), retention: 'log' },
        signals: [{ signal: 'task', id: message.id, patch: { output: message.text } }],
      };
    case 'operation.finished': {
      const state =
        message.outcome === 'succeeded' ? 'succeeded' : message.outcome === 'failed' ? 'failed' : 'aborted';
      const severity = message.outcome === 'failed' ? 'error' : 'info';
      return {
        event: {
          ...base(message, severity, message.message),
          ...subjectOf(message),
        },
        signals: [{ signal: 'task', id: message.id, patch: { state, message: message.message } }],
      };
    }
    case 'task.lost':
      return {
        event: {
          type: message.type,
          severity: 'warning',
          retention: 'task',
          summary: text('No end was reported of {0}', message.task),
        },
        signals: [],
        lostTask: message.task,
      };
    case 'connection.gap':
      return {
        event: { type: message.type, severity: 'warning', retention: 'lifecycle', summary: message.message },
        signals: [],
      };
    case 'emit.failed':
      return {
        event: { type: message.type, severity: 'error', retention: 'control', summary: message.message },
        signals: [],
      };
  }
}

/** What an operation on a connection as a whole is about has no name of its own. */
function subjectOf({
  kind,
  key,
  name,
}: {
  readonly kind?: string | undefined;
  readonly key?: string | undefined;
  readonly name?: string | undefined;
}): {
  readonly subject?: NonNullable<OpsEvent['subject']>;
} {
  if (kind === undefined || key === undefined) return {};
  return { subject: { kind, key, ...(name === undefined ? {} : { name }) } };
}

function base(
  message: { readonly type: string; readonly id: string },
  severity: OpsEvent['severity'],
  summary: Text,
): ControlEvent {
  return { type: message.type, severity, retention: 'task', summary, correlation: message.id };
}
