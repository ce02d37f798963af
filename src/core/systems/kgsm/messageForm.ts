import * as z from 'zod/mini';
import type { MessageForm, MessagePlace } from '../emit.ts';
import examples from './examples.json' with { type: 'json' };
import { dataFields } from './messages.ts';
import type { KgsmSession } from './session/kgsmSession.ts';
import { eventFileDirectory } from './targets.ts';

type Fields = Readonly<Record<string, unknown>>;

const word = z.optional(z.nullable(z.string()));
/** Values that KGSM writes today. A decoder takes others too; a form offers these. */
const offered: Readonly<Record<string, z.ZodMiniType>> = {
  LifecycleManager: z.optional(z.nullable(z.enum(['standalone', 'systemd']))),
  Ports: z.array(z.looseObject({ start: z.number(), end: z.number(), protocol: z.enum(['tcp', 'udp']) })),
};
const exampleInstance = 'minecraft-1';

/** A message as the generation of KGSM at the place writes it. Types that only KGSM 3 knows have its form everywhere. */
export function kgsmMessageForm(type: string, place: MessagePlace<KgsmSession>): MessageForm | undefined {
  const fields = dataFields(type);
  if (!fields) return undefined;
  const recent: Fields = examples.recent;
  const classic: Fields = examples.classic;
  const generation = Object.hasOwn(recent, type) ? 3 : generationAt(place);
  const nameField = generation === 1 ? 'InstanceId' : 'InstanceName';
  const hasSubject = !type.startsWith('blueprint_');
  const { instance = exampleInstance } = place;
  const given = named((recent[type] ?? classic[type] ?? {}) as Fields, instance);
  const { InstanceName = instance, ...data } = given;
  const { InstanceName: _, ...others } = fields;
  const shown = Object.entries(others).map(([name, schema]) => [name, offered[name] ?? schema] as const);
  const { head, tail, envelope } = envelopeOf(generation, place);
  return {
    schema: z.looseObject({
      ...head.schema,
      EventType: z.literal(type),
      Data: z.looseObject({
        ...(hasSubject ? { [nameField]: z.string().check(z.minLength(1)) } : {}),
        ...Object.fromEntries(shown),
      }),
      ...envelope,
    }),
    example: {
      ...head.example,
      EventType: type,
      Data: { ...(hasSubject ? { [nameField]: InstanceName } : {}), ...data },
      ...tail,
    },
  };
}

/** A journal is of KGSM 3; a socket that nobody is known behind most likely of KGSM 2. */
function generationAt({ address, session }: MessagePlace<KgsmSession>): 1 | 2 | 3 {
  const isJournal = address !== undefined && eventFileDirectory(address) !== undefined;
  return session?.generation?.() ?? (isJournal ? 3 : 2);
}

/** Fields before and after type and payload. */
function envelopeOf(generation: 1 | 2 | 3, { now, host }: MessagePlace) {
  const time = new Date(now).toISOString();
  const { recentEnvelope, classicEnvelope } = examples;
  if (generation === 1) return { head: { schema: {}, example: {} }, tail: {}, envelope: {} };
  if (generation === 2) {
    const envelope = { Timestamp: word, Hostname: word, KGSMVersion: word };
    const tail = { ...classicEnvelope, Timestamp: `${time.slice(0, 19)}Z`, Hostname: host };
    return { head: { schema: {}, example: {} }, tail, envelope };
  }
  return {
    head: { schema: { V: z.optional(z.nullable(z.int())) }, example: { V: 1 } },
    tail: { ...recentEnvelope, Timestamp: time, Hostname: host },
    envelope: {
      Timestamp: word,
      Actor: word,
      Origin: word,
      Hostname: word,
      ProducerVersion: word,
      OpId: word,
      RunId: word,
      During: word,
    },
  };
}

/** The fields about another instance than that of the examples: names of backups begin with it. */
function named(data: Fields, instance: string): Fields {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith(exampleInstance)
        ? instance + value.slice(exampleInstance.length)
        : value,
    ]),
  );
}
