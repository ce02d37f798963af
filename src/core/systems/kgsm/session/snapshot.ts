import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import { text } from '../../../model/text.ts';
import { redactJson } from '../../redaction.ts';
import type { Session, SessionEnvironment } from '../../session.ts';
import { failureOf, runKgsm } from '../cli/runKgsm.ts';
import { cliReply, cliRequest } from '../decode/cliMessages.ts';
import { cliSyntaxOf } from '../cli/cliSyntax.ts';

/** Asking takes KGSM a fraction of a second; beyond this it hangs. */
const askTimeoutMs = 20_000;

/**
 * Asks KGSM's own program what there is: the events tell of changes only, and nothing of what happened while nobody
 * listened. One run at a time; asked again while it asks, it begins once more when it is done.
 */
class Snapshots {
  readonly #root: string;
  readonly #environment: SessionEnvironment;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #again = false;

  constructor(root: string, environment: SessionEnvironment) {
    this.#root = root;
    this.#environment = environment;
  }

  take(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#ask().finally(() => {
      this.#running = undefined;
      if (this.#again && !this.#hasEnded()) {
        this.#again = false;
        this.take();
      }
    });
  }

  /** Ends the run under way and waits for it. */
  async dispose(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** A call, because it changes while something is waited for. */
  #hasEnded(): boolean {
    return this.#abort.signal.aborted;
  }

  async #ask(): Promise<void> {
    // Without the program there are events only, which is a way to use it and no fault.
    const there = await access(posix.join(this.#root, 'kgsm.sh')).then(
      () => true,
      () => false,
    );
    if (!there) return;
    const dialect = await cliSyntaxOf(this.#root, this.#abort.signal);
    if (this.#hasEnded()) return;
    const names = namesOf(await this.#run(dialect.list));
    for (const name of names) {
      if (this.#hasEnded()) return;
      await this.#run(dialect.status(name));
    }
  }

  /** One run of the program, journalled as question and answer; its output. */
  async #run(args: readonly string[]): Promise<string> {
    const environment = this.#environment;
    const { clock, log } = environment;
    const correlation = randomUUID();
    environment.deliver({
      channel: 'request',
      direction: 'out',
      bytes: cliRequest(args),
      receivedAt: clock.now(),
      correlation,
    });
    const result = await runKgsm({
      root: this.#root,
      args,
      timeoutMs: askTimeoutMs,
      signal: this.#abort.signal,
    });
    if (this.#hasEnded()) return '';
    if (result.code !== 0) log.warn(text('KGSM did not answer {0}: {1}', args.join(' '), failureOf(result)));
    environment.deliver({
      channel: 'reply',
      direction: 'in',
      // Inside the answer's own JSON it would be text in a text, where no field can be recognised.
      bytes: cliReply(args, result.code, redactJson(result.stdout, ['recent_logs']).text),
      receivedAt: clock.now(),
      correlation,
    });
    return result.stdout;
  }
}

/** A session that also asks KGSM's program, at its beginning and whenever it is told to. */
export function withSnapshots(
  root: string | undefined,
  environment: SessionEnvironment,
  session: Session,
): Session {
  if (root === undefined) return session;
  const snapshots = new Snapshots(root, environment);
  snapshots.take();
  return {
    closed: session.closed,
    refresh: () => {
      snapshots.take();
    },
    async dispose() {
      await snapshots.dispose();
      await session.dispose();
    },
  };
}

function namesOf(output: string): string[] {
  try {
    const names: unknown = JSON.parse(output);
    return Array.isArray(names)
      ? names.filter((name): name is string => typeof name === 'string' && name !== '')
      : [];
  } catch {
    return [];
  }
}
