import { l10n, window, workspace, type Memento } from 'vscode';
import type { EmitTarget } from '../../core/playback/emitter.ts';
import { systems } from '../../core/systems/index.ts';
import { translate } from '../translate.ts';
import type { Runtime } from '../runtime.ts';

export interface NamedTarget extends EmitTarget {
  readonly id: string;
  readonly label: string;
}

const storageKey = 'emitTargets';

interface Custom {
  readonly system: string;
  readonly address: string;
}

/** Where events can be sent to: the sockets of our connections, and those that the user named. */
export class EmitTargets {
  readonly #runtime: Runtime;
  readonly #storage: Memento;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#storage = runtime.context.workspaceState;
  }

  list(): NamedTarget[] {
    const own = this.#runtime.connections.connections.flatMap(({ id: connection, system, settings }) =>
      system.emitTargets(settings).map((address): NamedTarget => ({
        id: JSON.stringify([connection, address]),
        label: settings.name,
        address,
        system,
        connection,
      })),
    );
    const known = new Set(own.map(({ address }) => address));
    const custom = this.#custom().flatMap(({ system: id, address }): NamedTarget[] => {
      const system = systems.find((s) => s.id === id);
      if (!system || known.has(address)) return [];
      return [
        { id: JSON.stringify(['', address]), label: address.split('/').at(-1) ?? address, address, system },
      ];
    });
    return [...own, ...custom];
  }

  /** Sends an event; what cannot be sent says why. Nothing leaves an untrusted workspace. */
  async send(
    target: NamedTarget,
    bytes: Uint8Array,
    origin: 'emitted' | 'replayed',
    signal: AbortSignal,
  ): Promise<{ readonly ok: boolean; readonly message: string }> {
    if (!workspace.isTrusted) return { ok: false, message: l10n.t('not in an untrusted workspace') };
    const result = await this.#runtime.emitter.emit({ target, bytes: withNewline(bytes), origin, signal });
    return { ok: result.ok, message: result.ok ? l10n.t('sent') : translate(result.message) };
  }

  /** Asks for the address of another target and remembers it. */
  async add(): Promise<NamedTarget | undefined> {
    const [system] = systems;
    if (!system) return undefined;
    const address = await window.showInputBox({
      title: l10n.t('Add a target'),
      prompt: l10n.t('The socket file of a bot or dashboard that listens for {0} events.', system.label),
      placeHolder: '/run/my-bot/kgsm.sock',
      ignoreFocusOut: true,
      validateInput: (value) => {
        const problem = system.checkTarget(value);
        return problem && translate(problem);
      },
    });
    if (address === undefined) return undefined;
    const others = this.#custom().filter((c) => c.address !== address);
    await this.#storage.update(storageKey, [...others, { system: system.id, address }]);
    return this.list().find((target) => target.address === address);
  }

  #custom(): readonly Custom[] {
    return this.#storage.get<readonly Custom[]>(storageKey, []);
  }
}

/** KGSM ends every event with a newline; what was stored without it gets it back. */
function withNewline(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === 0x0a ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
}
