import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { SessionEnvironment } from '../../session.ts';
import type { WebhookMessage } from '../../../wire/webhookListener.ts';

/** Bodies that are remembered; the digests of all are written with each event. */
const maxRemembered = 1000;

/** KGSM tells the time in seconds: two equal events of one second have equal bodies, and come together. */
const twinMs = 2000;

const memorySchema = z.object({ seen: z.array(z.string()) });

/** `retry` and `late` came before: as another try of KGSM, or by somebody who posts what was signed once. */
export type Posted = 'new' | 'retry' | 'late';

/**
 * Recognises bodies that came before, over restarts as well: the memory is committed with the events. A body that is not
 * signed may be anybody's, so it is left out only where it says that it is another try.
 */
export class PostedBodies {
  readonly #environment: Pick<SessionEnvironment, 'clock' | 'memory'>;
  readonly #areSigned: boolean;
  /** Digests, oldest first, with the time of the first arrival. */
  readonly #seen: Map<string, number>;
  /** Digests of bodies that we post ourselves. */
  readonly #expected: string[] = [];

  constructor(
    environment: Pick<SessionEnvironment, 'clock' | 'memory'>,
    { areSigned }: { readonly areSigned: boolean },
  ) {
    this.#environment = environment;
    this.#areSigned = areSigned;
    const saved = memorySchema.safeParse(environment.memory.load());
    this.#seen = new Map(saved.data?.seen.map((digest) => [digest, -Infinity]));
  }

  /** The next arrival of this body counts, also where it came before. */
  expect(body: Uint8Array): void {
    this.#expected.push(digestOf(body));
    if (this.#expected.length > maxRemembered) this.#expected.shift();
  }

  /** Notes a body that came in. To be called in the same turn as its event is delivered. */
  take({ bytes, headers }: Pick<WebhookMessage, 'bytes' | 'headers'>): Posted {
    const digest = digestOf(bytes);
    const now = this.#environment.clock.now();
    const before = this.#seen.get(digest);
    this.#seen.delete(digest);
    this.#seen.set(digest, before ?? now);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > maxRemembered && oldest !== undefined) this.#seen.delete(oldest);
    if (before === undefined) this.#environment.memory.save({ seen: [...this.#seen.keys()] });
    const own = this.#expected.indexOf(digest);
    if (own >= 0) this.#expected.splice(own, 1);
    if (before === undefined || own >= 0) return 'new';
    if (Number(headers['x-kgsm-retry-count'] ?? 0) > 0) return 'retry';
    return this.#areSigned && now - before > twinMs ? 'late' : 'new';
  }
}

/** Half of the digest tells bodies apart that one KGSM writes. */
function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22);
}
