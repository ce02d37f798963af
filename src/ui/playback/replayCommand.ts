import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { commands, l10n, ProgressLocation, type Uri, window, workspace } from 'vscode';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { openDelivery, type Delivery, type Destination } from '../../core/playback/delivery.ts';
import { readRecording } from '../../core/playback/recordingFile.ts';
import { itemsOfEvents, localDraft, type ReplayItem } from '../../core/playback/replayItem.ts';
import {
  planReplay,
  rewriteItem,
  takes,
  type ReplayChanges,
  type ReplayPlan,
} from '../../core/playback/replayPlan.ts';
import { parseRenaming } from '../../core/playback/names/renaming.ts';
import { ReplayRun, type ReplayTarget } from '../../core/playback/replayRun.ts';
import { systemClock } from '../../core/model/clock.ts';
import { errorWords, text } from '../../core/model/text.ts';
import { agreed, showError, showInformation } from '../showMessage.ts';
import { confirmed } from '../operations/questions.ts';
import { viewIds } from '../contributions/ids.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import type { ExportSource } from '../inspector/inspectorSession.ts';
import type { EmitTargets } from './emitTargets.ts';
import { recordedEvents } from './recordedEvents.ts';
import { showDryRun } from './dryRunDocument.ts';
import { askDestinations } from './replayDestinations.ts';
import { askOptions, type ReplayOptions } from './replayOptions.ts';
import type { Replays } from './replays.ts';

const unzip = promisify(gunzip);

/** Destinations of a replay, and the replay that is under way. */
interface ReplayTools {
  readonly targets: EmitTargets;
  readonly replays: Replays;
}

/** Longest file that is replayed: it is read whole into memory. */
const maxFileBytes = 64 * 1024 * 1024;

/** The events of one replay in order, and their name for people. */
interface Source {
  readonly name: string;
  readonly items: readonly ReplayItem[];
}

/** Source of a replay: these events, a file, or one of what an inspector shows; asked for where nothing is known. */
export interface ReplayWanted {
  readonly events?: readonly JournalEvent[];
  readonly file?: Uri;
  readonly shown?: Pick<ExportSource, 'timeline' | 'filter' | 'matched'>;
  /** Name of the events for people. */
  readonly name?: string;
}

/** Asks for source, destination and options, and replays. */
export async function replayCommand(
  runtime: Runtime,
  tools: ReplayTools,
  wanted: ReplayWanted,
): Promise<void> {
  const { targets, replays } = tools;
  const whole = await sourceOf(runtime, wanted);
  if (!whole || isEmpty(whole)) return;
  const to = await askDestinations(runtime, targets, whole.name, whole.items);
  if (!to) return;
  const where = to === 'local' ? l10n.t('a local timeline') : to.map(({ label }) => label).join(', ');
  const plan = planReplay(whole.items, to === 'local' ? [{}] : to);
  // A timeline shows what was cut off, as the journal does.
  const source = { ...whole, items: to === 'local' ? whole.items : plan.items };
  if (isEmpty(source)) return;
  const asked = await askOptions(l10n.t('Replay {0} into {1}', source.name, where), source.items);
  if (!asked) return;
  const { options, dryRun } = asked;
  const names = parseRenaming(options.renames);
  const changes: ReplayChanges = {
    shiftToNow: options.shiftToNow,
    ...('problem' in names || options.renames.length === 0 ? {} : { rename: names }),
  };
  const chosen = { ...source, items: source.items.slice(options.from, options.until) };
  if (isEmpty(chosen)) return;
  if (dryRun) {
    const { speed, gaps } = options;
    await showDryRun(runtime, source.name, { items: chosen.items, speed, gaps, changes });
    return;
  }
  if (to !== 'local' && !(await allowed(runtime, targets, chosen, plan, to, where))) return;
  if (!(await replays.mayEnd('any'))) return;
  const target = to === 'local' ? localTarget(runtime, source.name) : remoteTarget(deliveryTo(runtime, to));
  await run(replays, where, chosen, rewriting(runtime, target, changes), options);
  await target.close?.();
}

/** Whether there is no event to replay; then the user is told so. */
function isEmpty({ name, items }: Source): boolean {
  if (items.length === 0) showInformation(l10n.t('There is nothing to replay in {0}.', name));
  return items.length === 0;
}

