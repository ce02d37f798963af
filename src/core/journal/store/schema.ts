import type { Channel, Direction, Origin, RetentionClass, Severity } from '../../model/event.ts';

/** A code is the position in its table: new values go to the end. Severities compare by code. */
export const channels = ['push', 'request', 'reply', 'log', 'metric', 'control'] as const;
export const directions = ['in', 'out', 'none'] as const;
export const origins = ['live', 'emitted', 'replayed', 'imported', 'simulated', 'derived'] as const;
export const severities = ['debug', 'info', 'warning', 'error'] as const;
export const classes = ['lifecycle', 'task', 'metric', 'log', 'control'] as const;

type Complete<Table extends readonly string[], All extends string> = [All] extends [Table[number]]
  ? Table
  : never;
/** The tables of codes by the column of `events` that holds them. */
export const codeTables: {
  readonly channel: Complete<typeof channels, Channel>;
  readonly direction: Complete<typeof directions, Direction>;
  readonly origin: Complete<typeof origins, Origin>;
  readonly severity: Complete<typeof severities, Severity>;
  readonly class: Complete<typeof classes, RetentionClass>;
} = { channel: channels, direction: directions, origin: origins, severity: severities, class: classes };

/** Bits of `events.flags`. */
export const flags = {
  /** The sender told no time: `sentAt` is that of the arrival. Most senders do, and SQLite stores a small number in no byte. */
  untimed: 1,
  /** `raw` is a BLOB with the bytes of a payload that is no UTF-8. */
  bytes: 2,
  problems: 4,
  redacted: 8,
  gap: 16,
  noise: 32,
  /** `raw` is a BLOB with a text in UTF-16LE, because SQLite would change it (it holds NUL or half a surrogate pair) or not find in it what a query means. */
  utf16: 64,
  truncated: 128,
} as const;

/** Bits of `events.codes`, the rarest values highest: SQLite stores no more bytes than a number needs. Part of the file format. */
export const packedBits = {
  severity: { shift: 0, mask: 3 },
  channel: { shift: 2, mask: 7 },
  direction: { shift: 5, mask: 3 },
  class: { shift: 7, mask: 7 },
  flags: { shift: 10, mask: 255 },
  origin: { shift: 18, mask: 7 },
} as const;
type PackedColumn = keyof typeof packedBits;
export const packedColumns = Object.keys(packedBits) as readonly PackedColumn[];

export function packCodes(values: Readonly<Record<PackedColumn, number>>): number {
  let codes = 0;
  for (const name of packedColumns) codes |= values[name] << packedBits[name].shift;
  return codes;
}

export function unpackCode(codes: number, name: PackedColumn): number {
  return (codes >> packedBits[name].shift) & packedBits[name].mask;
}

/** Table of the payloads of each class, by code. */
export const payloadTables = [
  'payloads',
  'payloads',
  'payloads_metric',
  'payloads_log',
  'payloads',
] as const satisfies Record<number, string> & { length: (typeof classes)['length'] };
export const distinctPayloadTables = ['payloads', 'payloads_log', 'payloads_metric'] as const;

export const countedCodes = ['channel', 'direction', 'origin', 'severity', 'class'] as const;
/** Columns of `events` whose values `counts` counts, by the code in `counts.field`. */
export const countedFields = ['type', 'subject', 'connection', ...countedCodes] as const;
export type CountedField = (typeof countedFields)[number];
