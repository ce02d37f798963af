import { text } from '../../model/text.ts';
import { SessionError } from '../session.ts';

interface Part {
  end(): unknown;
}

/** The end of a session: comes once, ends all parts of the session, and tells why. */
export class SessionEnd {
  readonly closed: Promise<SessionError>;
  readonly #settled = Promise.withResolvers<SessionError>();
  readonly #parts: Part[] = [];
  #over = false;

  constructor() {
    this.closed = this.#settled.promise;
  }

  isOver(): boolean {
    return this.#over;
  }

  /** Parts that end with the session, the last first; at once where it is over already. */
  add(...parts: readonly Part[]): void {
    for (const part of parts)
      if (this.#over) part.end();
      else this.#parts.unshift(part);
  }

  /** The first reason counts. */
  finish(error: SessionError): void {
    if (this.#over) return;
    this.#over = true;
    const failures: unknown[] = [];
    for (const part of this.#parts) {
      try {
        part.end();
      } catch (failure) {
        failures.push(failure);
      }
    }
    this.#settled.resolve(error);
    if (failures.length > 0) throw new AggregateError(failures, 'A part of the session did not end');
  }

  finishFromHere(): void {
    this.finish(new SessionError(text('The connection was closed from this side.'), { retry: false }));
  }
}
