import { EventEmitter, l10n, window, type Disposable, type Memento } from 'vscode';
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
import { translate } from '../translate.ts';
import { askScope, NamedSetting } from './namedSetting.ts';

const historyKey = 'emit.sent';

/** Messages that the emit form offers: templates, which are settings, and what was sent in this workspace. Secrets are cut out of both. */
export class EmitShelf implements Disposable {
  readonly #memento: Memento;
  readonly #systems: SystemRegistry;
  readonly #changed = new EventEmitter<void>();
  readonly #templates = new NamedSetting('emit.templates', (value) => {
    const { templates, problems } = readTemplates(value);
    return { entries: templates, problems };
  });
  readonly onDidChange = this.#changed.event;

  constructor(memento: Memento, systems: SystemRegistry) {
    this.#memento = memento;
    this.#systems = systems;
    this.#templates.onDidChange(() => this.#changed.fire());
  }

  get contents(): Shelf {
    return { templates: this.#templates.entries, history: readSent(this.#memento.get(historyKey)) };
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
    await this.#templates.set(scope, name.trim(), value);
  }

  async delete({ name, scope }: Pick<EmitTemplate, 'name' | 'scope'>): Promise<void> {
    await this.#templates.delete(scope, name);
  }

  dispose(): void {
    this.#templates.dispose();
    this.#changed.dispose();
  }
}

/** The message as the journal would keep it. */
function withoutSecrets(draft: EmitDraft, systems: readonly AnySystem[]): EmitDraft {
  const text = systems.reduce((raw, { decoder }) => decoder.redact(raw).text, draft.text);
  return { system: draft.system, type: draft.type, text };
}
