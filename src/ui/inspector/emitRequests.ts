import { l10n } from 'vscode';
import type { CatalogEntry } from '../../core/systems/emit.ts';
import type { Handlers } from '../../rpc/channel.ts';
import type { EmitForm, EmitOutcome, InspectorHost } from '../../rpc/inspector.ts';
import { confirmed } from '../operations/questions.ts';
import type { EmitTargets } from '../playback/emitTargets.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Answers what the emit form asks. */
export function emitRequests(
  runtime: Runtime,
  targets: EmitTargets,
): Pick<Handlers<InspectorHost>, 'emitForm' | 'emit'> {
  return {
    emitForm: () => emitForm(runtime, targets),
    emit: ({ text, targets: ids }) => emit(targets, text, ids),
  };
}

async function emitForm(runtime: Runtime, emitTargets: EmitTargets): Promise<EmitForm> {
  const systems = await runtime.systems.loadAll();
  const targets = await emitTargets.list();
  const reached = systems.filter((system) => targets.some((target) => target.system.id === system.id));
  // Types of systems without a target are left out while there is any target.
  const offered = reached.length > 0 ? reached : systems;
  return {
    types: offered.flatMap((system) =>
      sendable(system.catalog).map(({ type, category, description, example }) => ({
        type,
        category: offered.length > 1 ? `${system.label}: ${category}` : category,
        description: translate(description),
        example: JSON.stringify(example, null, 2),
      })),
    ),
    targets: targets.map(({ id, label, address }) => ({ id, label, detail: address })),
  };
}

async function emit(
  emitTargets: EmitTargets,
  text: string,
  ids: readonly string[],
): Promise<readonly EmitOutcome[]> {
  const chosen = (await emitTargets.list()).filter(({ id }) => ids.includes(id));
  const bytes = Buffer.from(text);
  const refused = new Set<string>();
  for (const target of chosen) {
    const question = emitTargets.question(target, bytes);
    if (question && !(await confirmed(question))) refused.add(target.id);
  }
  return Promise.all(
    chosen.map(async (target): Promise<EmitOutcome> => {
      if (refused.has(target.id))
        return { target: target.id, label: target.label, ok: false, message: l10n.t('not sent') };
      const outcome = await emitTargets.send(target, bytes, 'emitted', AbortSignal.timeout(15_000));
      return { target: target.id, label: target.label, ...outcome };
    }),
  );
}

/** The types that can be sent: where a system accepts only its client's own messages, those alone. */
function sendable(catalog: readonly CatalogEntry[]): readonly CatalogEntry[] {
  const ours = catalog.filter(({ sentBy }) => sentBy === 'client');
  return ours.length > 0 ? ours : catalog;
}
