import { text } from '../../../model/text.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import type { BedrockApi } from './api.ts';

const day = 86_400_000;
/** Timers cannot wait for weeks; a look a day costs nothing. */
const longestWaitMs = day;
/** A renewal that did not work is tried again so much later: the open WebSocket goes on without it. */
const againMs = 5 * 60_000;
const latestMs = 30_000;

/** Keeps the token alive for the REST calls; the WebSocket itself is looked at only when it opens. */
export class Renewal {
  readonly #api: BedrockApi;
  readonly #environment: SessionEnvironment;
  #cancel: () => void = () => undefined;
  #ended = false;

  constructor(api: BedrockApi, environment: SessionEnvironment) {
    this.#api = api;
    this.#environment = environment;
  }

  begin(): void {
    const { clock } = this.#environment;
    const { expiresAt } = this.#api;
    if (expiresAt === undefined) return;
    const left = expiresAt - clock.now();
    // A tenth of its life before its end, so that a server that is away for a while makes no difference.
    const due = left - Math.max(latestMs, Math.min(day, left / 10));
    this.#wait(Math.max(1000, due));
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  #wait(ms: number): void {
    if (this.#ended) return;
    this.#cancel = this.#environment.clock.after(Math.min(ms, longestWaitMs), () => {
      if (ms > longestWaitMs) this.begin();
      else void this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const before = this.#api.token;
    try {
      await this.#api.renew();
      if (this.#api.token !== before) {
        this.begin();
        return;
      }
    } catch (error) {
      const why = error instanceof SessionError ? error.text : text('no answer');
      this.#environment.log.warn(text('The sign-in could not be renewed: {0}', why));
    }
    this.#wait(againMs);
  }
}
