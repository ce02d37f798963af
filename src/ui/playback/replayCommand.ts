import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { l10n, ProgressLocation, type Uri, window, workspace, type QuickPickItem } from 'vscode';
import type { OpsEvent } from '../../core/model/event.ts';
import { readRecording } from '../../core/playback/recordingFile.ts';
import {
  replay,
  replayDuration,
  type ReplayItem,
  type ReplayOutcome,
  type ReplaySpeed,
} from '../../core/playback/replay.ts';
import { systemClock } from '../../core/model/clock.ts';
import { showError, showInformation } from '../messages.ts';
import { confirmed } from '../operations/questions.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import type { EmitTargets, NamedTarget } from './targets.ts';

/** Files are read whole; beyond this a recording belongs into smaller ones. */
const maxFileBytes = 64 * 1024 * 1024;

interface Source {
  readonly name: string;
  readonly system: string;
  readonly items: readonly (ReplayItem & { readonly connection?: string })[];
}

type Destination = { readonly local: true } | { readonly local: false; readonly target: NamedTarget };

let replays = 0;

/** Asks what, where to and how fast, and replays: the selected events, or a file. */
export async function replayCommand(
  runtime: Runtime,
  targets: EmitTargets,
  selection: readonly OpsEvent[],
  file: Uri | undefined,
): Promise<void> {
  const source = !file && selection.length > 0 ? fromSelection(selection) : await fromFile(runtime, file);
  if (!source) return;
  if (source.items.length === 0) {
    showInformation(l10n.t('There is nothing to replay in {0}.', source.name));
    return;
  }
  const destinations = await askDestinations(source, targets);
  if (!destinations || destinations.length === 0) return;
  const speed = await askSpeed(source);
  if (speed === undefined) return;
  for (const destination of destinations) if (!(await allowed(targets, source, destination))) return;
  await Promise.all(destinations.map((destination) => run(runtime, targets, source, destination, speed)));
}

function fromSelection(selection: readonly OpsEvent[]): Source {
  const pushed = selection.filter(({ channel }) => channel === 'push');
  const items = pushed.map((event) => ({
    at: event.receivedAt,
    bytes: event.rawBase64 === undefined ? Buffer.from(event.raw) : Buffer.from(event.rawBase64, 'base64'),
    connection: event.connection,
  }));
  return { name: l10n.t('{0} events', items.length), system: pushed[0]?.system ?? '', items };
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
    // Plain lines name no system; KGSM is the one whose journal looks like that.
    const system = await systems.load('kgsm');
    if (!system) return undefined;
    const { items, problems } = readRecording(await readFile(chosen.fsPath, 'utf8'), system.decoder);
    if (problems.length > 0) {
      showInformation(
        l10n.t(
          '{0}: some lines hold no event and are left out, such as {1}',
          name,
          problems.slice(0, 1).map(translate).join(),
        ),
      );
    }
    return { name, system: system.id, items };
  } catch (error) {
    showError(
      l10n.t('{0} could not be read: {1}', name, error instanceof Error ? error.message : String(error)),
    );
    return undefined;
  }
}

async function askDestinations(
  source: Source,
  targets: EmitTargets,
): Promise<readonly Destination[] | undefined> {
  type Item = QuickPickItem & { destination?: Destination };
  const local: Item = {
    label: l10n.t('Local only'),
    description: l10n.t('nothing is sent'),
    detail: l10n.t('Tree and inspector show the replay apart from what is live.'),
    destination: { local: true },
  };
  const others = (await targets.list())
    .filter(({ system }) => system.id === source.system)
    .map((target): Item => ({
      label: target.label,
      description: target.address,
      destination: { local: false, target },
    }));
  const add: Item = { label: l10n.t('Add target…'), alwaysShow: true };
  const picked = await window.showQuickPick([local, ...others, add], {
    title: l10n.t('Replay {0}', source.name),
    placeHolder: l10n.t('Into what?'),
  });
  if (!picked) return undefined;
  if (picked.destination) return [picked.destination];
  const target = await targets.add();
  return target ? [{ local: false, target }] : undefined;
}

