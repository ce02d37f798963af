import { randomUUID } from 'node:crypto';
import type { JournalView } from '../../core/journal/journalView.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { instancesOf } from '../../core/model/fleet.ts';
import { systemClock } from '../../core/model/clock.ts';
import { errorText } from '../../core/model/text.ts';
import { messageSchema } from '../../core/playback/emission/messageSchema.ts';
import type { CatalogEntry, MessagePlace } from '../../core/systems/emit.ts';
import type { Handlers } from '../../rpc/channel.ts';
import type {
  EmitComposed,
  EmitDraft,
  EmitForm,
  EmitPreview,
  EmitRequests,
} from '../../rpc/inspectorEmit.ts';
import type { Emissions } from '../playback/emissions.ts';
import type { EmitTargets, NamedTarget } from '../playback/emitTargets.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import type { EmitShelf } from './emitShelf.ts';

/** Bytes of a preview that cross to the page, at its begin and at its end. */
const previewBytes = 2000;

/** Parts of the window that emit. */
export interface EmitTools {
  readonly targets: EmitTargets;
  readonly emissions: Emissions;
  readonly emitShelf: EmitShelf;
}

/** Answers what the emit form asks. */
export function emitRequests(
  runtime: Runtime,
  { targets, emissions, emitShelf }: EmitTools,
  view: Pick<JournalView, 'event'>,
): Handlers<{ readonly requests: EmitRequests; readonly notices: object }> {
  return {
    emitForm: async () => ({
      ...(await offered(runtime, targets)),
      ...emitShelf.contents,
      series: emissions.series,
    }),
    emitDraft: async ({ seq }) => {
      const event = await view.event(seq);
      return event ? draftOf(event) : null;
    },
    composeMessage: ({ system, type, target }) => compose(runtime, targets, { system, type, target }),
    emitPreview: async ({ text, targets: ids }) => {
      const bytes = Buffer.from(text);
      return Promise.all((await targets.named(ids)).map((target) => preview(target, bytes)));
    },
    emit: ({ targets: ids, ...draft }) => emissions.send(draft, ids),
    startSeries: ({ targets: ids, count, perSecond, ...draft }) =>
      emissions.start(draft, ids, count, perSecond),
    stopSeries: () => {
      emissions.stop();
      return null;
    },
    saveTemplate: async (draft) => {
      await emitShelf.save(draft);
      return null;
    },
    deleteTemplate: async (template) => {
      await emitShelf.delete(template);
      return null;
    },
  };
}

/** The message of an event, to emit it again. */
export function draftOf({ system, type, raw }: JournalEvent): EmitDraft {
  return { system, type, text: raw };
}

async function offered(
  runtime: Runtime,
  emitTargets: EmitTargets,
): Promise<Pick<EmitForm, 'types' | 'targets'>> {
  const systems = await runtime.systems.loadAll();
  const targets = await emitTargets.list();
  const reached = systems.filter((system) => targets.some((target) => target.system.id === system.id));
  // Types of systems without a target are left out while there is any target.
  const shown = reached.length > 0 ? reached : systems;
  return {
    types: shown.flatMap((system) =>
      sendable(system.catalog).map(({ type, category, description }) => ({
        system: system.id,
        type,
        category: shown.length > 1 ? `${system.label}: ${category}` : category,
        description: translate(description),
      })),
    ),
    targets: targets.map(({ id, label, address, system }) => ({
      id,
      label,
      detail: address,
      system: system.id,
    })),
  };
}

async function compose(
  runtime: Runtime,
  targets: EmitTargets,
  wanted: { readonly system: string; readonly type: string; readonly target: string | null },
): Promise<EmitComposed | null> {
  const system = await runtime.systems.load(wanted.system);
  const entry = system?.catalog.find(({ type }) => type === wanted.type);
  if (!system || !entry) return null;
  const [target] = wanted.target === null ? [] : await targets.named([wanted.target]);
  const form = (await system.messageForm?.(entry.type, placeOf(runtime, target))) ?? {
    example: entry.example,
  };
  const words = (await system.fieldTexts?.()) ?? {};
  const schema = messageSchema(form, (path) => {
    const text = Object.hasOwn(words, path) ? words[path] : undefined;
    return text && translate(text);
  });
  return { schema, example: JSON.stringify(form.example, null, 2) };
}

function placeOf(runtime: Runtime, target: NamedTarget | undefined): MessagePlace {
  const fleet = runtime.pipeline.fleet(runtime.timelines.base);
  const instances = target?.connection === undefined ? [] : instancesOf(fleet, target.connection);
  const instance = instances.find(({ kind }) => kind === 'instance');
  return {
    now: systemClock.now(),
    host: runtime.host,
    newId: randomUUID,
    ...(target ? { address: target.address, session: target.session } : {}),
    ...(instance ? { instance: instance.key } : {}),
  };
}

async function preview(target: NamedTarget, bytes: Uint8Array): Promise<EmitPreview> {
  const { id, label, address, system } = target;
  try {
    const wire = Buffer.from((await system.wireBytes?.(address, bytes)) ?? bytes);
    const isWhole = wire.length <= 2 * previewBytes;
    const begin = isWhole ? wire : wire.subarray(0, previewBytes);
    const end = isWhole ? Buffer.of() : wire.subarray(-previewBytes);
    return {
      target: id,
      label,
      bytes: wire.length,
      begin: begin.toString('utf8'),
      end: end.toString('utf8'),
      problem: '',
    };
  } catch (error) {
    return { target: id, label, bytes: 0, begin: '', end: '', problem: translate(errorText(error)) };
  }
}

/** The types that can be sent: where a system accepts only its client's own messages, those alone. */
function sendable(catalog: readonly CatalogEntry[]): readonly CatalogEntry[] {
  const ours = catalog.filter(({ sentBy }) => sentBy === 'client');
  return ours.length > 0 ? ours : catalog;
}