async function sourceOf(
  runtime: Runtime,
  { events = [], file, shown, name }: ReplayWanted,
): Promise<Source | undefined> {
  if (events.length > 0) return fromEvents(events, name);
  if (file || !shown || shown.matched === 0) return fromFile(runtime, file);
  const matching = {
    label: l10n.t('Matching'),
    description: [l10n.t('{0} events', shown.matched.toLocaleString()), shown.filter]
      .filter((part) => part !== '')
      .join(' · '),
  };
  const picked = await window.showQuickPick([matching, { label: l10n.t('A recording…') }], {
    title: l10n.t('Replay Events'),
    placeHolder: l10n.t('Which events?'),
  });
  if (!picked) return undefined;
  return picked === matching ? fromQuery(runtime, shown) : fromFile(runtime, undefined);
}

function fromEvents(events: readonly JournalEvent[], name: string | undefined): Source {
  const items = itemsOfEvents(events);
  return { name: name ?? l10n.t('{0} events', items.length), items };
}

/** Reads the events that the filter of an inspector finds. */
async function fromQuery(
  { journals, systems }: Runtime,
  { timeline, filter }: NonNullable<ReplayWanted['shown']>,
): Promise<Source | undefined> {
  try {
    const events = await recordedEvents(await journals.store(timeline), filter);
    for (const id of new Set(events.map(({ system }) => system))) await systems.load(id);
    return fromEvents(events, undefined);
  } catch (error) {
    showError(l10n.t('The events could not be read: {0}', errorWords(error)));
    return undefined;
  }
}

async function fromFile({ systems }: Runtime, given: Uri | undefined): Promise<Source | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const chosen =
    given ??
    (
      await window.showOpenDialog({
        title: l10n.t('Replay which recording?'),
        filters: { [l10n.t('Event recordings')]: ['ndjson', 'jsonl', 'gz'] },
        ...(folder ? { defaultUri: folder } : {}),
      })
    )?.[0];
  if (!chosen) return undefined;
  const name = basename(chosen.fsPath);
  try {
    const { size } = await stat(chosen.fsPath);
    if (size > maxFileBytes) {
      showError(
        l10n.t(
          '{0} is larger than {1} MB and cannot be replayed in one piece.',
          name,
          maxFileBytes / 1024 / 1024,
        ),
      );
      return undefined;
    }
    // Plain lines name no system; KGSM's event files consist of such lines.
    const system = await systems.load(systems.ids[0] ?? '');
    if (!system) return undefined;
    const { items, problems } = readRecording(await contentOf(chosen.fsPath), system);
    if (problems.length > 0) {
      showInformation(
        l10n.t(
          '{0}: some lines hold no event and are left out, such as {1}',
          name,
          problems.slice(0, 1).map(translate).join(),
        ),
      );
    }
    // A local replay decodes the events by their systems.
    for (const id of new Set(items.map((item) => item.system))) await systems.load(id);
    return { name, items };
  } catch (error) {
    showError(
      l10n.t('{0} could not be read: {1}', name, error instanceof Error ? error.message : String(error)),
    );
    return undefined;
  }
}

/** The text of a file, gzipped or not. */
async function contentOf(path: string): Promise<string> {
  const bytes = await readFile(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? await unzip(bytes, { maxOutputLength: maxFileBytes }) : bytes).toString('utf8');
}

async function run(
  replays: Replays,
  where: string,
  { name, items }: Source,
  target: ClosableTarget,
  { speed, gaps, rounds, stopOnFailure }: ReplayOptions,
): Promise<void> {
  const replay = new ReplayRun({
    ...{ name, where, items, target, speed, gaps, rounds, stopOnFailure },
    clock: systemClock,
  });
  const title = l10n.t('Replaying {0} into {1}', name, where);
  await window.withProgress({ location: ProgressLocation.Window, title }, async (progress) => {
    let told = 0;
    replay.onDidChange(() => {
      const { position, length } = replay.state;
      const percent = Math.floor((100 * position) / length);
      if (percent === told) return;
      progress.report({ message: `${position}/${length}` });
      told = percent;
    });
    // Also where it is played on after a failure: the ways to its targets are open again then.
    replay.onDidChange(() => {
      if (replay.isOver) void target.close?.();
    });
    replays.start(replay);
    // Play, pause and the rest stand in the inspector.
    await commands.executeCommand(`${viewIds.inspector}.focus`, { preserveFocus: true });
    await replay.finished();
  });
  conclude(replay, rounds);
}

