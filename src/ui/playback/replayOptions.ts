import { l10n, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { parseRenaming } from '../../core/playback/names/renaming.ts';
import { dueTimes, validSpeed, type PlayGaps, type PlaySpeed } from '../../core/playback/player.ts';
import type { ReplayItem } from '../../core/playback/replayItem.ts';
import { placeIn } from '../../core/playback/replayPlan.ts';
import { translate } from '../translate.ts';

/** Wishes for a replay. */
export interface ReplayOptions {
  readonly speed: PlaySpeed;
  readonly gaps: PlayGaps;
  /** Times in the events become those at which they are sent. */
  readonly shiftToNow: boolean;
  /** New names of instances, such as `a=b`. */
  readonly renames: readonly string[];
  /** First event, and the one behind the last. */
  readonly from: number;
  readonly until: number;
  readonly rounds: number;
  readonly stopOnFailure: boolean;
}

type Action = 'play' | 'dryRun' | ((options: ReplayOptions) => Promise<Partial<ReplayOptions> | undefined>);
type Row = QuickPickItem & { readonly action?: Action };

/** Asks how to replay: Enter replays at once, every other line changes something and comes back. */
export async function askOptions(
  title: string,
  items: readonly ReplayItem[],
): Promise<{ readonly options: ReplayOptions; readonly dryRun: boolean } | undefined> {
  let options: ReplayOptions = {
    speed: 1,
    gaps: { kind: 'original' },
    shiftToNow: false,
    renames: [],
    from: 0,
    until: items.length,
    rounds: 1,
    stopOnFailure: false,
  };
  for (;;) {
    const picked = await window.showQuickPick(rows(options, items, title), {
      title,
      placeHolder: l10n.t('Enter replays; choose a line to change it'),
      ignoreFocusOut: true,
    });
    if (!picked?.action) return undefined;
    if (typeof picked.action === 'string') return { options, dryRun: picked.action === 'dryRun' };
    options = { ...options, ...(await picked.action(options)) };
  }
}

function rows(options: ReplayOptions, items: readonly ReplayItem[], title: string): Row[] {
  const { speed, gaps, shiftToNow, renames, from, until, rounds, stopOnFailure } = options;
  const chosen = items.slice(from, until);
  const time = speed === 'max' ? [] : [duration(dueTimes(chosen, speed, gaps).at(-1) ?? 0)];
  const separator = (label: string): Row => ({ label, kind: QuickPickItemKind.Separator });
  const yes = (on: boolean): string => (on ? l10n.t('yes') : l10n.t('no'));
  return [
    {
      label: `$(play) ${l10n.t('Replay')}`,
      description: [countOf(chosen.length), speedText(speed), ...time].join(' · '),
      action: 'play',
    },
    separator(l10n.t('Pace')),
    {
      label: l10n.t('Speed'),
      description: speedText(speed),
      action: () => askSpeed(title, items, options),
    },
    { label: l10n.t('Gaps'), description: gapsText(gaps), action: () => askGaps(title) },
    separator(l10n.t('Events')),
    {
      label: l10n.t('Start at'),
      description: from === 0 ? l10n.t('the first event') : placeText(items, from),
      action: async () => {
        const place = await askPlace(l10n.t('Start at'), items, from + 1);
        return place === undefined ? undefined : { from: place, until: Math.max(until, place) };
      },
    },
    {
      label: l10n.t('Until'),
      description: until === items.length ? l10n.t('the last event') : placeText(items, until - 1),
      action: async () => {
        const place = await askPlace(l10n.t('Until'), items, until);
        return place === undefined ? undefined : { until: Math.min(items.length, Math.max(place, from) + 1) };
      },
    },
    {
      label: l10n.t('Times in the Events'),
      description: shiftToNow ? l10n.t('moved to now') : l10n.t('as recorded'),
      action: () => Promise.resolve({ shiftToNow: !shiftToNow }),
    },
    {
      label: l10n.t('Rename Instances'),
      description: renames.length === 0 ? l10n.t('no') : renames.join(', '),
      action: () => askRenames(title, renames),
    },
    separator(l10n.t('Run')),
    {
      label: l10n.t('Repeat'),
      description: roundsText(rounds),
      action: () => askRounds(title, rounds),
    },
    {
      label: l10n.t('Stop at the First Failure'),
      description: yes(stopOnFailure),
      action: () => Promise.resolve({ stopOnFailure: !stopOnFailure }),
    },
    {
      label: l10n.t('Dry Run'),
      description: l10n.t('shows the exact messages with their times, and sends none'),
      action: 'dryRun',
    },
  ];
}

async function askSpeed(
  title: string,
  items: readonly ReplayItem[],
  { gaps, from, until }: ReplayOptions,
): Promise<Partial<ReplayOptions> | undefined> {
  const chosen = items.slice(from, until);
  const at = (speed: number): QuickPickItem & { speed: PlaySpeed } => ({
    label: speedText(speed),
    description: duration(dueTimes(chosen, speed, gaps).at(-1) ?? 0),
    speed,
  });
  const choices = [
    ...[1, 10, 100, 1000, 0.1].map(at),
    { label: speedText('max'), speed: 'max' as const },
    { label: l10n.t('Other speed…'), speed: undefined },
  ];
  const picked = await window.showQuickPick(choices, {
    title,
    placeHolder: l10n.t('How fast?'),
    ignoreFocusOut: true,
  });
  if (!picked) return undefined;
  if (picked.speed !== undefined) return { speed: picked.speed };
  const typed = await askNumber(title, l10n.t('A factor from 0.1 to 1000'), validSpeed, '2');
  return typed === undefined ? undefined : { speed: typed };
}

async function askGaps(title: string): Promise<Partial<ReplayOptions> | undefined> {
  const choices: (QuickPickItem & { gaps: PlayGaps['kind'] })[] = [
    { label: l10n.t('As Recorded'), gaps: 'original' },
    { label: l10n.t('Long Ones Shortened…'), gaps: 'capped' },
    { label: l10n.t('A Fixed Rate…'), gaps: 'rate' },
  ];
  const picked = await window.showQuickPick(choices, {
    title,
    placeHolder: l10n.t('How long between two events?'),
    ignoreFocusOut: true,
  });
  if (!picked) return undefined;
  if (picked.gaps === 'original') return { gaps: { kind: 'original' } };
  const isPositive = (value: number): boolean => value > 0 && value <= 1_000_000;
  if (picked.gaps === 'capped') {
    const seconds = await askNumber(title, l10n.t('Longest gap in seconds'), isPositive, '1');
    return seconds === undefined ? undefined : { gaps: { kind: 'capped', ms: seconds * 1000 } };
  }
  const perSecond = await askNumber(title, l10n.t('Events in a second'), isPositive, '10');
  return perSecond === undefined ? undefined : { gaps: { kind: 'rate', perSecond } };
}

function askPlace(title: string, items: readonly ReplayItem[], number: number): Promise<number | undefined> {
  return askText({
    title,
    prompt: l10n.t(
      'A number of an event from 1 to {0}, 50%, 90s or 5m from the beginning, or a time.',
      items.length,
    ),
    value: String(number),
    read: (typed) => placeIn(items, typed),
    problem: l10n.t('Such as 12, 50%, 90s, 5m, or 2026-11-20T18:40:21Z'),
  });
}

async function askRenames(
  title: string,
  renames: readonly string[],
): Promise<Partial<ReplayOptions> | undefined> {
  const split = (typed: string): string[] =>
    typed
      .split(',')
      .map((rule) => rule.trim())
      .filter((rule) => rule !== '');
  const typed = await window.showInputBox({
    title,
    prompt: l10n.t('Such as minecraft=test, or *=test-* for all; several with commas. Empty renames none.'),
    value: renames.join(', '),
    ignoreFocusOut: true,
    validateInput: (value) => {
      const read = parseRenaming(split(value));
      return 'problem' in read ? translate(read.problem) : undefined;
    },
  });
  return typed === undefined ? undefined : { renames: split(typed) };
}

async function askRounds(title: string, rounds: number): Promise<Partial<ReplayOptions> | undefined> {
  const picked = await askText({
    title,
    prompt: l10n.t('How often in all? 0 goes on until it is stopped.'),
    value: Number.isFinite(rounds) ? String(rounds) : '0',
    read: (typed) => (/^\d{1,6}$/.test(typed.trim()) ? Number(typed) : undefined),
    problem: l10n.t('A whole number'),
  });
  return picked === undefined ? undefined : { rounds: picked === 0 ? Infinity : picked };
}

function askNumber(
  title: string,
  prompt: string,
  isValid: (value: number) => boolean,
  placeHolder: string,
): Promise<number | undefined> {
  return askText({
    title,
    prompt,
    placeHolder,
    read: (typed) => (typed.trim() !== '' && isValid(Number(typed)) ? Number(typed) : undefined),
    problem: prompt,
  });
}

async function askText(question: {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly placeHolder?: string;
  readonly read: (typed: string) => number | undefined;
  readonly problem: string;
}): Promise<number | undefined> {
  const { title, prompt, value = '', placeHolder = '', read, problem } = question;
  const typed = await window.showInputBox({
    title,
    prompt,
    value,
    placeHolder,
    ignoreFocusOut: true,
    validateInput: (given) => (read(given) === undefined ? problem : undefined),
  });
  return typed === undefined ? undefined : read(typed);
}

function countOf(events: number): string {
  return events === 1 ? l10n.t('1 event') : l10n.t('{0} events', events.toLocaleString());
}

function speedText(speed: PlaySpeed): string {
  return speed === 'max' ? l10n.t('As fast as the target takes it') : `${String(speed)}×`;
}

function gapsText(gaps: PlayGaps): string {
  switch (gaps.kind) {
    case 'original':
      return l10n.t('as recorded');
    case 'capped':
      return l10n.t('at most {0}', duration(gaps.ms));
    case 'rate':
      return l10n.t('{0} events a second', gaps.perSecond);
  }
}

function roundsText(rounds: number): string {
  if (rounds === Infinity) return l10n.t('until it is stopped');
  return rounds === 1 ? l10n.t('no') : l10n.t('{0} times in all', rounds);
}

function placeText(items: readonly ReplayItem[], index: number): string {
  const at = (items[index]?.at ?? 0) - (items[0]?.at ?? 0);
  return l10n.t('event {0}, {1} from the beginning', index + 1, duration(at));
}

function duration(ms: number): string {
  if (ms < 1000) return l10n.t('{0} ms', Math.round(ms));
  if (ms < 120_000) return l10n.t('{0} s', (ms / 1000).toFixed(1));
  return l10n.t('{0} min', Math.round(ms / 60_000));
}
