import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import { isAborted } from '../../../model/abort.ts';
import { errorWords, text } from '../../../model/text.ts';
import { DeferredRun } from '../../conversation/deferredRun.ts';
import { redactJson } from '../../redaction.ts';
import type { Session, SessionEnvironment } from '../../session.ts';
import { failureOf, runKgsm } from '../program/runKgsm.ts';
import { cliReply, cliRequest } from '../decode/cliMessages.ts';
import { parsedJson } from '../../reading.ts';
import { cliSyntaxOf } from '../program/cliSyntax.ts';

/** Asking takes KGSM a fraction of a second; beyond this it hangs. */
const askTimeoutMs = 20_000;

/** Asks KGSM's own program what there is: events tell of changes only, and of nothing that happened while nobody listened. */
class Snapshots {
  readonly #root: string;
  readonly #environment: SessionEnvironment;
  readonly #abort = new AbortController();
  readonly #runs: DeferredRun;

  constructor(root: string, environment: SessionEnvironment) {
    this.#root = root;
    this.#environment = environment;
    this.#runs = new DeferredRun(
      environment.clock,
      () => this.#ask(),
      (error) => environment.log.error(text('Asking KGSM failed: {0}', errorWords(error))),
    );
  }

  /** Resolves when all was asked for. Never rejects. */
  take(): Promise<void> {
    return this.#runs.now();
  }

  /** Ends the run under way and waits for it. */
  async dispose(): Promise<void> {
    this.#abort.abort();
    await this.#runs.end();
  }

  async #ask(): Promise<void> {
    const { signal } = this.#abort;
    // Without the program there are events only, which is a way to use it and no fault.
    const there = await access(posix.join(this.#root, 'kgsm.sh')).then(
      () => true,
      () => false,
    );
    if (!there) return;
    const syntax = await cliSyntaxOf(this.#root, signal);
    if (isAborted(signal)) return;
    const names = namesOf(await this.#run(syntax.list));
    for (const name of names) {
      if (isAborted(signal)) return;
      await this.#run(syntax.status(name));
    }
  }

  /** One run of the program, journalled as question and answer; its output. */
  async #run(args: readonly string[]): Promise<string> {
    const environment = this.#environment;
    const { clock, log } = environment;
    const correlation = randomUUID();
    const { signal } = this.#abort;
    environment.deliver({
      channel: 'request',
      direction: 'out',
      bytes: cliRequest(args),
      receivedAt: clock.now(),
      correlation,
    });
    const result = await runKgsm({ root: this.#root, args, timeoutMs: askTimeoutMs, signal });
    if (isAborted(signal)) return '';
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
  const listed = snapshots.take();
  return {
    closed: session.closed,
    listed,
    refresh: () => void snapshots.take(),
    async dispose() {
      await snapshots.dispose();
      await session.dispose();
    },
  };
}

function namesOf(output: string): string[] {
  const names = parsedJson(output);
  return Array.isArray(names)
    ? names.filter((name): name is string => typeof name === 'string' && name !== '')
    : [];
}
