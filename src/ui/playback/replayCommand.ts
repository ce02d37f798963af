import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { commands, l10n, ProgressLocation, type Uri, window, workspace, type QuickPickItem } from 'vscode';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { readRecording } from '../../core/playback/recordingFile.ts';
import { itemsFor, itemsOfEvents, localDraft, type ReplayItem } from '../../core/playback/replayItem.ts';
import { playingTime, validSpeed, type PlaySpeed } from '../../core/playback/player.ts';
import { ReplayRun, type ReplayTarget } from '../../core/playback/replayRun.ts';
import { systemClock } from '../../core/model/clock.ts';
import { agreed, showError, showInformation } from '../showMessage.ts';
import { confirmed } from '../operations/questions.ts';
import { viewIds } from '../contributions/ids.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import type { EmitTargets, NamedTarget } from './emitTargets.ts';
import type { Replays } from './replays.ts';

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

/** Asks for source, destination and speed, and replays: the selected events, or a file. */
export async function replayCommand(
  runtime: Runtime,
  tools: ReplayTools,
  selection: readonly JournalEvent[],
  file: Uri | undefined,
): Promise<void> {
  const { targets, replays } = tools;
  const whole = !file && selection.length > 0 ? fromSelection(selection) : await fromFile(runtime, file);
  if (!whole || isEmpty(whole)) return;
  const target = await askTarget(whole, targets);
  if (!target) return;
  const source = target === 'local' ? whole : { ...whole, items: itemsFor(whole.items, target.system) };
  if (isEmpty(source)) return;
  const speed = await askSpeed(source);
  if (speed === undefined) return;
  if (target !== 'local' && !(await allowed(targets, source, target))) return;
  if (await replays.mayEnd('any')) await run(runtime, tools, source, target, speed);
}

/** Whether there is no event to replay; then the user is told so. */
function isEmpty({ name, items }: Source): boolean {
  if (items.length === 0) showInformation(l10n.t('There is nothing to replay in {0}.', name));
  return items.length === 0;
}

function fromSelection(selection: readonly JournalEvent[]): Source {
  const items = itemsOfEvents(selection);
  return { name: l10n.t('{0} events', items.length), items };
}

async function fromFile({ systems }: Runtime, given: Uri | undefined): Promise<Source | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const chosen =
    given ??
    (
      await window.showOpenDialog({
        title: l10n.t('Replay which recording?'),
        filters: { [l10n.t('Event recordings')]: ['ndjson', 'jsonl'] },
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
    const { items, problems } = readRecording(await readFile(chosen.fsPath, 'utf8'), system);
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

async function askTarget(source: Source, targets: EmitTargets): Promise<NamedTarget | 'local' | undefined> {
  type Item = QuickPickItem & { target?: NamedTarget | 'local' };
  const local: Item = {
    label: l10n.t('Local only'),
    description: l10n.t('nothing is sent'),
    detail: l10n.t('Tree and inspector show the replay apart from what is live.'),
    target: 'local',
  };
  const all = source.items.length;
  const others = (await targets.list()).flatMap((target): Item[] => {
    const { length } = itemsFor(source.items, target.system);
    if (length === 0) return [];
    const detail = length < all ? { detail: l10n.t('{0} of {1} events', length, all) } : {};
    return [{ label: target.label, description: target.address, target, ...detail }];
  });
  const add: Item = { label: l10n.t('Add target…'), alwaysShow: true };
  const picked = await window.showQuickPick([local, ...others, add], {
    title: l10n.t('Replay {0}', source.name),
    placeHolder: l10n.t('Into what?'),
  });
  return picked && (picked.target ?? targets.add());
}

async function askSpeed(source: Source): Promise<PlaySpeed | undefined> {
  const at = (speed: number): QuickPickItem & { speed: PlaySpeed } => ({
    label: `${String(speed)}×`,
    description: duration(playingTime(source.items, speed)),
    speed,
  });
  const items = [
    at(1),
    at(10),
    at(100),
    at(1000),
    at(0.1),
    { label: l10n.t('As fast as the target takes it'), speed: 'max' as const },
    { label: l10n.t('Other speed…'), speed: undefined },
  ];
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Replay {0}', source.name),
    placeHolder: l10n.t('How fast?'),
    ignoreFocusOut: true,
  });
  if (!picked) return undefined;
  if (picked.speed !== undefined) return picked.speed;
  const typed = await window.showInputBox({
    title: l10n.t('Replay {0}', source.name),
    prompt: l10n.t('A factor from 0.1 to 1000'),
    ignoreFocusOut: true,
    validateInput: (value) => (validSpeed(Number(value)) ? undefined : l10n.t('A number from 0.1 to 1000')),
  });
  return typed === undefined ? undefined : Number(typed);
}

function duration(ms: number): string {
  if (ms < 1000) return l10n.t('{0} ms', Math.round(ms));
  if (ms < 120_000) return l10n.t('{0} s', (ms / 1000).toFixed(1));
  return l10n.t('{0} min', Math.round(ms / 60_000));
}

async function run(
  runtime: Runtime,
  { targets, replays }: ReplayTools,
  { name, items }: Source,
  target: NamedTarget | 'local',
  speed: PlaySpeed,
): Promise<void> {
  const where = target === 'local' ? l10n.t('a local timeline') : target.label;
  const into = target === 'local' ? localTarget(runtime, name) : remoteTarget(targets, target);
  const replay = new ReplayRun({ name, where, items, target: into, speed, clock: systemClock });
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
    replays.start(replay);
    // Play, pause and the rest stand in the inspector.
    await commands.executeCommand(`${viewIds.inspector}.focus`, { preserveFocus: true });
    await replay.finished();
  });
  conclude(replay);
}

function conclude({ state, where, problem }: ReplayRun): void {
  const { delivered, failed, position, length } = state;
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
  } else if (position < length) {
    showInformation(
      l10n.t('Replay into {0} was cancelled after {1} of {2} events.', where, delivered, length),
    );
  } else {
    showInformation(l10n.t('{0} of {1} events were replayed into {2}.', delivered, length, where));
  }
}

/** Asks once about all events that may change something at the target. */
async function allowed(targets: EmitTargets, { items }: Source, target: NamedTarget): Promise<boolean> {
  const { label } = target;
  const questions = items.flatMap(({ bytes }) => targets.question(target, bytes) ?? []);
  const [first] = questions;
  if (!first) return true;
  if (questions.length === 1) return confirmed(first);
  const detail = l10n.t('{0} of {1} may change something there.', questions.length, items.length);
  const action = l10n.t('Replay');
  const message = l10n.t('Replay into {0}?', label);
  return agreed(message, detail, action);
}

/** A timeline beside the live one, which tree and inspector show. */
function localTarget({ pipeline, timelines, host }: Runtime, name: string): ReplayTarget {
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

function remoteTarget(targets: EmitTargets, target: NamedTarget): ReplayTarget {
  return {
    // Another program may come back.
    signal: new AbortController().signal,
    deliver: async ({ bytes }, signal) => {
      const { ok, message } = await targets.send(target, bytes, 'replayed', signal);
      if (!ok) throw new Error(message);
      return true;
    },
  };
}
