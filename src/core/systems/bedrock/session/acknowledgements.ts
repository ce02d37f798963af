import { text } from '../../../model/text.ts';
import type { Clock } from '../../../model/clock.ts';
import { BedrockError } from './bedrockSession.ts';

interface Waiting {
  readonly words: string;
  readonly correlation: string | undefined;
  settle(error?: BedrockError): void;
}

/** The server acknowledges in words that name the topic, and in the order in which it was asked. */
export class Acknowledgements {
  readonly #clock: Clock;
  #waiting: Waiting[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when these words come; rejects with a BedrockError where they do not. */
  expect(words: string, correlation: string | undefined, withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(withinMs, () => {
        entry.settle(
          new BedrockError('noAnswer', text('The server did not acknowledge within {0} s.', withinMs / 1000)),
        );
      });
      const entry: Waiting = {
        words,
        correlation,
        settle: (error) => {
          cancel();
          this.#waiting = this.#waiting.filter((each) => each !== entry);
          if (error) reject(error);
          else resolve();
        },
      };
      this.#waiting.push(entry);
    });
  }

  /** Takes what the server said; answers the correlation of what it answers. */
  take(status: string, words: string): string | undefined {
    const good = status === 'success';
    // A refusal names no topic: it is about what was said first.
    const found = good ? this.#waiting.find((each) => each.words === words) : this.#waiting[0];
    found?.settle(good ? undefined : new BedrockError('refused', text('The server refused: {0}', words)));
    return found?.correlation;
  }

  /** It is over: nothing is acknowledged any more. */
  end(): void {
    for (const each of [...this.#waiting])
      each.settle(new BedrockError('closed', text('The connection is closed.')));
  }
}
