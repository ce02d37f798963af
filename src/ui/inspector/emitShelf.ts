import {
  commands,
  ConfigurationTarget,
  EventEmitter,
  l10n,
  window,
  workspace,
  type Disposable,
  type Memento,
} from 'vscode';
import {
  readSent,
  readTemplates,
  rememberSent,
  templateNameProblem,
  templateValue,
} from '../../core/playback/emission/emitTemplates.ts';
import type { AnySystem } from '../../core/systems/system.ts';
import type { SystemRegistry } from '../../core/systems/registry.ts';
import type { EmitDraft, EmitShelf as Shelf, EmitTemplate } from '../../rpc/inspectorEmit.ts';
import { prefix } from '../contributions/commands.ts';
import { showError } from '../showMessage.ts';
import { translate } from '../translate.ts';
import { askScope } from './queryShelf.ts';

type Scope = EmitTemplate['scope'];

const setting = 'emit.templates';
const historyKey = 'emit.sent';
const scopes: Readonly<Record<Scope, ConfigurationTarget>> = {
  user: ConfigurationTarget.Global,
  workspace: ConfigurationTarget.Workspace,
};

/** Messages that the emit form offers: templates, which are settings, and what was sent in this workspace. Secrets are cut out of both. */
export class EmitShelf implements Disposable {
  readonly #memento: Memento;
  readonly #systems: SystemRegistry;
  readonly #changed = new EventEmitter<void>();
  readonly #listener: Disposable;
  #told = new Set<string>();
  #templates: readonly EmitTemplate[] = [];
  readonly onDidChange = this.#changed.event;

  constructor(memento: Memento, systems: SystemRegistry) {
    this.#memento = memento;
    this.#systems = systems;
    this.#read();
    this.#listener = workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(`${prefix}.${setting}`)) return;
      this.#read();
      this.#changed.fire();
    });
  }

  get contents(): Shelf {
    return { templates: this.#templates, history: readSent(this.#memento.get(historyKey)) };
  }

  /** Remembers a message that was sent to targets of these systems. */
  async remember(draft: EmitDraft, systems: readonly AnySystem[], targets: readonly string[]): Promise<void> {
    const sent = { ...withoutSecrets(draft, systems), at: Date.now(), targets };
    await this.#memento.update(historyKey, rememberSent(this.contents.history, sent));
    this.#changed.fire();
  }

  /** Asks for a name and, where a folder is open, for whom; a name that is there already takes the new message. */
  async save(draft: EmitDraft): Promise<void> {
    const title = l10n.t('Save as Template');
    const name = await window.showInputBox({
      title,
      prompt: l10n.t('Name of the template. What looks like a secret is not saved.'),
      value: draft.type,
      validateInput: (written) => {
        const problem = templateNameProblem(written);
        return problem && translate(problem);
      },
    });
    if (name === undefined) return;
    const scope = await askScope(title);
    if (!scope) return;
    const systems = await this.#systems.loadAll();
    const own = systems.filter(({ id }) => id === draft.system);
    const value = templateValue(withoutSecrets(draft, own.length > 0 ? own : systems));
    await this.#write(scope, { ...this.#rawOf(scope), [name.trim()]: value });
  }

  async delete({ name, scope }: Pick<EmitTemplate, 'name' | 'scope'>): Promise<void> {
    const entries = Object.entries(this.#rawOf(scope)).filter(([each]) => each !== name);
    await this.#write(scope, Object.fromEntries(entries));
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }

  /** The value of the setting as it stands in a scope; an empty one in the place of what is none. */
  #rawOf(scope: Scope): Readonly<Record<string, unknown>> {
    const inspected = workspace.getConfiguration(prefix).inspect<unknown>(setting);
    const value = scope === 'user' ? inspected?.globalValue : inspected?.workspaceValue;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  }

  #read(): void {
    const inspected = workspace.getConfiguration(prefix).inspect<unknown>(setting);
    const messages: string[] = [];
    const values = [
      ['workspace', inspected?.workspaceValue],
      ['user', inspected?.globalValue],
    ] as const;
    this.#templates = values.flatMap(([scope, value]) => {
      const { templates, problems } = readTemplates(value);
      const name = `${prefix}.${setting}`;
      messages.push(
        ...problems.map((each) => l10n.t('The setting {0} is wrong: {1}', name, translate(each))),
      );
      return templates.map((template) => ({ ...template, scope }));
    });
    const settings = {
      [l10n.t('Open Settings')]: () =>
        commands.executeCommand('workbench.action.openSettings', `${prefix}.${setting}`),
    };
    for (const message of messages) if (!this.#told.has(message)) showError(message, settings);
    this.#told = new Set(messages);
  }

  async #write(scope: Scope, value: Readonly<Record<string, unknown>>): Promise<void> {
    const kept = Object.keys(value).length === 0 ? undefined : value;
    await workspace.getConfiguration(prefix).update(setting, kept, scopes[scope]);
  }
}

/** The message as the journal would keep it. */
function withoutSecrets(draft: EmitDraft, systems: readonly AnySystem[]): EmitDraft {
  const text = systems.reduce((raw, { decoder }) => decoder.redact(raw).text, draft.text);
  return { system: draft.system, type: draft.type, text };
}