async function askSpeed(source: Source): Promise<ReplaySpeed | undefined> {
  const at = (speed: number): QuickPickItem & { speed: ReplaySpeed } => ({
    label: `${String(speed)}×`,
    description: duration(replayDuration(source.items, speed)),
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
  });
  if (!picked) return undefined;
  if (picked.speed !== undefined) return picked.speed;
  const typed = await window.showInputBox({
    title: l10n.t('Replay {0}', source.name),
    prompt: l10n.t('A factor from 0.1 to 1000'),
    validateInput: (value) => (validSpeed(value) ? undefined : l10n.t('A number from 0.1 to 1000')),
  });
  return typed === undefined ? undefined : Number(typed);
}

function validSpeed(value: string): boolean {
  const factor = Number(value);
  return value.trim() !== '' && factor >= 0.1 && factor <= 1000;
}

function duration(ms: number): string {
  if (ms < 1000) return l10n.t('{0} ms', Math.round(ms));
  if (ms < 120_000) return l10n.t('{0} s', (ms / 1000).toFixed(1));
  return l10n.t('{0} min', Math.round(ms / 60_000));
}

async function run(
  runtime: Runtime,
  targets: EmitTargets,
  source: Source,
  destination: Destination,
  speed: ReplaySpeed,
): Promise<void> {
  const where = destination.local ? l10n.t('a local timeline') : destination.target.label;
  const failures: string[] = [];
  const abort = new AbortController();
  const deliver = destination.local
    ? localDelivery(runtime, source)
    : remoteDelivery(targets, destination.target, abort.signal, failures);
  const outcome = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Replaying {0} into {1}', source.name, where),
      cancellable: true,
    },
    async (progress, token) => {
      const subscription = token.onCancellationRequested(() => {
        abort.abort();
      });
      let told = 0;
      const result = await replay({
        items: source.items,
        speed,
        clock: systemClock,
        signal: abort.signal,
        deliver,
        onProgress(done) {
          const percent = Math.floor((100 * done) / source.items.length);
          if (percent === told) return;
          progress.report({
            message: `${String(done)}/${String(source.items.length)}`,
            increment: percent - told,
          });
          told = percent;
        },
      });
      subscription.dispose();
      return result;
    },
  );
  conclude(outcome, source, where, failures);
}

function conclude(outcome: ReplayOutcome, source: Source, where: string, failures: readonly string[]): void {
  const { delivered, failed, left } = outcome;
  const all = source.items.length;
  if (failed > 0) {
    showError(
      l10n.t('Replay into {0}: {1} of {2} events arrived. {3}', where, delivered, all, failures[0] ?? ''),
    );
  } else if (left > 0) {
    showInformation(l10n.t('Replay into {0} was cancelled after {1} of {2} events.', where, delivered, all));
  } else {
    showInformation(l10n.t('{0} of {1} events were replayed into {2}.', delivered, all, where));
  }
}

/** What may change something is asked about once for all of it. */
async function allowed(targets: EmitTargets, { items }: Source, destination: Destination): Promise<boolean> {
  if (destination.local) return true;
  const { target } = destination;
  const { label } = target;
  const questions = items.flatMap(({ bytes }) => targets.question(target, bytes) ?? []);
  const [first] = questions;
  if (!first) return true;
  if (questions.length === 1) return confirmed(first);
  const detail = l10n.t('{0} of {1} may change something there.', questions.length, items.length);
  const action = l10n.t('Replay');
  const message = l10n.t('Replay into {0}?', label);
  return (await window.showWarningMessage(message, { modal: true, detail }, action)) === action;
}

function localDelivery(
  { pipeline, timelines, host }: Runtime,
  source: Source,
): (item: Source['items'][number]) => boolean {
  const timeline = `replay-${String(++replays)}`;
  timelines.show(timeline, source.name);
  return ({ bytes, connection }) => {
    pipeline.ingest({
      timeline,
      receivedAt: Date.now(),
      host,
      connection: connection ?? 'replay',
      system: source.system,
      channel: 'push',
      direction: 'in',
      origin: 'replayed',
      bytes,
    });
    return true;
  };
}

function remoteDelivery(
  targets: EmitTargets,
  target: NamedTarget,
  signal: AbortSignal,
  failures: string[],
): (item: ReplayItem) => Promise<boolean> {
  return async ({ bytes }) => {
    const { ok, message } = await targets.send(target, bytes, 'replayed', signal);
    if (!ok) failures.push(message);
    return ok;
  };
}
