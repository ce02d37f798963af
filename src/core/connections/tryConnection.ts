import type { Clock } from '../model/clock.ts';
import { type Text, errorWords, text } from '../model/text.ts';
import {
  SessionError,
  type Log,
  type SecretKind,
  type SecretReader,
  type Session,
} from '../systems/session.ts';
import { type AnySystem } from '../systems/system.ts';
import { type ConnectionSettings } from '../systems/settings.ts';

/** One visible step of the test of a connection. */
export interface TriedStep {
  readonly title: Text;
  readonly outcome: 'running' | 'fine' | 'doubtful' | 'wrong';
  readonly detail?: Text;
}

export interface Trial {
  readonly system: AnySystem;
  readonly settings: ConnectionSettings;
  readonly secret: SecretReader;
  /** Keeps a secret for the saved connection in place of the one-time secret that this trial used up. */
  keep?(kind: SecretKind, value: string): void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** All steps so far, each time one comes or ends. */
  onSteps(steps: readonly TriedStep[]): void;
}

export type TrialResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly message: Text;
      /** The secret that was wrong or missing. */
      readonly secret?: SecretKind;
      /** The certificate of the server is not accepted. */
      readonly certificate: boolean;
    };

/** A first event or answer mostly comes at once; where nothing happens on the other side, none comes at all. */
const firstWithinMs = 5000;

/**
 * Opens a connection once to see whether it works, telling each step. Nothing of it is kept: no journal, no memory, and
 * the conversation ends with it.
 */
export async function tryConnection(trial: Trial): Promise<TrialResult> {
  const steps = new Steps(trial);
  const arrived = Promise.withResolvers<undefined>();
  let session: Session | undefined;
  try {
    steps.begin(text('Reading the settings'));
    session = await trial.system.openSession(trial.settings, {
      clock: trial.clock,
      log: trial.log,
      signal: trial.signal,
      // From the beginning each time, and without a past to catch up with.
      memory: { load: () => undefined, save: () => undefined },
      secret: trial.secret,
      keep(kind, value) {
        trial.keep?.(kind, value);
      },
      deliver({ direction }) {
        if (direction === 'in') arrived.resolve(undefined);
      },
      committed: () => Promise.resolve(),
      pressure: () => undefined,
      report(state, detail) {
        steps.begin(detail ?? (state === 'connecting' ? text('Connecting') : text('Signing in')));
      },
      gap: () => undefined,
    });
    steps.begin(text('Waiting for the first event or answer'));
    const first = await firstOf(session, arrived.promise, trial);
    if (first instanceof SessionError) throw first;
    if (first === 'nothing') {
      steps.end('doubtful', text('Nothing came yet, which is normal while nothing happens there.'));
    } else steps.end('fine');
    return { ok: true };
  } catch (error) {
    const message = error instanceof SessionError ? error.text : text('{0}', words(error));
    steps.end('wrong', message);
    const { secret, certificate = false } = error instanceof SessionError ? error : {};
    return { ok: false, message, certificate, ...(secret === undefined ? {} : { secret }) };
  } finally {
    await session?.dispose();
  }
}

async function firstOf(
  session: Session,
  arrived: Promise<undefined>,
  { clock, signal }: Trial,
): Promise<SessionError | 'nothing' | 'something'> {
  const over = Promise.withResolvers<'nothing'>();
  const end = (): void => over.resolve('nothing');
  const cancel = clock.after(firstWithinMs, end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([session.closed, arrived.then(() => 'something' as const), over.promise]);
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
  }
}

class Steps {
  readonly #tell: (steps: readonly TriedStep[]) => void;
  #steps: readonly TriedStep[] = [];

  constructor(trial: Trial) {
    this.#tell = (steps) => trial.onSteps(steps);
  }

  begin(title: Text): void {
    this.#steps = [...this.#ended('fine'), { title, outcome: 'running' }];
    this.#tell(this.#steps);
  }

  end(outcome: 'fine' | 'doubtful' | 'wrong', detail?: Text): void {
    this.#steps = this.#ended(outcome, detail);
    this.#tell(this.#steps);
  }

  #ended(outcome: 'fine' | 'doubtful' | 'wrong', detail?: Text): readonly TriedStep[] {
    const last = this.#steps.at(-1);
    if (last?.outcome !== 'running') return this.#steps;
    return [...this.#steps.slice(0, -1), { title: last.title, outcome, ...(detail ? { detail } : {}) }];
  }
}

function words(error: unknown): string {
  return errorWords(error);
}
