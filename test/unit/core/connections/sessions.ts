import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import type { Session, SessionError } from '../../../../src/core/systems/session.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';

/** KGSM's meaning with sessions that the test opens and closes. */
export class Sessions {
  readonly opened: PromiseWithResolvers<SessionError>[] = [];
  failure: SessionError | undefined;
  /** Attempts to open one. */
  attempts = 0;
  /** How often an open one was asked for a sign of life. */
  checks = 0;
  /** When the servers were last heard of; by the sessions themselves where nothing is said. */
  heardAt: number | undefined;
  readonly #dispose: () => Promise<unknown>;

  constructor(dispose: () => Promise<unknown> = () => Promise.resolve()) {
    this.#dispose = dispose;
  }

  readonly system: AnySystem = {
    ...(kgsm as unknown as AnySystem),
    openSession: (): Promise<Session> => {
      this.attempts++;
      if (this.failure) return Promise.reject(this.failure);
      const closed = Promise.withResolvers<SessionError>();
      this.opened.push(closed);
      return Promise.resolve({
        closed: closed.promise,
        ...(this.heardAt === undefined ? {} : { heardAt: this.heardAt }),
        checkAlive: () => {
          this.checks++;
        },
        dispose: async () => {
          await this.#dispose();
        },
      });
    },
  };
}

export function settings(id = 'home'): { kind: string; id: string; name: string } {
  return { kind: 'kgsm', id, name: id };
}

/** Lets everything that is ready go on. */
export const turns = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
};
