import { english, type Text } from './text.ts';

/** An error that programs read by its reason and people by its text. Each layer has one subclass with its own reasons. */
export abstract class ReasonedError<R extends string = string> extends Error {
  readonly reason: R;
  readonly text: Text;

  constructor(reason: R, message: Text, options: { readonly cause?: unknown } = {}) {
    super(english(message), options);
    this.reason = reason;
    this.text = message;
  }

  static is<E extends ReasonedError>(
    this: abstract new (...args: never[]) => E,
    error: unknown,
    reason?: E['reason'],
  ): error is E {
    return error instanceof this && (reason === undefined || error.reason === reason);
  }
}