function conclude({ state, where, problem }: ReplayRun, rounds: number): void {
  const { delivered, failed, position } = state;
  const length = Number.isFinite(rounds) ? state.length * rounds : state.length;
  if (failed > 0) {
    showError(
      l10n.t(
        'Replay into {0}: {1} of {2} events arrived. {3}',
        where,
        delivered,
        length,
        problem ? translate(problem) : '',
      ),
    );
  } else if (position < state.length) {
    showInformation(
      l10n.t('Replay into {0} was cancelled after {1} of {2} events.', where, delivered, length),
    );
  } else {
    showInformation(l10n.t('{0} of {1} events were replayed into {2}.', delivered, length, where));
  }
}

/** Asks once about all that is not as recorded, and about all events that may change something at a target. */
async function allowed(
  { systems }: Runtime,
  targets: EmitTargets,
  { items }: Source,
  { untaken, truncated }: ReplayPlan,
  destinations: readonly Destination[],
  where: string,
): Promise<boolean> {
  const questions = destinations.flatMap((destination) => {
    const { target, label } = destination;
    if (!target) return [];
    return items
      .filter((item) => takes(destination, item))
      .flatMap(({ bytes }) => targets.question({ ...target, label }, bytes) ?? []);
  });
  const redacted = items.filter((item) => item.redacted).length;
  const notes = [
    ...[...untaken].map(([id, count]) =>
      l10n.t('Left out, because no target takes them: {0} of {1}', count, systems.get(id)?.label ?? id),
    ),
    ...(redacted > 0
      ? [l10n.t('Sent as they stand in the journal, without the secrets that were cut out: {0}', redacted)]
      : []),
    ...(truncated > 0
      ? [l10n.t('Not sent, because they were cut off when they were recorded: {0}', truncated)]
      : []),
    ...(questions.length > 0
      ? [l10n.t('{0} of {1} may change something there.', questions.length, items.length)]
      : []),
  ];
  const [first] = questions;
  if (questions.length === 1 && notes.length === 1 && first) return confirmed(first);
  if (notes.length === 0) return true;
  return agreed(l10n.t('Replay into {0}?', where), notes.join('\n'), l10n.t('Replay'));
}

/** A destination that can be closed. */
type ClosableTarget = ReplayTarget & { close?(): Promise<void> };

/** A timeline beside the live one, which tree and inspector show. */
function localTarget({ pipeline, timelines, host }: Runtime, name: string): ClosableTarget {
  const { id, signal } = timelines.startReplay(name);
  let timeline = id;
  return {
    signal,
    deliver: (item) => {
      pipeline.ingest(localDraft(item, { timeline, host, receivedAt: Date.now() }));
      return true;
    },
    restart: () => {
      timeline = timelines.restartReplay();
    },
  };
}

function deliveryTo({ emitter, systems }: Runtime, destinations: readonly Destination[]): Delivery {
  return openDelivery({
    destinations,
    emit: (request) =>
      workspace.isTrusted
        ? emitter.emit(request)
        : Promise.resolve({ ok: false, message: text('not in an untrusted workspace') }),
    systemOf: (id) => systems.get(id),
    clock: systemClock,
  });
}

function remoteTarget(delivery: Delivery): ClosableTarget {
  return {
    // Another program may come back.
    signal: new AbortController().signal,
    deliver: async (item, signal) => {
      await delivery.send(item, signal);
      return true;
    },
    close: () => delivery.close(),
  };
}

/** Rewrites each message at the moment at which it goes out. */
function rewriting({ systems }: Runtime, target: ClosableTarget, changes: ReplayChanges): ClosableTarget {
  return {
    ...target,
    deliver: (item, signal) =>
      target.deliver(rewriteItem(item, systems.get(item.system), changes, systemClock.now()), signal),
  };
}
