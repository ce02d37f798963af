import { isAbsolute } from 'node:path';
import { retentionClasses, type RetentionClass } from '../model/event.ts';
import { text, type Text } from '../model/text.ts';
import { defaultLimits, type RetentionLimits } from './store/retention.ts';

/** The settings of the history as they stand there, whatever they hold. */
export interface HistorySettingValues {
  readonly retention: unknown;
  readonly maxSize: unknown;
  readonly folder: unknown;
  readonly off: unknown;
}

export interface HistorySettings {
  readonly limits: RetentionLimits;
  /** Days for which the events of each class are kept. */
  readonly days: Readonly<Record<RetentionClass, number>>;
  /** Place that the user wants; undefined for the storage of the extension. */
  readonly folder: string | undefined;
  /** Ids of connections whose events are not written. */
  readonly off: ReadonlySet<string>;
  /** Values that mean nothing, each with the name of its setting; the default holds instead. */
  readonly problems: readonly HistoryProblem[];
}

interface HistoryProblem {
  /** Name behind `gameServerOps.`. */
  readonly setting: string;
  readonly message: Text;
}

const dayMs = 86_400_000;
/** A gigabyte as file managers count it. */
const gigabyte = 1_000_000_000;

export const defaultDays: Readonly<Record<RetentionClass, number>> = Object.fromEntries(
  retentionClasses.map((cls) => [cls, (defaultLimits.classes[cls]?.maxAgeMs ?? 0) / dayMs]),
) as Record<RetentionClass, number>;
export const defaultMaxSize = defaultLimits.totalBytes / gigabyte;
/** Days: a hundred years are for ever. */
export const retentionRange = { minimum: 0.1, maximum: 36_500 } as const;
/** Gigabytes: less than the smallest would hold little more than the state of the servers. */
export const maxSizeRange = { minimum: 0.05, maximum: 1000 } as const;

/** Reads the settings of the history; a wrong value falls back to its default and is named. */
export function readHistorySettings(values: HistorySettingValues): HistorySettings {
  const problems: HistoryProblem[] = [];
  const wrong = (setting: string, message: Text): void => {
    problems.push({ setting: `history.${setting}`, message });
  };
  const days = readDays(values.retention, wrong);
  return {
    limits: {
      classes: Object.fromEntries(retentionClasses.map((cls) => [cls, { maxAgeMs: days[cls] * dayMs }])),
      totalBytes: readMaxSize(values.maxSize, wrong) * gigabyte,
    },
    days,
    folder: readFolder(values.folder, wrong),
    off: readOff(values.off, wrong),
    problems,
  };
}

type Wrong = (setting: string, message: Text) => void;

function readDays(value: unknown, wrong: Wrong): Readonly<Record<RetentionClass, number>> {
  if (value === undefined || value === null) return defaultDays;
  if (typeof value !== 'object' || Array.isArray(value)) {
    wrong('retention', text('it must be an object such as {0}', JSON.stringify(defaultDays)));
    return defaultDays;
  }
  const days: Record<RetentionClass, number> = { ...defaultDays };
  for (const [name, given] of Object.entries(value)) {
    const cls = retentionClasses.find((each) => each === name);
    const { minimum, maximum } = retentionRange;
    if (!cls)
      wrong(
        'retention',
        text('"{0}" is no class of events; there are {1}', name, retentionClasses.join(', ')),
      );
    else if (!isWithin(given, retentionRange))
      wrong(
        'retention',
        text(
          '"{0}" must be a number of days from {1} to {2}, not {3}; {4} days hold',
          cls,
          minimum,
          maximum,
          shown(given),
          defaultDays[cls],
        ),
      );
    else days[cls] = given;
  }
  return days;
}

function readMaxSize(value: unknown, wrong: Wrong): number {
  if (value === undefined || value === null) return defaultMaxSize;
  if (isWithin(value, maxSizeRange)) return value;
  const { minimum, maximum } = maxSizeRange;
  wrong(
    'maxSize',
    text(
      'it must be a number of gigabytes from {0} to {1}, not {2}; {3} GB hold',
      minimum,
      maximum,
      shown(value),
      defaultMaxSize,
    ),
  );
  return defaultMaxSize;
}

function readFolder(value: unknown, wrong: Wrong): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && isAbsolute(value)) return value;
  wrong(
    'folder',
    text('it must be an absolute path, not {0}; the storage of the extension is used', shown(value)),
  );
  return undefined;
}

function readOff(value: unknown, wrong: Wrong): ReadonlySet<string> {
  if (value === undefined || value === null) return new Set();
  if (!Array.isArray(value)) {
    wrong('off', text('it must be a list of ids of connections, not {0}', shown(value)));
    return new Set();
  }
  const ids = (value as readonly unknown[]).filter((id) => typeof id === 'string');
  const other = (value as readonly unknown[]).find((id) => typeof id !== 'string');
  if (other !== undefined) wrong('off', text('{0} is no id of a connection', shown(other)));
  return new Set(ids);
}

function isWithin(
  value: unknown,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): value is number {
  return typeof value === 'number' && value >= minimum && value <= maximum;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}
