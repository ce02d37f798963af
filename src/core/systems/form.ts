import type { Text } from '../model/text.ts';

/** A value at once, or later. */
export type Awaitable<T> = T | Promise<T>;

/** One question of the form that makes or edits a connection. */
export interface FormField {
  /** Place in the settings, dots for what is nested. A secret stands nowhere there: its field is its kind. Two forms of one question share it. */
  readonly field: string;
  readonly type: 'text' | 'number' | 'folder' | 'file' | 'choice' | 'secret';
  readonly prompt: Text;
  readonly placeholder?: string;
  /** Left empty it is left out of the settings. */
  readonly optional?: boolean;
  /** Asked only where this holds. */
  when?(given: FormAnswers): boolean;
  /** Value that the field has at first. */
  suggest?(given: FormAnswers): Awaitable<string | undefined>;
  /** Problem of the value; one that is a hint stops nobody. */
  check?(value: string, given: FormAnswers): Awaitable<FormProblem | undefined>;
  choices?(given: FormAnswers): Awaitable<readonly FormChoice[]>;
}

/** Answers so far, by field. */
export type FormAnswers = Readonly<Record<string, string>>;

export interface FormProblem {
  readonly message: Text;
  readonly hint?: boolean;
}

export interface FormChoice {
  readonly value: string;
  readonly label: Text;
  readonly detail?: Text;
}
