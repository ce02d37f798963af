import { JournalError } from './journalError.ts';
import type { CallName, Calls, Failure, FromWorker, Notice } from './messages.ts';
import type { Backend, BackendRun } from './workerBackend.ts';

/** An error of the query language, with its own fields (position, suggestion …). */
export class QueryError extends Error {
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(message: string, facts: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'QueryError';
    this.facts = facts;
  }
}

function errorOf({ reason, message, facts }: Failure): Error {
  return reason ? new JournalError(reason, message) : new QueryError(message, facts);
}

export interface ServiceClientOptions {
  readonly backend: Backend;
  readonly after: (ms: number, run: () => void) => () => void;
  /** Arguments that a service is opened with: the first one and those after it. */
  readonly opening: () => Calls['open']['args'];
  readonly onNotice: (notice: Notice) => void;
  /** A service was opened in the place of one that ended: it knows nothing of queries and of following. */
  readonly onReopened: (status: Calls['open']['answer']) => void;
}

/** Pause before another try after a service that ended before it was open, or again and again. */
const restartMs = 30_000;
/** Services that may end one after the other, without an answer in between, before the pause. */
const maxQuickEnds = 3;

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** Typed calls to the service of a journal, which is started anew where it ends by itself. */
export class ServiceClient {
  readonly #options: ServiceClientOptions;
  readonly #pending = new Map<number, Pending>();
  #run: BackendRun | undefined;
  #lastId = 0;
  #quickEnds = 0;
  /** Settles when the service that is being started can be asked. */
  #opened: Promise<unknown> = Promise.resolve();
  /** The error that ended the last service, until the next one is open; calls are refused with it during a pause. */
  #down: Error | undefined;
  #hasOpened = false;
  #stopPause: (() => void) | undefined;
  #untilUp: (() => void)[] = [];
  #closed: Error | undefined;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
  }

  /** Starts the first service; rejects where that fails, and then starts no other. */
  async open(): Promise<Calls['open']['answer']> {
    try {
      this.#start();
      const status = await this.#post('open', this.#options.opening());
      this.#hasOpened = true;
      return status;
    } catch (error) {
      this.#closed = error as Error;
      await this.#run?.end();
      throw error;
    }
  }

  /** Rejects with reason 'worker' where the service ends before it answers; a call that comes later reaches the next one. */
  async call<Name extends CallName>(call: Name, args: Calls[Name]['args']): Promise<Calls[Name]['answer']> {
    await this.#opened.catch(() => undefined);
    const refused = this.#closed ?? this.#down;
    if (refused) throw refused;
    const answer = await this.#post(call, args);
    // A service that committed something is sound: its end is the first again.
    if (call === 'append') this.#quickEnds = 0;
    return answer;
  }

  /** Resolves when there is a service to ask, or none will be any more. */
  async whenUp(): Promise<void> {
    await this.#opened.catch(() => undefined);
    if (this.#down && !this.#closed) await new Promise<void>((resolve) => this.#untilUp.push(resolve));
  }

  /** Ends the service; what was asked and not answered is refused. */
  async end(): Promise<void> {
    this.#close(new JournalError('closed', 'The journal is closed.'));
    await this.#run?.end();
  }

  #close(reason: Error): void {
    this.#closed = reason;
    this.#stopPause?.();
    this.#refuse(reason);
    for (const resolve of this.#untilUp.splice(0)) resolve();
  }

  #start(): void {
    const run = this.#options.backend.start();
    this.#run = run;
    run.port.on('message', (message) => {
      if (this.#run === run) this.#receive(message as FromWorker);
    });
    run.onEnd((error) => {
      if (this.#run === run) this.#ended(error);
    });
  }

  #post<Name extends CallName>(call: Name, args: Calls[Name]['args']): Promise<Calls[Name]['answer']> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#run?.port.postMessage({ id, call, args });
    });
  }

  #refuse(error: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }

  #ended(error: Error): void {
    const isReopening = this.#down !== undefined;
    this.#run = undefined;
    this.#down = error;
    this.#refuse(error);
    // Whoever waits for the service to open was refused and decides.
    if (this.#closed || isReopening || !this.#hasOpened) return;
    if (++this.#quickEnds <= maxQuickEnds) this.#restart();
    else this.#pause();
  }

  #pause(): void {
    if (this.#closed) return;
    this.#stopPause = this.#options.after(restartMs, () => {
      this.#restart();
    });
  }

  #restart(): void {
    this.#opened = this.#reopen();
  }

  async #reopen(): Promise<void> {
    // Refusals of the service before go out first.
    await Promise.resolve();
    if (this.#closed) return;
    try {
      this.#start();
      const status = await this.#post('open', this.#options.opening());
      this.#down = undefined;
      this.#options.onReopened(status);
      for (const resolve of this.#untilUp.splice(0)) resolve();
    } catch (error) {
      this.#down = error as Error;
      const run = this.#run;
      this.#run = undefined;
      await run?.end();
      this.#pause();
    }
  }

  #receive(message: FromWorker): void {
    if ('notice' in message) {
      this.#options.onNotice(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ('failure' in message) pending?.reject(errorOf(message.failure));
    else pending?.resolve(message.answer as never);
  }
}
