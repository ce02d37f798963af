import { EventEmitter, l10n, ThemeIcon, window, type Pseudoterminal, type Terminal } from 'vscode';
import { instanceId, type Instance } from '../../core/model/instance.ts';
import { oneLine, type Text } from '../../core/model/text.ts';
import type { Scope } from '../../core/connections/scope.ts';
import type { Connection } from '../../core/connections/connection.ts';
import type { AnyConsole } from '../../core/systems/console.ts';
import { TerminalText } from '../../core/systems/terminalText.ts';
import { FollowedLog, type FollowedLogOptions } from './followedLog.ts';
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
  readonly #runtime: Runtime;
  readonly #connection: Connection;
  readonly #follow: (parts: Pick<FollowedLogOptions, 'write' | 'note' | 'onOpen'>) => FollowedLog;
  readonly #written = new EventEmitter<string>();
  readonly #ended = new EventEmitter<void>();
  readonly #text = new TerminalText();
  readonly #editor = new LineEditor();
  #log: FollowedLog | undefined;
  /** Typed before the log was there. */
  #early = '';
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#ended.event;

  constructor(connection: Connection, instance: Instance, source: AnyConsole, runtime: Runtime) {
    this.#runtime = runtime;
    this.#connection = connection;
    this.#follow = (parts) => new FollowedLog({ runtime, connection, instance, source, ...parts });
  }

  open(): void {
    this.#log = this.#follow({
      write: (chunk) => this.#show(this.#text.push(chunk)),
      note: (message) => this.#note(message),
      onOpen: () => this.#opened(),
    });
  }

  close(): void {
    this.#log?.dispose();
    this.#written.dispose();
    this.#ended.dispose();
  }

  handleInput(data: string): void {
    const console = this.#log?.console;
    if (!console) {
      this.#early += data;
      return;
    }
    if (!console.send) return;
    const { echo, lines } = this.#editor.type(data);
    this.#written.fire(echo);
    for (const line of lines) if (line.trim() !== '') void this.#send(line);
  }

  #opened(): void {
    if (this.#log?.console?.send) this.#show('');
    const early = this.#early;
    this.#early = '';
    if (early !== '') this.handleInput(early);
  }

  async #send(line: string): Promise<void> {
    const result = await this.#log?.console?.send?.(line);
    this.#runtime.channel.info(
      `[${this.#connection.settings.name}] ${l10n.t('A console command was sent.')}`,
    );
    if (result && result.outcome !== 'succeeded') this.#note(result.message, true);
  }

  /** Puts text above the line that is being typed. */
  #show(text: string): void {
    if (!this.#log?.isOver()) this.#written.fire(this.#log?.console?.send ? this.#editor.above(text) : text);
  }

  #note(message: Text, wrong = false): void {
    const safe = oneLine(translate(message), 400);
    this.#show(`\x1b[${wrong ? '31' : '2'}m${safe}\x1b[0m\r\n`);
  }
}
