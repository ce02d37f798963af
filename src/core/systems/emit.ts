import type { Text } from '../model/text.ts';
import type { RetentionClass, Severity } from '../model/event.ts';
import type { SecretReader, Session } from './session.ts';

/** One event type of a system: feeds emit forms, tooltips, completion and retention. */
export interface CatalogEntry {
  readonly type: string;
  readonly category: string;
  readonly retention: RetentionClass;
  readonly severity: Severity;
  readonly description: Text;
  /** A whole message as the system would send it. */
  readonly example: unknown;
  /** Side that sends it: the server cuts a client off that sends one of the server's. */
  readonly sentBy?: 'server' | 'client';
}

/** The means to send one event. */
export interface EmitEnvironment<Sess extends Session = Session> {
  readonly signal: AbortSignal;
  /** The conversation of the connection that the target belongs to. */
  readonly session: Sess | undefined;
  readonly secret: SecretReader;
}
