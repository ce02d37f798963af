import { text } from '../../../model/text.ts';
import { DeferredRun } from '../../conversation/deferredRun.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import type { BedrockApi } from './api.ts';

const day = 86_400_000;
/** Timers cannot wait for weeks; a look a day costs nothing. */
const longestWaitMs = day;
/** A renewal that did not work is tried again so much later: the open WebSocket goes on without it. */
const retryMs = 5 * 60_000;
const latestMs = 30_000;

/** Keeps the token of the REST calls alive; the WebSocket needs one only when it opens. */
export class Renewal {
  readonly #api: BedrockApi;
  readonly #environment: SessionEnvironment;
  readonly #run: DeferredRun;
  #dueAt = 0;

  constructor(api: BedrockApi, environment: SessionEnvironment) {
    const { clock, log } = environment;
    this.#api = api;
    this.#environment = environment;
    this.#run = new DeferredRun(
      clock,
      () => this.#renew(),
      (error) => {
        const why = error instanceof SessionError ? error.text : text('no answer');
        log.warn(text('The sign-in could not be renewed: {0}', why));
        this.#run.within(retryMs);
      },
    );
  }

  begin(): void {
    const { expiresAt } = this.#api;
    if (expiresAt === undefined) return;
    const now = this.#environment.clock.now();
    const left = expiresAt - now;
    // A tenth of its life before its end, so that a server that is away for a while makes no difference.
    this.#dueAt = now + Math.max(1000, left - Math.max(latestMs, Math.min(day, left / 10)));
    this.#wait();
  }

  end(): void {
    void this.#run.end();
  }

  #wait(): void {
    this.#run.within(Math.min(this.#dueAt - this.#environment.clock.now(), longestWaitMs));
  }

  async #renew(): Promise<void> {
    if (this.#environment.clock.now() < this.#dueAt) {
      this.#wait();
      return;
    }
    const before = this.#api.token;
    await this.#api.renew();
    if (this.#api.token === before) this.#run.within(retryMs);
    else this.begin();
  }
}
