import { l10n, window, type ExtensionContext } from 'vscode';
import { secretId, secretIds, secretReader } from '../../core/connections/secrets.ts';
import type { AnySystem } from '../../core/systems/system.ts';
import type { ConnectionSettings } from '../../core/systems/settings.ts';
import type { SecretKind, SecretReader, SecretSpec } from '../../core/systems/session.ts';
import { translate } from '../translate.ts';

/** Key of the ids of stored secrets: the storage cannot list them in VS Code 1.103. */
const indexKey = 'secrets';

/** The secrets of all connections, kept in VS Code's secret storage alone. */
export class Secrets {
  readonly #context: ExtensionContext;
  /** Secrets for one use, by id; never stored. */
  readonly #once = new Map<string, string>();

  constructor(context: ExtensionContext) {
    this.#context = context;
  }

  reader(system: AnySystem, settings: ConnectionSettings): SecretReader {
    return secretReader({ get: (id) => this.#read(id) }, system, settings);
  }

  /** Reads a secret that belongs to no connection, such as that of a webhook that events are sent to. */
  async get(system: AnySystem, spec: SecretSpec): Promise<string | undefined> {
    return this.#read(secretId(system.id, spec));
  }

  async store(system: AnySystem, spec: SecretSpec, value: string): Promise<void> {
    const id = secretId(system.id, spec);
    if (spec.once) {
      this.#once.set(id, value);
      return;
    }
    await this.#context.secrets.store(id, value);
    await this.#index([...this.#ids().filter((one) => one !== id), id]);
  }

  /** Keeps a secret for one use that a session got, for the next session. */
  keep(system: AnySystem, settings: ConnectionSettings, kind: SecretKind, value: string): void {
    const spec = system.secrets(settings).find((one) => one.kind === kind);
    if (spec?.once) this.#once.set(secretId(system.id, spec), value);
  }

  /** Asks for the secret of a kind and stores it; answers whether there is one now. */
  async ask(system: AnySystem, settings: ConnectionSettings, kind: SecretKind): Promise<boolean> {
    const spec = system.secrets(settings).find((one) => one.kind === kind);
    if (!spec) return false;
    const value = await window.showInputBox({
      title: `${settings.name}: ${translate(spec.title)}`,
      prompt: spec.once
        ? l10n.t('It is used once and kept nowhere.')
        : l10n.t('It is kept in the secret storage of VS Code, not in the settings.'),
      password: true,
      ignoreFocusOut: true,
    });
    if (value === undefined || value === '') return false;
    await this.store(system, spec, value);
    return true;
  }

  /** Whether any secret of the connection is stored. */
  has(system: AnySystem, settings: ConnectionSettings): boolean {
    const stored = this.#ids();
    return secretIds(system, settings).some((id) => stored.includes(id));
  }

  /** Forgets the secrets of a connection that no other connection uses too. */
  async forget(
    { system, settings }: { readonly system: AnySystem; readonly settings: ConnectionSettings },
    others: readonly { readonly system: AnySystem; readonly settings: ConnectionSettings }[] = [],
  ): Promise<void> {
    const shared = new Set(others.flatMap((other) => secretIds(other.system, other.settings)));
    const ids = secretIds(system, settings).filter((id) => !shared.has(id));
    for (const id of ids) {
      this.#once.delete(id);
      await this.#context.secrets.delete(id);
    }
    await this.#index(this.#ids().filter((id) => !ids.includes(id)));
  }

  async #read(id: string): Promise<string | undefined> {
    const once = this.#once.get(id);
    this.#once.delete(id);
    return once ?? this.#context.secrets.get(id);
  }

  #ids(): readonly string[] {
    return this.#context.globalState.get<readonly string[]>(indexKey, []);
  }

  async #index(ids: readonly string[]): Promise<void> {
    await this.#context.globalState.update(indexKey, ids);
  }
}
