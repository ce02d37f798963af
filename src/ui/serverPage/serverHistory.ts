import { l10n } from 'vscode';
import type { InstanceHistory } from '../../core/journal/store/instanceHistory.ts';
import type { Happening } from '../../core/model/happenings.ts';
import type { Fleet } from '../../core/model/fleet.ts';
import { heardUntil } from '../../core/model/heardUntil.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import { bandOf, uptimeShare, type Stretch } from '../../core/model/stateHistory.ts';
import { isFinished, type TaskStarter } from '../../core/model/task.ts';
import { durationWords } from '../../core/model/taskList.ts';
import { oneLine } from '../../core/model/text.ts';
import type { ServerHappening, ServerHistory, ServerStretch } from '../../rpc/serverPage.ts';
import type { Runtime } from '../runtime.ts';
import { taskStateNames } from '../tasks/taskStates.ts';
import { starterName } from '../tasks/taskWords.ts';
import { translate } from '../translate.ts';
import { lastEvents } from '../tree/lastEvents.ts';
import type { ShownMoment } from './shownMoment.ts';

const hourMs = 3_600_000;
const mostEvents = 20;

/** The last hours of a server up to the moment that is shown; rejects where the history cannot be read. */
export async function serverHistory(
  runtime: Runtime,
  ref: InstanceRef,
  shown: ShownMoment,
  hours: number,
): Promise<ServerHistory> {
  const { journals } = runtime;
  const { place, timeline, fleet, replay } = shown;
  const to = place?.at ?? Date.now();
  const from = to - hours * hourMs;
  // Events of a moment ago are part of it.
  await journals.settle();
  const store = await journals.store(timeline);
  const [history, events] = await Promise.all([
    store.instanceHistory({
      instance: ref,
      from,
      to,
      // A replay tells what was heard in it.
      heardUntil: replay === undefined ? heardUntil(fleet.connections.get(ref.connection), to) : to,
      ...(place === undefined ? {} : { seq: place.seq }),
    }),
    lastEvents(runtime, ref, { ...shown, count: mostEvents }),
  ]);
  return {
    from,
    to,
    stretches: history.stretches.map(stretchOf),
    ...uptimeWords(history),
    happenings: history.happenings.map((happening) => happeningWords(runtime, fleet, happening)),
    events: events.map(({ seq, receivedAt: at, severity, summary }) => ({
      seq,
      at,
      severity,
      summary: oneLine(translate(summary), 300),
    })),
    note: history.isCut
      ? l10n.t('The server changes so often that the older part of this time is not shown.')
      : '',
  };
}

function stretchOf({ band, state, from, to, changes }: Stretch): ServerStretch {
  const label = state === undefined ? l10n.t('Not known') : translate(lifecycle[state].label);
  return {
    band,
    from,
    to,
    label: changes === undefined ? label : l10n.t('{0} changes, the gravest: {1}', changes, label),
  };
}

function uptimeWords({ uptime }: InstanceHistory): Pick<ServerHistory, 'uptime' | 'known' | 'crashes'> {
  const share = uptimeShare(uptime);
  const { crashes, knownMs } = uptime;
  return {
    uptime: share === undefined ? '–' : percentWords(share),
    known:
      share === undefined
        ? l10n.t('nothing is known of this time')
        : l10n.t('of {0} that are known', translate(durationWords(knownMs))),
    crashes: crashes === 1 ? l10n.t('1 crash') : l10n.t('{0} crashes', crashes),
  };
}

/** Rounded down: 100 % says that there was no minute without it. */
function percentWords(share: number): string {
  const percent = Math.floor(share * 10_000) / 100;
  return `${percent.toLocaleString(undefined, { maximumFractionDigits: 2 })} %`;
}

function happeningWords(runtime: Runtime, fleet: Fleet, happening: Happening): ServerHappening {
  const { at, until = null } = happening;
  const by = (starter: TaskStarter | undefined): string =>
    starter === undefined ? '' : l10n.t('by {0}', starterName(runtime, starter));
  if (happening.what === 'task') {
    const { id, title, startedBy, message } = happening;
    // A task that the fleet does not know has ended, also where nobody said so.
    const goesOn = !isFinished(happening.state) && fleet.tasks.has(id);
    const state = isFinished(happening.state) || goesOn ? happening.state : 'lost';
    const why = message === undefined ? '' : oneLine(translate(message), 300);
    return {
      band: 'task',
      title: `${oneLine(translate(title), 200)}: ${taskStateNames()[state]}`,
      who: by(startedBy),
      why,
      at,
      until,
      goesOn,
      event: null,
      task: id,
    };
  }
  const { state, actor, detail, event, during } = happening;
  const title = translate(lifecycle[state].label);
  const reasons = [
    ...(detail === undefined ? [] : [translate(detail)]),
    ...(event === undefined ? [] : [translate(event.summary)]),
    ...(during === undefined ? [] : [l10n.t('during “{0}”', translate(during.title))]),
  ].map((reason) => oneLine(reason, 300));
  return {
    band: bandOf(state),
    title,
    who: actor === undefined ? by(during?.startedBy) : l10n.t('by {0}', oneLine(actor, 60)),
    why: [...new Set(reasons)].filter((reason) => reason !== title).join(' · '),
    at,
    until,
    goesOn: until === null,
    event: event?.seq ?? null,
    task: null,
  };
}
