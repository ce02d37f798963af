import type { ReasonedError } from '../model/reasonedError.ts';
import { errorWords, text, type Text } from '../model/text.ts';

/** The code of a system error, if it is one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

type Row<R extends string> = readonly [reason: R, words: Text];

/** Reason and words of a layer by the code of a system error. `{0}` in the words is the place, `{1}` what the error says. */
export type SystemErrorTable<R extends string> = Readonly<Record<string, Row<R> | undefined>> & {
  readonly other: Row<R>;
};

/** Puts a system error at `place` into the words of a layer. An error of the layer itself stays as it is. */
export function explainSystemError<R extends string, E extends ReasonedError<R>>(
  Layer: new (reason: R, message: Text, options: { readonly cause: unknown }) => E,
  error: unknown,
  place: string,
  table: SystemErrorTable<NoInfer<R>>,
): E {
  if (error instanceof Layer) return error;
  const known = table[errorCode(error) ?? ''];
  const [reason, { template }] = known ?? table.other;
  const message = known ? text(template, place) : text(template, place, errorWords(error));
  return new Layer(reason, message, { cause: error });
}
