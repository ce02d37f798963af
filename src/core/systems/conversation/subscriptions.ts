import type { Clock } from '../../model/clock.ts';
import { errorWords, text, type Text } from '../../model/text.ts';
import { closedError, ConversationError } from './conversationError.ts';

interface SubscriptionParts {
  readonly clock: Clock;
  /** Resolves when the other side confirmed, with the id under which it ends the topic, where it has one. */
  subscribe(topic: string): Promise<string | undefined>;
  /** `id` is missing where the topic is not confirmed now. */
  unsubscribe(topic: string, id: string | undefined): Promise<void>;
  /** A topic that somebody wants does not come, and nobody waits to hear that. */
  onMissing(topic: string, why: Text): void;
  /** A topic comes again; what it would have told meanwhile was not heard. */
  onResumed(topic: string): void;
}

/** A topic that was not answered, or ended, is asked for again after the first, later after at most the second. */
const firstRetryMs = 1000;
const longestRetryMs = 60_000;
/** A topic that was confirmed for so long begins again with the first wait. */
const goodAfterMs = 60_000;

interface Subscription {
  /** Parts of the program that want the topic. */
  readonly holders: Set<string>;
  state: 'wanted' | 'asked' | 'confirmed' | 'waiting';
  id: string | undefined;
  /** Why it ended before it was confirmed. */
  refusal: ConversationError | undefined;
  /** Infinity while it is not confirmed. */
  confirmedAt: number;
  attempts: number;
  cancelRetry: () => void;
  /** Requests for one topic go one after the other: two at once would cross on their way. */
  last: Promise<void>;
}

/**
 * Topics of a session: asked for when the first holder wants one, given up when the last does not any more. A topic that
 * was not answered or that the other side ended is asked for again; one that it refused is not.
 */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #topics = new Map<string, Subscription>();
  #ended = false;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  get confirmed(): readonly string[] {
    return [...this.#topics].filter(([, { state }]) => state === 'confirmed').map(([topic]) => topic);
  }

  /** Resolves when the other side confirmed. Rejects with a ConversationError. */
  async add(topic: string, holder: string): Promise<void> {
    const subscription = this.#hold(topic, holder);
    try {
      await this.#follow(topic, subscription);
    } catch (error) {
      if (ConversationError.is(error, 'noAnswer') && subscription.state === 'wanted')
        this.#retryLater(topic, subscription);
      throw error;
    }
  }

  async remove(topic: string, holder: string): Promise<void> {
    const subscription = this.#topics.get(topic);
    if (subscription?.holders.delete(holder) && subscription.holders.size === 0)
      await this.#follow(topic, subscription);
  }

  /** Gives a topic up even if other parts still hold it, or if it was subscribed to by a message that was sent as it is. */
  removeAll(topic: string): Promise<void> {
    const subscription = this.#topics.get(topic) ?? this.#hold(topic, '');
    subscription.holders.clear();
    return this.#follow(topic, subscription);
  }

  /** Adds topics that nobody waits for; those that do not come are told by `onMissing`. */
  async addQuietly(topics: Iterable<string>, holder: string): Promise<void> {
    await Promise.all([...new Set(topics)].map((topic) => this.#report(topic, this.add(topic, holder))));
  }

  /** Makes these the topics that a holder wants. */
  replace(topics: ReadonlySet<string>, holder: string): void {
    for (const topic of topics)
      if (!this.#topics.get(topic)?.holders.has(holder)) void this.#report(topic, this.add(topic, holder));
    for (const [topic, { holders }] of this.#topics)
      if (holders.has(holder) && !topics.has(topic)) void this.#report(topic, this.remove(topic, holder));
  }

  /** Takes over what a message that was sent as it is subscribed to, or gave up. */
  note(action: 'subscribe' | 'unsubscribe', topic: string): void {
    if (action === 'subscribe') this.#hold(topic, 'user').state = 'confirmed';
    else {
      this.#topics.get(topic)?.cancelRetry();
      this.#topics.delete(topic);
    }
  }

  /** The other side ended a topic, named by itself or by its id. */
  ended(topicOrId: string, refusal: ConversationError, why: Text): void {
    const found = [...this.#topics].find(([topic, { id }]) => topic === topicOrId || id === topicOrId);
    if (!found) return;
    const [topic, subscription] = found;
    // TrueNAS ends a source before it confirms it; the confirmation that follows counts for nothing.
    if (subscription.state === 'asked') subscription.refusal = refusal;
    if (subscription.state !== 'confirmed') return;
    this.#parts.onMissing(topic, why);
    this.#retryLater(topic, subscription);
  }

  end(): void {
    this.#ended = true;
    for (const { cancelRetry } of this.#topics.values()) cancelRetry();
  }

  #hold(topic: string, holder: string): Subscription {
    const subscription: Subscription = this.#topics.get(topic) ?? {
      holders: new Set(),
      state: 'wanted',
      id: undefined,
      refusal: undefined,
      confirmedAt: Infinity,
      attempts: 0,
      cancelRetry: () => undefined,
      last: Promise.resolve(),
    };
    this.#topics.set(topic, subscription);
    subscription.holders.add(holder);
    return subscription;
  }

  /** Does what is wanted by the time at which all earlier requests for the topic are done. */
  #follow(topic: string, subscription: Subscription): Promise<void> {
    const done = subscription.last.then(() => this.#settle(topic, subscription));
    subscription.last = done.catch(() => undefined);
    return done;
  }

  async #settle(topic: string, subscription: Subscription): Promise<void> {
    if (this.#ended) throw closedError();
    if (isWanted(subscription)) {
      if (subscription.state === 'wanted') await this.#ask(topic, subscription);
      return;
    }
    subscription.cancelRetry();
    subscription.state = 'wanted';
    try {
      const { id } = subscription;
      subscription.id = undefined;
      await this.#parts.unsubscribe(topic, id);
    } finally {
      if (!isWanted(subscription)) this.#topics.delete(topic);
    }
  }

  async #ask(topic: string, subscription: Subscription): Promise<void> {
    subscription.state = 'asked';
    subscription.refusal = undefined;
    try {
      subscription.id = await this.#parts.subscribe(topic);
      const { refusal } = subscription as { readonly refusal: ConversationError | undefined };
      if (refusal) throw refusal;
      subscription.state = 'confirmed';
      subscription.confirmedAt = this.#parts.clock.now();
    } catch (error) {
      subscription.state = 'wanted';
      subscription.id = undefined;
      throw error;
    }
  }

  #retryLater(topic: string, subscription: Subscription): void {
    const { clock } = this.#parts;
    if (this.#ended) return;
    if (clock.now() - subscription.confirmedAt >= goodAfterMs) subscription.attempts = 0;
    subscription.confirmedAt = Infinity;
    subscription.state = 'waiting';
    subscription.id = undefined;
    const ms = Math.min(longestRetryMs, firstRetryMs * 2 ** subscription.attempts++);
    subscription.cancelRetry = clock.after(ms, () => {
      subscription.state = 'wanted';
      this.#follow(topic, subscription).then(
        () => {
          if (subscription.state === 'confirmed') this.#parts.onResumed(topic);
        },
        (error: unknown) => {
          if (!ConversationError.is(error, 'closed') && isWanted(subscription))
            this.#retryLater(topic, subscription);
        },
      );
    });
  }

  async #report(topic: string, done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (error) {
      const why = ConversationError.is(error) ? error.text : text('{0}', errorWords(error));
      if (!ConversationError.is(error, 'closed')) this.#parts.onMissing(topic, why);
    }
  }
}

function isWanted({ holders }: Subscription): boolean {
  return holders.size > 0;
}
