import { l10n, Uri, window, workspace } from 'vscode';
import {
  connectionParts,
  fleetDifference,
  instanceParts,
  type Differing,
} from '../../core/playback/fleetDifference.ts';
import type { MomentWish } from '../../core/playback/timeTravel.ts';
import { oneLine, type Text } from '../../core/model/text.ts';
import { showInformation } from '../showMessage.ts';
import { taskStateNames } from '../tasks/taskStates.ts';
import { translate } from '../translate.ts';
import type { Runtime } from '../runtime.ts';
import { momentWords } from './moment.ts';
import { askMoment } from './travelCommand.ts';

const scheme = 'game-server-difference';

/** The newest moment that there is. */
const now = { to: 'time', time: Number.MAX_SAFE_INTEGER } as const;

/** Runtimes whose documents are provided already. */
const providing = new WeakSet<Runtime>();

/** Asks for two moments and opens what changed between them. */
export async function whatChangedCommand(runtime: Runtime): Promise<void> {
  const { moment } = runtime.travel;
  const title = l10n.t('What Changed Between Two Moments');
  const shown = moment && {
    label: l10n.t('The moment on screen'),
    description: momentWords(moment.place.at),
    wish: { to: 'change', change: moment.place.change } as const,
  };
  const from = await askMoment(runtime, title, l10n.t('From when on?'), shown ? [shown] : []);
  if (!from) return;
  const until = { label: l10n.t('Now'), wish: now };
  const to = await askMoment(runtime, title, l10n.t('Until when?'), shown ? [until, shown] : [until]);
  if (to) await openDifference(runtime, from, to);
}

async function openDifference(runtime: Runtime, from: MomentWish, to: MomentWish): Promise<void> {
  if (!providing.has(runtime)) {
    providing.add(runtime);
    runtime.scope.add(
      workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: ({ query }) => describe(runtime, new URLSearchParams(query)),
      }),
    );
  }
  const store = await runtime.journals.store(runtime.timelines.base);
  const [before, after] = await Promise.all([from, to].map((wish) => store.place(wish)));
  const [a, b] = [before?.place, after?.place].sort((x, y) => (x?.seq ?? 0) - (y?.seq ?? 0));
  if (!a || !b) {
    const first = before?.first;
    showInformation(
      first
        ? l10n.t('Nothing is known of that time any more: the history begins at {0}.', momentWords(first.at))
        : l10n.t('There is no history yet to travel in.'),
    );
    return;
  }
  const query = new URLSearchParams({
    ...{ from: String(a.change), fromAt: String(a.at) },
    ...{ to: String(b.change), toAt: String(b.at) },
  }).toString();
  const name = l10n.t('Changes {0} to {1}', momentWords(a.at), momentWords(b.at)).replaceAll(/[\\/]/g, '-');
  const uri = Uri.from({ scheme, path: `/${name}.txt`, query });
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
}

async function describe(runtime: Runtime, query: URLSearchParams): Promise<string> {
  const fleetAt = (name: string): ReturnType<typeof runtime.travel.fleetAt> =>
    runtime.travel.fleetAt({ to: 'change', change: Number(query.get(name)) });
  const [before, after] = await Promise.all([fleetAt('from'), fleetAt('to')]);
  if (!before || !after) return l10n.t('This part of the history was deleted.');
  const { connections, instances, tasks } = fleetDifference(before.fleet, after.fleet);
  const nameOf = (id: string): string => oneLine(runtime.connections.get(id)?.settings.name ?? id, 100);
  const names = taskStateNames();
  const parts = [
    section(
      l10n.t('Instances'),
      instances,
      ({ connection, name }) => `${oneLine(name, 100)} (${nameOf(connection)})`,
      (pair) => words(instanceParts(pair)),
    ),
    section(
      l10n.t('Connections'),
      connections,
      ({ id }) => nameOf(id),
      (pair) => words(connectionParts(pair)),
    ),
    section(
      l10n.t('Tasks'),
      tasks,
      ({ title, connection }) => `${oneLine(translate(title), 100)} (${nameOf(connection)})`,
      ({ before: was, after: is }) =>
        [was, is].flatMap((task) => (task ? [names[task.state]] : [])).join(' → '),
    ),
  ].flat();
  const [from, to] = ['fromAt', 'toAt'].map((name) => new Date(Number(query.get(name))).toLocaleString());
  const title = l10n.t('What changed between {0} and {1}', from ?? '', to ?? '');
  return `${[title, ...(parts.length > 0 ? parts : ['', l10n.t('Nothing.')])].join('\n')}\n`;
}

function words(parts: readonly Text[]): string {
  return parts.map(translate).join(', ');
}

/** Lines of a section; none where nothing is in it. */
function section<Thing>(
  title: string,
  pairs: readonly Differing<Thing>[],
  nameOf: (thing: Thing) => string,
  wordsOf: (pair: Differing<Thing>) => string,
): readonly string[] {
  if (pairs.length === 0) return [];
  const lines = pairs.map((pair) => {
    const thing = pair.after ?? pair.before;
    return `  ${thing === undefined ? '' : nameOf(thing)}: ${wordsOf(pair)}`;
  });
  return ['', title, ...lines];
}
