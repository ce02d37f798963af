import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { isAborted } from '../../../model/abort.ts';
import { errorWords, text } from '../../../model/text.ts';
import { DeferredRun } from '../../conversation/deferredRun.ts';
import { redactJson } from '../../redaction.ts';
import type { Session, SessionEnvironment } from '../../session.ts';
import type { EndedWork, KgsmSession } from './kgsmSession.ts';
import { namesIn } from '../program/cliQueries.ts';
import { problemOf, runKgsm } from '../program/runKgsm.ts';
import { asksForRegeneration, cliEnded, cliReply, cliRequest } from '../decode/cliMessages.ts';
import { cliSyntaxOf, unknownProgram, type CliSyntax } from '../program/cliSyntax.ts';

/** Asking takes KGSM a fraction of a second; beyond this it hangs. */
const askTimeoutMs = 20_000;

/** Asks KGSM's own program what there is: events tell of changes only, and of nothing that happened while nobody listened. */
class Snapshots {
  readonly #root: string;
  readonly #environment: SessionEnvironment;
  readonly #abort = new AbortController();
  readonly #runs: DeferredRun;
  #generation: 1 | 2 | 3 | undefined;

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

  generation(): 1 | 2 | 3 | undefined {
    return this.#generation;
  }

  /** Events of the work may still be on their way; what KGSM tells afterwards is about its end. */
  async takeAfter(ended: EndedWork): Promise<void> {
    await this.#runs.now();
    if (isAborted(this.#abort.signal)) return;
    this.#environment.deliver({
      channel: 'reply',
      direction: 'in',
      bytes: cliEnded(ended),
      receivedAt: this.#environment.clock.now(),
    });
  }

  /** Ends the run under way and waits for it. */
  async dispose(): Promise<void> {
    this.#abort.abort();
    await this.#runs.end();
  }

  async #ask(): Promise<void> {
    const { signal } = this.#abort;
    const syntax = await cliSyntaxOf(this.#root, signal);
    if (isAborted(signal)) return;
    if (!syntax) {
      this.#environment.log.warn(text('{0}: {1}', posix.join(this.#root, 'kgsm.sh'), unknownProgram));
      return;
    }
    this.#generation = syntax.generation;
    const names = namesIn(await this.#run(syntax, syntax.list), syntax.generation) ?? [];
    for (const name of names) {
      if (isAborted(signal)) return;
      await this.#run(syntax, syntax.status(name));
    }
  }

  /** One run of the program, journalled as question and answer; its output. */
  async #run({ generation, list }: CliSyntax, args: readonly string[]): Promise<string> {
    const environment = this.#environment;
    const { clock, log } = environment;
    const { signal } = this.#abort;
    // The list is asked for once; the state of each instance would bury it.
    const marks = { correlation: randomUUID(), ...(args === list ? {} : { noise: true }) };
    environment.deliver({
      channel: 'request',
      direction: 'out',
      bytes: cliRequest(args),
      receivedAt: clock.now(),
      ...marks,
    });
    const result = await runKgsm({ root: this.#root, args, timeoutMs: askTimeoutMs, signal });
    if (isAborted(signal)) return '';
    // The list of blueprints of 1.7 comes with error lines too, so what it prints counts more than they.
    const problem =
      generation === 1 && result.stdout.trim() !== '' ? undefined : problemOf(result, generation);
    if (problem && !asksForRegeneration(result.stdout))
      log.warn(text('KGSM did not answer {0}: {1}', args.join(' '), problem));
    environment.deliver({
      channel: 'reply',
      direction: 'in',
      // Inside the answer's own JSON it would be text in a text, where no field can be recognised.
      bytes: cliReply(args, result.code, redactJson(result.stdout, ['recent_logs']).text, problem),
      receivedAt: clock.now(),
      ...marks,
    });
    return result.stdout;
  }
}

/** A session that also asks KGSM's program, at its beginning and whenever it is told to. */
export function withSnapshots(
  root: string | undefined,
  environment: SessionEnvironment,
  session: Session,
): KgsmSession {
  if (root === undefined) return session;
  const snapshots = new Snapshots(root, environment);
  const listed = snapshots.take();
  return {
    closed: session.closed,
    listed,
    refresh: () => void snapshots.take(),
    generation: () => snapshots.generation(),
    workEnded: (ended) => void snapshots.takeAfter(ended),
    async dispose() {
      await snapshots.dispose();
      await session.dispose();
    },
  };
}
