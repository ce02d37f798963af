import { clientKind } from '../../model/instance.ts';
import type { DecodeStep } from '../../model/signal.ts';
import { text } from '../../model/text.ts';
import type { NotifierContext } from './decoderState.ts';

/** Type of the event of ours that says that a conversation is over. */
export const conversationEnded = 'conversation_ended';

/** We are out, and whether the others are still there nobody tells any more. */
export function ended(context: NotifierContext): DecodeStep<NotifierContext> {
  const others = [...context.clients].map(([key]) => key).filter((key) => !context.own.includes(key));
  let { clients } = context;
  for (const key of context.own) clients = clients.delete(key);
  return {
    context: { ...context, own: [], clients },
    signals: [
      ...context.own.map((key) => ({ signal: 'gone', kind: clientKind, key }) as const),
      ...others.map(
        (key) => ({ signal: 'instance', kind: clientKind, key, patch: { state: 'unknown' } }) as const,
      ),
    ],
  };
}

/**
 * We are in under this id. An answer to our own opening begins a new conversation, in which nothing is known of the
 * others: the server does not tell who is there. Further ids on the same connection come beside the first.
 */
export function accepted(
  context: NotifierContext,
  client: string,
  opening: boolean,
): DecodeStep<NotifierContext> {
  const left = opening
    ? [...context.clients].map(([known]) => known).filter((known) => known !== client)
    : [];
  let { clients } = context;
  for (const known of left) clients = clients.delete(known);
  return {
    context: {
      ...context,
      own: opening ? [client] : [...context.own.filter((id) => id !== client), client],
      clients: clients.set(client, true),
    },
    signals: [
      ...left.map((key) => ({ signal: 'gone', kind: clientKind, key }) as const),
      {
        signal: 'instance',
        kind: clientKind,
        key: client,
        patch: { ...nameOf(client), state: 'running', detail: text('this window') },
      },
    ],
  };
}

/** Ids of clients are as long as they are random; their beginning tells them apart. */
function nameOf(client: string): { readonly name?: string } {
  const short = /^client-[0-9a-f]{8}(?=-[0-9a-f-]{27}$)/.exec(client)?.[0];
  return short === undefined ? {} : { name: short };
}

/** Somebody is there: was let in, or said something. */
export function present(context: NotifierContext, client: string): DecodeStep<NotifierContext> {
  if (context.own.includes(client)) return { context, signals: [] };
  return {
    context: { ...context, clients: context.clients.set(client, true) },
    signals: [
      { signal: 'instance', kind: clientKind, key: client, patch: { ...nameOf(client), state: 'running' } },
    ],
  };
}

/** Somebody has left. Anybody may say so of anybody: that we left is no news to believe while we are here. */
export function left(context: NotifierContext, client: string): DecodeStep<NotifierContext> {
  if (context.own.includes(client)) {
    const patch = { state: 'unknown', detail: text('this window; the server takes it for gone') } as const;
    return { context, signals: [{ signal: 'instance', kind: clientKind, key: client, patch }] };
  }
  return {
    context: { ...context, clients: context.clients.delete(client) },
    signals: [{ signal: 'gone', kind: clientKind, key: client }],
  };
}

/** We said goodbye. */
export function leaving(context: NotifierContext, client: string): DecodeStep<NotifierContext> {
  if (!context.own.includes(client)) return { context, signals: [] };
  return {
    context: {
      ...context,
      own: context.own.filter((id) => id !== client),
      clients: context.clients.delete(client),
    },
    signals: [{ signal: 'gone', kind: clientKind, key: client }],
  };
}
