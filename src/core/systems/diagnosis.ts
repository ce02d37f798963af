import type { Text } from '../model/text.ts';
import type { SecretReader, Session } from './session.ts';
import type { Question } from './operation.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly title: Text;
  readonly outcome: 'fine' | 'doubtful' | 'wrong' | 'skipped';
  readonly detail?: Text;
  readonly fix?: Fix;
}

/** A way to mend a finding. Changes nothing before the user said yes to the question. */
export interface Fix {
  readonly title: Text;
  readonly question?: Question;
  /** Answers what was done. */
  apply(signal: AbortSignal): Promise<Text>;
}

export interface DiagnosisEnvironment<Sess extends Session = Session> {
  readonly signal: AbortSignal;
  readonly session: Sess | undefined;
  readonly secret: SecretReader;
  /** Resolves true when a message with this marker comes in through the connection in time. */
  arrives(marker: string, withinMs: number): Promise<boolean>;
}
