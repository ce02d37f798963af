import { EventEmitter, l10n, ThemeIcon, window, type Pseudoterminal, type Terminal } from 'vscode';
import { systemClock } from '../../core/model/clock.ts';
import { instanceId, type Instance } from '../../core/model/instance.ts';
import { oneLine, type Text } from '../../core/model/text.ts';
import type { Scope } from '../../core/connections/scope.ts';
import type { Connection } from '../../core/connections/connection.ts';
import { SessionError, type Session } from '../../core/systems/session.ts';
import { type AnyConsole, type OpenConsole } from '../../core/systems/console.ts';
import { TerminalText } from '../../core/systems/terminalText.ts';
import { LineEditor } from './lineEditor.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** The logs of instances as terminals, one each, open until their connection ends; showing one again brings it to the front. */
export class Terminals {
  readonly #runtime: Runtime;
  readonly #open = new Map<string, { readonly terminal: Terminal; readonly scope: Scope }>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    runtime.scope.add(
      window.onDidCloseTerminal((closed) => {
        for (const [id, { terminal, scope }] of this.#open) {
          if (terminal !== closed) continue;
          this.#open.delete(id);
          void scope.dispose();
        }
      }),
    );
  }

  show(connection: Connection, instance: Instance, console: AnyConsole): void {
    const id = instanceId(instance);
    const known = this.#open.get(id);
    if (known) {
      known.terminal.show();
      return;
    }
    const terminal = window.createTerminal({
      name: oneLine(instance.name, 60),
      iconPath: new ThemeIcon('output'),
      pty: new ServerTerminal(connection, instance, console, this.#runtime),
      isTransient: true,
    });
    const scope = connection.scope.child();
    scope.add(terminal);
    this.#open.set(id, { terminal, scope });
    terminal.show();
  }
}

/** Terminal of one instance: its log, and a line for commands. Text of the server is made harmless first. */
class ServerTerminal implements Pseudoterminal {
  readonly #connection: Connection;
  readonly #instance: Instance;
  readonly #source: AnyConsole;
  readonly #runtime: Runtime;
  readonly #written = new EventEmitter<string>();
  readonly #ended = new EventEmitter<void>();
  readonly #abort = new AbortController();
  readonly #text = new TerminalText();
  readonly #editor = new LineEditor();
  #console: OpenConsole | undefined;
  /** Typed before the log was there. */
  #early = '';
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#ended.event;

  constructor(connection: Connection, instance: Instance, source: AnyConsole, runtime: Runtime) {
    this.#connection = connection;
    this.#instance = instance;
    this.#source = source;
    this.#runtime = runtime;
  }

  open(): void {
    void this.#start();
  }

  close(): void {
    this.#abort.abort();
    void this.#console?.dispose();
    this.#written.dispose();
    this.#ended.dispose();
  }

  handleInput(data: string): void {
    if (!this.#console) {
      this.#early += data;
      return;
    }
    if (!this.#console.send) return;
    const { echo, lines } = this.#editor.type(data);
    this.#written.fire(echo);
    for (const line of lines) if (line.trim() !== '') void this.#send(line);
  }

  async #start(): Promise<void> {
    const { settings, session } = this.#connection;
    try {
      const opened = await this.#source.open({
        settings,
        instance: this.#instance,
        session,
        clock: systemClock,
        signal: this.#abort.signal,
        write: (chunk) => this.#show(this.#text.push(chunk)),
        note: (message) => this.#note(message),
      });
      if (this.#abort.signal.aborted) {
        await opened.dispose();
        return;
      }
      this.#console = opened;
      void opened.ended?.then(() => this.#again(session));
      if (opened.send) this.#show('');
      if (this.#early !== '') this.handleInput(this.#early);
    } catch (error) {
      this.#note(error instanceof SessionError ? error.text : { template: '{0}', args: [String(error)] });
    }
  }

  /** Opens the log again with the next conversation of the connection. */
  async #again(old: Session | undefined): Promise<void> {
    await this.#console?.dispose();
    this.#console = undefined;
    if (this.#closed()) return;
    const { pipeline } = this.#runtime;
    await new Promise<void>((resolve) => {
      const unsubscribe = pipeline.subscribe('terminals', () => {
        const { session, state } = this.#connection;
        if (!this.#closed() && (state !== 'ready' || session === old || !session)) return;
        unsubscribe();
        resolve();
      });
    });
    if (!this.#closed()) await this.#start();
  }

  /** A call, because it changes while something is waited for. */
  #closed(): boolean {
    return this.#abort.signal.aborted;
  }

  async #send(line: string): Promise<void> {
    const result = await this.#console?.send?.(line);
    this.#runtime.channel.info(
      `[${this.#connection.settings.name}] ${l10n.t('A console command was sent.')}`,
    );
    if (result && result.outcome !== 'succeeded') this.#note(result.message, true);
  }

  /** Puts text above the line that is being typed. */
  #show(text: string): void {
    if (this.#abort.signal.aborted) return;
    this.#written.fire(this.#console?.send ? this.#editor.above(text) : text);
  }

  #note(message: Text, wrong = false): void {
    const safe = oneLine(translate(message), 400);
    this.#show(`\x1b[${wrong ? '31' : '2'}m${safe}\x1b[0m\r\n`);
  }
}
