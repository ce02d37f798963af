import * as z from 'zod/mini';
import { PersistentMap } from '../../model/persistentMap.ts';
import { kgsmDecoder } from '../kgsm/decode/decode.ts';
import type { KgsmContext } from '../kgsm/decode/decoderState.ts';

/** Memory of the decoder from one event to the next. */
export interface NotifierContext {
  /** The ids that the server gave to this conversation; usually one. */
  readonly own: readonly string[];
  /** Everybody known to be there, ourselves too: the server never tells who else is. */
  readonly clients: PersistentMap<true>;
  /** Contexts for the KGSM events among the messages, by the host that they name; empty where they name none. */
  readonly kgsm: PersistentMap<KgsmContext>;
}

export const initialContext: NotifierContext = {
  own: [],
  clients: PersistentMap.empty(),
  kgsm: PersistentMap.empty(),
};

const savedSchema = z.object({
  own: z.array(z.string()),
  clients: z.array(z.string()),
  kgsm: z.array(z.tuple([z.string(), z.unknown()])),
});

export function saveContext({ own, clients, kgsm }: NotifierContext): unknown {
  return {
    own,
    clients: [...clients].map(([id]) => id),
    kgsm: [...kgsm].map(([host, context]) => [host, kgsmDecoder.save(context)]),
  };
}

export function loadContext(saved: unknown): NotifierContext {
  const result = savedSchema.safeParse(saved);
  if (!result.success) return initialContext;
  const { own, clients, kgsm } = result.data;
  return {
    own,
    clients: PersistentMap.from(clients.map((id) => [id, true] as const)),
    kgsm: PersistentMap.from(kgsm.map(([host, context]) => [host, kgsmDecoder.load(context)] as const)),
  };
}
