import type { Text } from '../model/text.ts';

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
  /** What stands there at first. */
  suggest?(given: FormAnswers): Promise<string | undefined>;
  /** What is wrong with the value; a hint does not stop anybody. */
  check?(value: string, given: FormAnswers): Promise<FormProblem | undefined>;
  choices?(given: FormAnswers): Promise<readonly FormChoice[]>;
}

/** What was given so far, by field. */
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
