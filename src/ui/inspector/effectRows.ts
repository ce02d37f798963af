import { l10n } from 'vscode';
import { connectionStateText } from '../../core/journal/control.ts';
import type { Effect } from '../../core/journal/store/effects.ts';
import type { ConnectionStatus } from '../../core/model/fleet.ts';
import type { Instance } from '../../core/model/instance.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import { stepText, type Task } from '../../core/model/task.ts';
import { isText, oneLine } from '../../core/model/text.ts';
import type { EffectRow, EffectValue } from '../../rpc/inspectorDetail.ts';
import { taskColors, taskIcons, taskStateNames } from '../tasks/taskStates.ts';
import { translate } from '../translate.ts';

type Fields = Readonly<Record<string, unknown>>;
interface Field {
  readonly label: () => string;
  readonly value?: (value: never) => EffectValue;
}

const longestValue = 300;

const time = (at: number): EffectValue => ({ text: new Date(at).toLocaleString() });
const yesNo = (value: boolean): EffectValue => ({ text: value ? l10n.t('yes') : l10n.t('no') });

const instanceFields: Readonly<Record<string, Field>> = {
  state: {
    label: () => l10n.t('State'),
    value: (state: Instance['state']) => {
      const { label, icon, color } = lifecycle[state];
      return { text: translate(label), icon, color };
    },
  },
  detail: { label: () => l10n.t('Reason') },
  version: { label: () => l10n.t('Version') },
  latestVersion: { label: () => l10n.t('Newest version') },
  players: { label: () => l10n.t('Players') },
  game: { label: () => l10n.t('Game') },
  name: { label: () => l10n.t('Name') },
  actor: { label: () => l10n.t('Caused by') },
};

const taskFields: Readonly<Record<string, Field>> = {
  state: {
    label: () => l10n.t('State'),
    value: (state: Task['state']) => ({
      text: taskStateNames()[state],
      icon: taskIcons[state],
      ...(taskColors[state] === undefined ? {} : { color: taskColors[state] }),
    }),
  },
  percent: { label: () => l10n.t('Progress'), value: (percent: number) => ({ text: `${percent} %` }) },
  message: { label: () => l10n.t('Message') },
  steps: {
    label: () => l10n.t('Step'),
    value(steps: Task['steps']) {
      const last = steps.at(-1);
      return { text: last ? translate(stepText(last)) : '' };
    },
  },
  title: { label: () => l10n.t('Title') },
  cancellable: { label: () => l10n.t('Can be cancelled'), value: yesNo },
  finishedAt: { label: () => l10n.t('Ended'), value: time },
};

const connectionFields: Readonly<Record<string, Field>> = {
  state: {
    label: () => l10n.t('State'),
    value: (state: ConnectionStatus['state']) => ({ text: translate(connectionStateText(state)) }),
  },
  detail: { label: () => l10n.t('Reason') },
  retryAt: { label: () => l10n.t('Next try'), value: time },
  listedAt: { label: () => l10n.t('All instances listed'), value: time },
};

const kinds: Readonly<
  Record<Effect['what'], { readonly label: () => string; readonly fields: Readonly<Record<string, Field>> }>
> = {
  instance: { label: () => l10n.t('Instance'), fields: instanceFields },
  task: { label: () => l10n.t('Task'), fields: taskFields },
  connection: { label: () => l10n.t('Connection'), fields: connectionFields },
};

/** A row for each field of a thing that is another than before. */
export function effectRows(
  { what, key, before, after }: Effect,
  connectionName: string,
): readonly EffectRow[] {
  const { label, fields } = kinds[what];
  const now = fieldsOf(after);
  const old = fieldsOf(before ?? null);
  const thing = thingOf(what, now ?? old, key, connectionName);
  const row = { thing, kind: label() };
  if (!now) return [{ ...row, field: l10n.t('Forgotten'), before: stateOf(fields, old), after: null }];
  return Object.entries(fields).flatMap(([name, field]) => {
    const [from, to] = [old?.[name], now[name]];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [
      {
        ...row,
        field: field.label(),
        ...(before === undefined ? {} : { before: valueOf(field, from) }),
        after: valueOf(field, to),
      },
    ];
  });
}

function fieldsOf(state: string | null): Fields | undefined {
  return state === null ? undefined : (JSON.parse(state) as Fields);
}

function stateOf(fields: Readonly<Record<string, Field>>, old: Fields | undefined): EffectValue | null {
  const { state } = fields;
  return state && old ? valueOf(state, old['state']) : null;
}

function thingOf(
  what: Effect['what'],
  fields: Fields | undefined,
  key: string,
  connectionName: string,
): string {
  if (what === 'connection') return connectionName;
  const name = what === 'task' ? fields?.['title'] : fields?.['name'];
  return valueOf({ label: () => '' }, name ?? key)?.text ?? key;
}

/** States of another version of the extension may have words that this one does not know. */
function valueOf({ value }: Field, found: unknown): EffectValue | null {
  if (found === undefined || found === null) return null;
  if (isText(found)) return { text: oneLine(translate(found), longestValue) };
  try {
    if (value) return value(found as never);
  } catch {
    // As it stands.
  }
  return { text: oneLine(typeof found === 'string' ? found : JSON.stringify(found), longestValue) };
}
