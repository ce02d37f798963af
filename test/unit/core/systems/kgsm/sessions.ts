import { english, type Text } from '../../../../../src/core/model/text.ts';
import { parseKgsmSettings, type KgsmSettings } from '../../../../../src/core/systems/kgsm/settings.ts';
import type { SecretKind, SessionEnvironment } from '../../../../../src/core/systems/session.ts';
import type { Clock } from '../../../../../src/core/model/clock.ts';
import { silentLog, testMemory } from '../../helpers.ts';
import { Told } from '../../wire/sockets.ts';

type Draft = Parameters<SessionEnvironment['deliver']>[0];

/** Settings as a user would write them. */
export function kgsmSettings(fields: Readonly<Record<string, unknown>>): KgsmSettings {
  const parsed = parseKgsmSettings({ kind: 'kgsm', ...fields });
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join());
  return parsed.settings;
}

/** What a session is given, with everything that it tells. */
export class World implements SessionEnvironment {
  readonly clock: Clock;
  readonly drafts: Told<Draft> = new Told<Draft>();
  readonly gaps: string[] = [];
  readonly warnings: string[] = [];
  readonly memory = testMemory();
  readonly abort = new AbortController();
  readonly secrets: Partial<Record<SecretKind, string>>;
  readonly log: SessionEnvironment['log'] = {
    ...silentLog,
    warn: (message: Text) => this.warnings.push(english(message)),
  };

  constructor(clock: Clock, secrets: Partial<Record<SecretKind, string>> = {}) {
    this.clock = clock;
    this.secrets = secrets;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get texts(): string[] {
    return this.drafts.all.map(({ bytes }) => Buffer.from(bytes).toString());
  }

  readonly secret = (kind: SecretKind): Promise<string | undefined> => Promise.resolve(this.secrets[kind]);

  deliver(draft: Draft): void {
    this.drafts.add(draft);
  }

  /** Settles when the test's journal has what was delivered. */
  keeping: Promise<undefined> = Promise.resolve(undefined);

  committed(): Promise<void> {
    return this.keeping;
  }

  pressure(): undefined {
    return undefined;
  }

  report(): void {
    // No session of KGSM has steps on its way.
  }

  keep(): void {
    // Nor does any have something that is good for one use.
  }

  gap(message: Text): void {
    this.gaps.push(english(message));
  }
}
