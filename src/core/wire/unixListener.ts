import type { Server, Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { oneLine, text, type Text } from '../model/text.ts';
import { systemClock, type Clock } from '../model/clock.ts';
import { bindUnix, removeOwnFile, type UnixBinding } from './unixBinding.ts';
import { SocketAbsence } from './socketAbsence.ts';
import { watchDirectory } from './watchDirectory.ts';
import type { InboxMessage } from './inbox.ts';
import { UnixInbox } from './unixInbox.ts';
import { identify, listenerError, sameFile, type UnixListenerError } from './unixPath.ts';

export { UnixListenerError } from './unixPath.ts';
export type { UnixListenerReason } from './unixPath.ts';

export interface UnixListenerOptions {
  readonly path: string;
  /** Permissions of the socket file: write permission lets a user send. */
  readonly mode: number;
  /** Bytes kept of one message; 1 MiB by default. */
  readonly maxMessageBytes?: number;
  /** How long one connection may take; 5 s by default. */
  readonly maxConnectionMs?: number;
  readonly onMessage: (message: InboxMessage) => void;
  /** Listening ended and does not resume by itself; all messages have been delivered. Not called after `dispose`. */
  readonly onLost?: (error: UnixListenerError) => void;
  /** Tells what it did by itself, for a log. */
  readonly onNotice?: (text: Text) => void;
  /** For a moment nobody could send: what was sent then is lost. */
  readonly onGap?: (text: Text) => void;
  readonly clock?: Clock;
}

/** A watch on a directory may be refused or miss what happens on network file systems; a look each second never does. */
const lookEveryMs = 1000;

/** Turns of the event loop without any arrival after which nothing is on its way; a turn reads all that the kernel holds. */
const quietTurns = 2;
/** An end for a sender that never stops. */
const maxTurns = 1000;

/**
 * Listens on a unix socket path, one message per connection, complete at the sender's EOF. An empty connection is a probe
 * and no message. Creates its file again when somebody removes it; never deletes the file of anybody else.
 */
export class UnixListener {
  readonly path: string;
  readonly #options: UnixListenerOptions;
  readonly #clock: Clock;
  readonly #inbox: UnixInbox;
  #binding: UnixBinding;
  /** Servers whose file is gone, until their last connection has ended. */
  readonly #retired = new Set<Promise<void>>();
  #stopWatching: () => void = () => undefined;
  #stopped = false;
  #closing: Promise<void> | undefined;
  #disposed = false;
  #checking: Promise<void> | undefined;
  #checkAgain = false;
  /** Set while the path does not lead to our socket. */
  #absence: SocketAbsence | undefined;

  private constructor(options: UnixListenerOptions, clock: Clock, inbox: UnixInbox, binding: UnixBinding) {
    this.path = options.path;
    this.#options = options;
    this.#clock = clock;
    this.#inbox = inbox;
    this.#binding = binding;
  }

  /** Resolves when messages can arrive; rejects with a `UnixListenerError`. */
  static async listen(options: UnixListenerOptions): Promise<UnixListener> {
    const clock = options.clock ?? systemClock;
    const inbox = new UnixInbox({
      maxMessageBytes: options.maxMessageBytes ?? 1024 * 1024,
      maxConnectionMs: options.maxConnectionMs ?? 5000,
      clock,
      onMessage: options.onMessage,
    });
    const accept = (socket: Socket): void => inbox.accept(socket);
    const binding = await bindUnix(options.path, options.mode, accept);
    const listener = new UnixListener(options, clock, inbox, binding);
    listener.#adopt(binding);
    return listener;
  }

  /**
   * Stops listening, removes the file if it is still ours and delivers what has come. Resolves when every connection is
   * closed; nothing of it keeps the process alive then.
   */
  dispose(): Promise<void> {
    this.#disposed = true;
    return this.#close();
  }

  #close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#stopped = true;
    this.#stopWatching();
    await this.#checking;
    this.#endAbsence();
    removeOwnFile(this.#binding);
    this.#retire(this.#binding.server);
    await this.#settle();
    this.#inbox.flush();
    await Promise.all(this.#retired);
  }

  #adopt(binding: UnixBinding): void {
    this.#binding = binding;
    binding.server.on('error', (error) => {
      void this.#lose(listenerError(error, this.path));
    });
    if (binding.replacedStale) {
      this.#notify(
        text(
          'The socket file {0} was left behind by a program that has ended; it was replaced.',
          oneLine(this.path),
        ),
      );
    }
    this.#watch();
  }

  /** Closes a server once it has taken what waited in its backlog; its open connections go on. */
  #retire(server: Server): void {
    const closed = this.#settle().then(
      () =>
        new Promise<void>((done) => {
          server.close(() => done());
        }),
    );
    this.#retired.add(closed);
    void closed.then(() => this.#retired.delete(closed));
  }

  /** Resolves when all that senders have written has been read. */
  async #settle(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; turn < maxTurns && quiet < quietTurns; turn++) {
      const before = this.#inbox.activity;
      await nextTurn();
      quiet = this.#inbox.activity === before ? quiet + 1 : 0;
    }
  }

  #watch(): void {
    this.#stopWatching();
    if (this.#stopped) return;
    const names = new Set([basename(this.path), basename(this.#binding.target)]);
    const directories = new Set([dirname(this.path), dirname(this.#binding.target)]);
    const stops = [...directories].map((directory) =>
      watchDirectory(directory, (name) => {
        if (name === null || names.has(name)) this.#check();
      }),
    );
    let cancelTimer: () => void;
    const arm = (): void => {
      cancelTimer = this.#clock.after(lookEveryMs, () => {
        this.#check();
        arm();
      });
    };
    arm();
    this.#stopWatching = () => {
      cancelTimer();
      for (const stop of stops) stop();
    };
    // Something may have happened while nothing watched.
    this.#check();
  }

  /** Looks whether the path still leads to our socket; one look at a time, and one more if something happens meanwhile. */
  #check(): void {
    if (this.#stopped) return;
    if (this.#checking) {
      this.#checkAgain = true;
      return;
    }
    this.#checkAgain = false;
    this.#checking = this.#lookAndMend()
      .then(
        () => undefined,
        (error: unknown) => listenerError(error, this.path),
      )
      .then((error) => {
        this.#checking = undefined;
        if (error) void this.#lose(error);
        else if (this.#checkAgain) this.#check();
      });
  }

  async #lookAndMend(): Promise<void> {
    const old = this.#binding;
    const standing = await identify(this.path, { follow: true });
    if (this.#hasStopped()) return;
    if (sameFile(standing, old.file)) {
      this.#endAbsence();
      return;
    }
    this.#absence ??= new SocketAbsence(standing, this.#clock, () => this.#check());
    if (!this.#absence.mayTake(standing)) return;
    let binding: UnixBinding;
    try {
      binding = await bindUnix(this.path, this.#options.mode, (socket) => this.#inbox.accept(socket));
    } catch (error) {
      if (this.#absence.mayPass(error)) return;
      throw error;
    }
    this.#endAbsence();
    // The old file may still stand at the end of a path that was a symbolic link.
    removeOwnFile(old);
    this.#retire(old.server);
    this.#adopt(binding);
    if (!this.#hasStopped())
      this.#options.onGap?.(
        text(
          'The socket file {0} was removed and has been created again; what was sent in between is lost.',
          oneLine(this.path),
        ),
      );
  }

  #endAbsence(): void {
    this.#absence?.end();
    this.#absence = undefined;
  }

  /** Reads the flag through a call: TypeScript narrows a property and does not know that it changes across an await. */
  #hasStopped(): boolean {
    return this.#stopped;
  }

  #notify(notice: Text): void {
    if (!this.#stopped) this.#options.onNotice?.(notice);
  }

  async #lose(error: UnixListenerError): Promise<void> {
    if (this.#closing) return;
    await this.#close();
    if (!this.#disposed) this.#options.onLost?.(error);
  }
}
