import { l10n, window, workspace, type Memento } from 'vscode';
import { oneLine, text } from '../../core/model/text.ts';
import type { EmitResult, EmitTarget } from '../../core/playback/emitter.ts';
import type { AnySystem } from '../../core/systems/system.ts';
import type { Question } from '../../core/systems/operation.ts';
import { confirmed, severityOf, withHost } from '../operations/questions.ts';
import { agreed } from '../showMessage.ts';
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

/** The addresses that events can be sent to: those of the connections, and those that the user added. */
export class EmitTargets {
  readonly #runtime: Runtime;
  readonly #storage: Memento;
  /** Ids of the targets that the user of this window agreed to. */
  readonly #agreed = new Set<string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#storage = runtime.context.workspaceState;
  }

  async list(): Promise<NamedTarget[]> {
    const { connections, timelines } = this.#runtime;
    const own = connections.on(timelines.base).flatMap((connection) => {
      const { id, system, settings, session, secret, timeline } = connection;
      // The address of an open session counts: some find it out only while they open.
      const addresses = session?.address === undefined ? system.emitTargets(settings) : [session.address];
      return addresses.map((address): NamedTarget => ({
        id: JSON.stringify([id, address]),
        label: settings.name,
        address,
        system,
        connection: id,
        session,
        secret,
        timeline,
      }));
    });
    const known = new Set(own.map(({ address }) => address));
    const custom: NamedTarget[] = [];
    for (const { system: id, address } of this.#custom()) {
      const system = known.has(address) ? undefined : await this.#runtime.systems.load(id);
      if (system) custom.push(this.#named(system, address));
    }
    return [...own, ...custom];
  }

  /** The question to ask before the bytes are sent to the target, if any. */
  question(
    { system, label, connection: id }: Pick<NamedTarget, 'system' | 'label' | 'connection'>,
    bytes: Uint8Array,
  ): Question | undefined {
    const question = system.emitQuestion?.(bytes, label);
    const connection = id === undefined ? undefined : this.#runtime.connections.get(id);
    return question && connection ? withHost(question, connection, this.#runtime.host) : question;
  }

  /** Those of the targets that there are now, in the order of the list. */
  async named(ids: readonly string[]): Promise<readonly NamedTarget[]> {
    return (await this.list()).filter(({ id }) => ids.includes(id));
  }

  /**
   * Targets that a message may be sent to. Each is asked about before its first message of this window: programs that nobody
   * here knows take what comes for the truth. A message that may change something is asked about every time.
   */
  async agreedTo(targets: readonly NamedTarget[], bytes: Uint8Array): Promise<ReadonlySet<NamedTarget>> {
    // Refused by the sending itself, with words.
    if (!workspace.isTrusted) return new Set(targets);
    const refused = new Set<string>();
    for (const target of targets) {
      const question = this.question(target, bytes);
      if (!question) continue;
      if (await confirmed(question)) this.#agreed.add(target.id);
      else refused.add(target.id);
    }
    const others = targets.filter(({ id }) => !this.#agreed.has(id) && !refused.has(id));
    if (others.length > 0) {
      const isAgreed = await askAbout(others);
      for (const { id } of others) (isAgreed ? this.#agreed : refused).add(id);
    }
    return new Set(targets.filter(({ id }) => !refused.has(id)));
  }

  /** Sends an event; sends nothing from an untrusted workspace. */
  async emit(
    target: NamedTarget,
    bytes: Uint8Array,
    origin: 'emitted' | 'replayed',
    signal: AbortSignal,
  ): Promise<EmitResult> {
    if (!workspace.isTrusted) return { ok: false, message: text('not in an untrusted workspace') };
    return this.#runtime.emitter.emit({ target, bytes, origin, signal });
  }

  /** Asks for the address of another target and remembers it. */
  async add(): Promise<NamedTarget | undefined> {
    const systems = await this.#runtime.systems.loadAll();
    const takers = systems.filter(({ targetPrompt }) => targetPrompt !== undefined);
    const system = takers.length > 1 ? await pickSystem(takers) : takers[0];
    if (!system?.targetPrompt) return undefined;
    const address = await window.showInputBox({
      title: l10n.t('Add a target'),
      prompt: translate(system.targetPrompt),
      ignoreFocusOut: true,
      validateInput: (value) => {
        const problem = system.checkTarget(value);
        return problem && { message: translate(problem), severity: severityOf(value) };
      },
    });
    return address === undefined ? undefined : this.remember(system, address);
  }

  /** Keeps the address of another target, with the secret that it may want. */
  async remember(system: AnySystem, address: string): Promise<NamedTarget | undefined> {
    await this.#askSecret(system, address);
    const others = this.#custom().filter((c) => c.address !== address);
    await this.#storage.update(storageKey, [...others, { system: system.id, address }]);
    return (await this.list()).find((target) => target.address === address);
  }

  /** Asks for the secret that signs events for a receiver; without one they are sent unsigned. */
  async #askSecret(system: AnySystem, address: string): Promise<void> {
    const spec = system.targetSecret?.(address);
    if (!spec) return;
    const value = await window.showInputBox({
      title: translate(spec.title),
      prompt: l10n.t('Leave it empty where the receiver checks none. It is kept in the secret storage.'),
      password: true,
      ignoreFocusOut: true,
    });
    if (value !== undefined && value !== '') await this.#runtime.secrets.store(system, spec, value);
  }

  #named(system: AnySystem, address: string): NamedTarget {
    return {
      id: JSON.stringify(['', address]),
      label: address.split('/').at(-1) ?? address,
      address,
      system,
      timeline: this.#runtime.timelines.base,
      secret: async (kind) => {
        const spec = system.targetSecret?.(address);
        return spec?.kind === kind ? this.#runtime.secrets.get(system, spec) : undefined;
      },
    };
  }

  #custom(): readonly Custom[] {
    return this.#storage.get<readonly Custom[]>(storageKey, []);
  }
}

/** One question about all targets that were not asked about yet. */
function askAbout(targets: readonly NamedTarget[]): Promise<boolean> {
  const list = targets
    .map(({ label, address }) => `${oneLine(label, 60)}: ${oneLine(address, 200)}`)
    .join('\n');
  const [only] = targets;
  const message =
    targets.length === 1 && only
      ? l10n.t('Send events to {0}?', oneLine(only.label, 60))
      : l10n.t('Send events to {0} targets?', targets.length);
  const detail = l10n.t(
    'Programs that listen there, such as bots and dashboards, take them for real. This window does not ask about a target again.',
  );
  return agreed(message, `${list}\n\n${detail}`, l10n.t('Send'));
}

async function pickSystem(takers: readonly AnySystem[]): Promise<AnySystem | undefined> {
  const items = takers.map((system) => ({ label: system.label, system }));
  return (await window.showQuickPick(items, { placeHolder: l10n.t('Which system is it of?') }))?.system;
}
