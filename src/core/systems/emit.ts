import type * as z from 'zod/mini';
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
  /** The side that sends it: a server cuts a client off that sends one of the server's. */
  readonly sentBy?: 'server' | 'client';
}

/** Means to send one event. */
export interface EmitEnvironment<Sess extends Session = Session> {
  readonly signal: AbortSignal;
  /** The conversation of the connection that the target belongs to. */
  readonly session: Sess | undefined;
  readonly secret: SecretReader;
}

/** Place that a message is composed for. */
export interface MessagePlace<Sess extends Session = Session> {
  readonly now: number;
  /** The machine of this window. */
  readonly host: string;
  /** Address of the target; absent as long as none is chosen. */
  readonly address?: string;
  readonly session?: Sess | undefined;
  /** Key of an instance of the target. */
  readonly instance?: string;
  readonly newId: () => string;
}

/** A message to begin with, and the form of all messages of its type. */
export interface MessageForm {
  readonly schema?: z.ZodMiniType;
  readonly example: unknown;
}
